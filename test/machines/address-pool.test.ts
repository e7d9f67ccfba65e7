import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AnyMachineSnapshot } from 'xstate';
import { addressPoolMachine } from '../../machines/address-pool.ts';
import { gatewayFacts } from '../../src/gateway/facts.ts';
import type { AddressClaim } from '../../src/objects/facts.ts';
import { testChart } from './chart-tests.ts';
import { type Model, replay, stateOf, walk } from './model.ts';
import { gateway, gatewayClass, worldOf } from './worlds.ts';

function claimOf(name: string): AddressClaim {
  const named = { ...gateway(), metadata: { name } };
  const key = `Gateway/default/${name}` as const;
  const { request } = gatewayFacts(key, `gateway-${name}`, worldOf({ manifests: [gatewayClass(), named] }));
  assert.notEqual(request.kind, 'unsupported');
  const common = { gateway: key, uid: `gateway-${name}`, namespace: 'default', name, creationTimestamp: '' };
  return { ...common, request: request.kind === 'unsupported' ? { kind: 'any' } : request };
}

const claims = [claimOf('a'), claimOf('b')];
const claimed = { type: 'ClaimsReceived', claims };
const synced = { type: 'CachesSynced' };
const found = { type: 'PoolObserved' };
const missing = { type: 'PoolObserved', missing: 'the ConfigMap does not exist' };
const released = { type: 'Released', uid: 'gateway-a' };

interface Context {
  readonly waiting: readonly AddressClaim[];
  readonly missing?: string;
}

const contextOf = (snapshot: AnyMachineSnapshot): Context => snapshot.context as Context;

const model: Model = {
  machine: addressPoolMachine,
  events: [claimed, synced, found, missing, released],
  project: ({ context }) => context,
  filterEvents: (snapshot, event) => event !== claimed || contextOf(snapshot).waiting.length < 4,
};

const invariants: Readonly<Record<string, (snapshot: AnyMachineSnapshot) => void>> = {
  Adopting: ({ status }) => assert.equal(status, 'active'),
  WithoutPool: (snapshot) => {
    assert.ok(contextOf(snapshot).missing);
    assert.deepEqual(contextOf(snapshot).waiting, []);
  },
  Open: (snapshot) => assert.deepEqual([contextOf(snapshot).missing, contextOf(snapshot).waiting], [undefined, []]),
};

describe('the chart of the address pool', () => {
  const edges = walk(model);

  testChart({ model, edges, invariants });

  test('answers no claim before the cluster is known, and then all of them', () => {
    for (const { from, event, to, asked } of edges) {
      if (stateOf(from) !== 'Adopting') continue;
      if (event === claimed) assert.equal(contextOf(to).waiting.length, contextOf(from).waiting.length + claims.length);
      assert.equal(asked.includes('answerWaiting'), event === synced);
      assert.ok(!asked.includes('answer'));
    }
  });

  test('answers each claim at once from then on, also without a pool: what a Gateway has is its own', () => {
    for (const { from, event, asked } of edges) {
      if (stateOf(from) === 'Adopting') continue;
      assert.deepEqual(asked, event === claimed ? ['answer'] : event === released ? ['release'] : []);
    }
  });

  test('releases in every state', () => {
    for (const { from } of edges) assert.deepEqual(replay(addressPoolMachine, from, released).asked, ['release']);
  });
});
