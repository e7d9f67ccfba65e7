import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EffectContext } from '../../src/effects/context.ts';
import { premiseOfEntry, writeLedgerEntry } from '../../src/effects/ledger.ts';
import { annotations } from '../../src/gateway/names.ts';
import type { Manifest } from '../gateway/manifests.ts';
import { address, controllerName, gateway, gatewayClass, type Situation, worldOf } from '../machines/worlds.ts';
import { contextIn } from './context.ts';

const key = `IPAddress//${address}` as const;
const now = '2026-01-01T12:00:00Z';
const quarantineMs = 30_000;

function contextOf(situation: Situation, secondsLater = 0): EffectContext {
  return contextIn(worldOf(situation), {
    quarantineMs: () => quarantineMs,
    timestamp: () => new Date(Date.parse(now) + secondsLater * 1000).toISOString(),
  });
}

/** The write that the ledger's entry of the address needs, in short. */
function writeIn(situation: Situation, secondsLater = 0): string {
  const request = writeLedgerEntry(key, contextOf(situation, secondsLater));
  if (request === undefined) return 'nothing';
  const { metadata } = (request.body ?? {}) as { metadata?: { annotations?: Record<string, string | null> } };
  const released = metadata?.annotations?.[annotations.releasedAt];
  if (request.method !== 'PATCH') return request.method;
  return released === null ? 'unmark' : 'mark';
}

const ours = gatewayClass();
const foreign = gatewayClass({ controllerName: 'example.com/other' });
const gw = gateway();
const other: Manifest = { ...gateway(), metadata: { name: 'other' } };
/** Of a route that is gone: it goes soon. */
const carrier: Manifest = {
  kind: 'Service',
  metadata: {
    name: 'web',
    annotations: {
      [annotations.controller]: controllerName,
      [annotations.TCPRoute]: 'gone',
      [annotations.ownerUid]: 'tcproute-gone',
      [annotations.behaviour]: 'create',
    },
  },
  spec: { type: 'LoadBalancer', loadBalancerIP: address, ports: [{ port: 80 }] },
};
const unreadable = gateway({ listeners: 'none' });

const cases: readonly (readonly [string, string, Situation])[] = [
  ['makes the entry of an address that is held', 'POST', { manifests: [ours, gw], holder: 'gw', ledger: 'none' }],
  ['leaves an entry as it is while its Gateway holds the address', 'nothing', { manifests: [ours, gw], holder: 'gw' }],
  [
    'makes none where the cluster serves none',
    'nothing',
    { manifests: [ours, gw], holder: 'gw', ledger: 'not served' },
  ],
  ['makes none of an address that nobody holds', 'nothing', { manifests: [ours, gw], ledger: 'none' }],
  ['marks the entry of a Gateway that is gone', 'mark', { manifests: [ours], ledger: 'gw' }],
  ['marks the entry of a Gateway that is another controller’s', 'mark', { manifests: [foreign, gw], ledger: 'gw' }],
  ['waits for a Gateway that may yet claim it', 'nothing', { manifests: [ours, gw], ledger: 'gw' }],
  ['waits for a Gateway whose class is not there', 'nothing', { manifests: [gw], ledger: 'gw' }],
  ['waits for a Gateway that cannot be decoded', 'nothing', { manifests: [ours, unreadable], ledger: 'gw' }],
  [
    'touches nothing while Gateways cannot be read',
    'nothing',
    { manifests: [ours], ledger: 'gw', unavailable: ['Gateway'] },
  ],
  [
    'clears the entry of a Gateway that is gone for the one that has the address now',
    'DELETE',
    { manifests: [ours, gw], holder: 'gw', ledger: 'other' },
  ],
  [
    'leaves the entry of a Gateway that is gone while a Service of ours carries the address for it',
    'nothing',
    { manifests: [ours, gw, carrier], holder: 'gw', ledger: 'other' },
  ],
  [
    'leaves the entry to a Gateway that cannot be decoded',
    'nothing',
    { manifests: [ours, gw, { ...unreadable, metadata: other.metadata }], holder: 'gw', ledger: 'other' },
  ],
  [
    'leaves an entry to the live Gateway that it was made for',
    'nothing',
    { manifests: [ours, gw, other], holder: 'gw', ledger: 'other' },
  ],
];

describe('the ledger', () => {
  for (const [name, expected, situation] of cases) {
    test(name, () => assert.equal(writeIn({ served: ['Gateway'], ...situation }), expected));
  }

  const released = { manifests: [ours], ledger: 'gw', releasedAt: now, served: ['Gateway'] } as const;
  const waits: readonly (readonly [number, string])[] = [
    [-3_600, 'mark'],
    [0, 'nothing'],
    [29, 'nothing'],
    [30, 'DELETE'],
    [3_600, 'DELETE'],
  ];
  for (const [seconds, expected] of waits) {
    test(`has for an address given up ${seconds} s ago: ${expected}`, () => {
      assert.equal(writeIn(released, seconds), expected);
    });
  }

  test('clears the entry that a Gateway gave up, though it still exists, for the one that has the address now', () => {
    const situation = { manifests: [ours, gw, other], holder: 'gw', ledger: 'other', releasedAt: now } as const;
    assert.equal(writeIn({ served: ['Gateway'], ...situation }), 'DELETE');
  });

  test('takes the mark off when its Gateway has the address again', () => {
    assert.equal(writeIn({ ...released, manifests: [ours, gw], holder: 'gw' }), 'unmark');
  });

  const premises: readonly (readonly [string, string[], Situation])[] = [
    ['is marked', ['Gateway/default/gw'], { manifests: [ours], ledger: 'gw' }],
    ['is cleared for another', ['Gateway/default/other'], { manifests: [ours, gw], holder: 'gw', ledger: 'other' }],
    ['that is marked goes after its quarantine', [], { manifests: [ours], ledger: 'gw', releasedAt: now }],
    ['is made', [], { manifests: [ours, gw], holder: 'gw', ledger: 'none' }],
  ];
  for (const [name, expected, situation] of premises) {
    const what = expected.length === 0 ? 'nothing' : 'its Gateway';
    test(`reads ${what} again before an entry ${name}`, () => {
      const context = contextOf({ served: ['Gateway'], ...situation }, 30);
      const request = writeLedgerEntry(key, context);
      assert.ok(request);
      assert.deepEqual(premiseOfEntry(key, request, context), expected);
    });
  }
});
