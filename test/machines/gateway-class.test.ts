import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AnyMachineSnapshot } from 'xstate';
import { gatewayClassMachine } from '../../machines/gateway-class.ts';
import { gatewayClassFacts } from '../../src/gateway/facts.ts';
import type { GatewayClassFacts } from '../../src/objects/facts.ts';
import { testChart } from './chart-tests.ts';
import { type Model, stateOf, walk } from './model.ts';
import { gatewayClass, type Situation, worldOf } from './worlds.ts';

const situations: readonly Situation[] = [
  { manifests: [] },
  { manifests: [gatewayClass()] },
  { manifests: [gatewayClass({ controllerName: 'example.com/other' })] },
  { manifests: [gatewayClass({ parametersRef: { group: '', kind: 'ConfigMap', name: 'p' } })] },
  { manifests: [gatewayClass({ controllerName: 7 })] },
];

const model: Model = {
  machine: gatewayClassMachine,
  input: { key: 'GatewayClass//l4', uid: 'gatewayclass-l4' },
  events: [
    ...situations.map((situation) => ({
      type: 'Observed',
      facts: gatewayClassFacts('GatewayClass//l4', worldOf(situation)),
    })),
    { type: 'Written', what: 'gateway-class-status' },
    { type: 'WriteFailed', what: 'gateway-class-status', message: 'forbidden' },
    { type: 'RetryDue', what: 'gateway-class-status' },
  ],
  project: ({ context }) => context,
};

function factsOf(snapshot: AnyMachineSnapshot): GatewayClassFacts {
  const { facts } = snapshot.context as { readonly facts?: GatewayClassFacts };
  assert.ok(facts);
  return facts;
}

const invariants: Readonly<Record<string, (snapshot: AnyMachineSnapshot) => void>> = {
  Pending: (snapshot) => assert.equal((snapshot.context as { facts?: unknown }).facts, undefined),
  Unreadable: (snapshot) => assert.equal(factsOf(snapshot).presence, 'unreadable'),
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

  test('writes the status of a class that is ours, and of no other', () => {
    for (const { event, to, asked } of edges.filter((edge) => edge.event.type === 'Observed')) {
      const isOurs = /^(Accepted|Refused)$/.test(stateOf(to));
      assert.deepEqual(asked, isOurs ? ['writeStatus'] : [], `${event.type} to ${stateOf(to)}`);
    }
  });
});
