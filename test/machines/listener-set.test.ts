import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AnyMachineSnapshot } from 'xstate';
import { listenerSetMachine } from '../../machines/listener-set.ts';
import { listenerSetFacts } from '../../src/gateway/listener-set-facts.ts';
import type { ListenerSetFacts } from '../../src/objects/facts.ts';
import type { Manifest } from '../gateway/manifests.ts';
import { testChart } from './chart-tests.ts';
import { type Model, stateOf, walk } from './model.ts';
import { gateway, gatewayClass, type Situation, worldOf } from './worlds.ts';

const ours = gatewayClass();
const from = (namespaces: object): object => ({ allowedListeners: { namespaces } });
const parent = gateway(from({ from: 'Same' }));
const infrastructure = { parametersRef: { group: '', kind: 'ConfigMap', name: 'options' } };
const programmed = {
  ...parent,
  status: { conditions: [{ type: 'Programmed', status: 'True', reason: 'Programmed' }] },
};
const set = (spec: object = {}): Manifest => ({
  kind: 'ListenerSet',
  metadata: { name: 'more' },
  spec: { parentRef: { name: 'gw' }, listeners: [{ name: 'tcp', port: 9090, protocol: 'TCP' }], ...spec },
});
const http = { listeners: [{ name: 'web', port: 80, protocol: 'HTTP' }] };

const situations: readonly Situation[] = [
  { manifests: [] },
  { manifests: [set({ listeners: 'none' })] },
  { manifests: [set()] },
  { manifests: [set({ parentRef: { kind: 'Service', name: 'gw' } })] },
  { manifests: [parent, set()] },
  { manifests: [gatewayClass({ controllerName: 'example.com/other' }), parent, set()] },
  { manifests: [ours, gateway(), set()] },
  { manifests: [ours, gateway(from({ from: 'Selector', selector: {} })), set()], unavailable: ['Namespace'] },
  { manifests: [ours, parent, set(http)] },
  { manifests: [ours, gateway({ ...from({ from: 'Same' }), infrastructure }), set()] },
  { manifests: [ours, gateway({ ...from({ from: 'Same' }), infrastructure }), set()], served: ['ConfigMap'] },
  { manifests: [ours, parent, set()] },
  { manifests: [ours, programmed, set()] },
];

const model: Model = {
  machine: listenerSetMachine,
  input: { key: 'ListenerSet/default/more', uid: 'listenerset-more' },
  events: [
    ...situations.map((situation) => ({
      type: 'Observed',
      facts: listenerSetFacts('ListenerSet/default/more', 'listenerset-more', worldOf(situation)),
    })),
    { type: 'Written', what: 'listener-set-status', isKept: true },
    { type: 'WriteFailed', what: 'listener-set-status', message: 'forbidden' },
    { type: 'RetryDue', what: 'listener-set-status' },
  ],
  project: ({ context }) => context,
};

function factsOf(snapshot: AnyMachineSnapshot): ListenerSetFacts {
  const { facts } = snapshot.context as { readonly facts?: ListenerSetFacts };
  assert.ok(facts);
  return facts;
}

const acceptedWith =
  (status: string, reason: string) =>
  (snapshot: AnyMachineSnapshot): void => {
    const { standing, accepted } = factsOf(snapshot);
    assert.deepEqual([standing, accepted.status, accepted.reason], ['accepted', status, reason]);
  };

const standing =
  (...expected: readonly string[]) =>
  (snapshot: AnyMachineSnapshot): void =>
    assert.ok(expected.includes(factsOf(snapshot).standing));

const invariants: Readonly<Record<string, (snapshot: AnyMachineSnapshot) => void>> = {
  'Pending.Starting': (snapshot) => assert.equal((snapshot.context as { facts?: unknown }).facts, undefined),
  'Pending.WaitingForGateway': standing('absent'),
  'Pending.WaitingForClass': standing('missing', 'refused'),
  'Pending.NotAllowed': acceptedWith('False', 'NotAllowed'),
  'Pending.NamespacesUnknown': acceptedWith('Unknown', 'Pending'),
  'Pending.ReadingParameters': (snapshot) => assert.equal(factsOf(snapshot).isGatewayJudged, false),
  'Pending.GatewayNotAccepted': acceptedWith('False', 'ParentNotAccepted'),
  'Pending.NoListener': acceptedWith('False', 'ListenersNotValid'),
  ListenerResolved: (snapshot) => {
    acceptedWith('True', 'Accepted')(snapshot);
    assert.notEqual(factsOf(snapshot).programmed.status, 'True');
  },
  ServiceReady: (snapshot) => {
    acceptedWith('True', 'Accepted')(snapshot);
    assert.equal(factsOf(snapshot).programmed.status, 'True');
  },
  Unreadable: (snapshot) => assert.equal(factsOf(snapshot).presence, 'unreadable'),
  Foreign: (snapshot) => assert.deepEqual([snapshot.status, factsOf(snapshot).standing], ['done', 'foreign']),
  Removed: (snapshot) => assert.deepEqual([snapshot.status, factsOf(snapshot).presence], ['done', 'gone']),
};

describe('the chart of a ListenerSet', () => {
  const edges = walk(model);

  testChart({ model, edges, invariants });

  test('writes no status while its Gateway is not known to be ours or accepted, nor when it is gone or cannot be read', () => {
    for (const { to, asked } of edges.filter((edge) => edge.event.type === 'Observed')) {
      const isSilent = /^(Pending.WaitingForClass|Pending.ReadingParameters|Unreadable|Foreign|Removed)$/.test(
        stateOf(to),
      );
      assert.deepEqual(asked, isSilent ? [] : ['writeStatus'], stateOf(to));
    }
  });
});
