import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AnyMachineSnapshot } from 'xstate';
import { gatewayClassMachine } from '../../machines/gateway-class.ts';
import { gatewayClassFacts } from '../../src/gateway/facts.ts';
import { gatewaysExist } from '../../src/gateway/gateway-class.ts';
import type { GatewayClassFacts } from '../../src/objects/facts.ts';
import type { Manifest } from '../gateway/manifests.ts';
import { testChart } from './chart-tests.ts';
import { type Model, stateOf, walk } from './model.ts';
import { gateway, gatewayClass, type Situation, worldOf } from './worlds.ts';

const situations: readonly Situation[] = [
  { manifests: [] },
  { manifests: [gatewayClass()] },
  { manifests: [gatewayClass({ controllerName: 'example.com/other' })] },
  { manifests: [gatewayClass({ parametersRef: { group: '', kind: 'ConfigMap', name: 'p' } })] },
  { manifests: [gatewayClass({ parametersRef: { group: '', kind: 'ConfigMap', name: 'p', namespace: 'default' } })] },
  { manifests: [gatewayClass({ controllerName: 7 })] },
  { manifests: [gatewayClass(), gateway()] },
  { manifests: [held(), gateway()] },
  { manifests: [held({ deletionTimestamp: '2026-01-01T12:00:00Z' }), gateway()] },
  { manifests: [held({ deletionTimestamp: '2026-01-01T12:00:00Z' })] },
  { manifests: [held()] },
  { manifests: [held()], unavailable: ['Gateway'] },
];

/** A class on which our finalizer stands. */
function held(metadata: object = {}): Manifest {
  const manifest = gatewayClass();
  return { ...manifest, metadata: { ...manifest.metadata, finalizers: [gatewaysExist], ...metadata } };
}

const model: Model = {
  machine: gatewayClassMachine,
  input: { key: 'GatewayClass//l4', uid: 'gatewayclass-l4' },
  events: [
    ...situations.map((situation) => ({
      type: 'Observed',
      facts: gatewayClassFacts('GatewayClass//l4', worldOf(situation)),
    })),
    { type: 'Written', what: 'gateway-class-status', isKept: true },
    { type: 'WriteFailed', what: 'gateway-class-status', message: 'forbidden' },
    { type: 'RetryDue', what: 'gateway-class-status' },
    { type: 'Written', what: 'gateway-class-finalizer', isKept: true },
    { type: 'WriteFailed', what: 'gateway-class-finalizer', message: 'forbidden' },
  ],
  project: ({ context }) => context,
};

function factsOf(snapshot: AnyMachineSnapshot): GatewayClassFacts {
  const { facts } = snapshot.context as { readonly facts?: GatewayClassFacts };
  assert.ok(facts);
  return facts;
}

const invariants: Readonly<Record<string, (snapshot: AnyMachineSnapshot) => void>> = {
  Pending: (snapshot) => {
    const { facts } = snapshot.context as { readonly facts?: GatewayClassFacts };
    if (facts !== undefined) assert.deepEqual([facts.presence, facts.standing], ['present', 'missing']);
  },
  Unreadable: (snapshot) => assert.equal(factsOf(snapshot).presence, 'unreadable'),
  MarkingUse: (snapshot) => assert.equal(factsOf(snapshot).isFinalizerDue, true),
  Terminating: (snapshot) => assert.equal(factsOf(snapshot).isTerminating, true),
  Refused: (snapshot) =>
    assert.deepEqual([factsOf(snapshot).standing, factsOf(snapshot).accepted?.status], ['refused', 'False']),
  Accepted: (snapshot) =>
    assert.deepEqual([factsOf(snapshot).standing, factsOf(snapshot).accepted?.status], ['accepted', 'True']),
  Foreign: (snapshot) => assert.deepEqual([snapshot.status, factsOf(snapshot).standing], ['done', 'foreign']),
  Removed: (snapshot) => assert.deepEqual([snapshot.status, factsOf(snapshot).presence], ['done', 'gone']),
};

describe('the chart of a GatewayClass', () => {
  const edges = walk(model);

  testChart({ model, edges, invariants });

  test('writes the finalizer of a class that is ours, else its status, and of no other anything', () => {
    for (const { event, to, asked } of edges.filter((edge) => edge.event.type === 'Observed')) {
      const isOurs = /^(Accepted|Refused|Terminating)$/.test(stateOf(to));
      const isMarking = stateOf(to) === 'MarkingUse';
      assert.deepEqual(
        asked,
        isMarking ? ['syncFinalizer'] : isOurs ? ['writeStatus'] : [],
        `${event.type} to ${stateOf(to)}`,
      );
    }
  });

  test('writes the status though the finalizer is refused, and tries that again when it is due', () => {
    const isRefused = ({ context }: AnyMachineSnapshot): boolean => 'gateway-class-finalizer' in context.failures;
    const looks = edges.filter(({ from, event, to }) => {
      return (
        event.type === 'Observed' && from.context.failures && factsOf(to).isFinalizerDue && !factsOf(to).isTerminating
      );
    });
    assert.ok(looks.some(({ from }) => isRefused(from)));
    for (const { from, to } of looks) assert.equal(stateOf(to), isRefused(from) ? 'Accepted' : 'MarkingUse');
  });
});
