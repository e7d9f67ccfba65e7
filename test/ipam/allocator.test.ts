import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Allocator, type ClaimOutcome, type Holder, type Outside } from '../../src/ipam/allocator.ts';
import { parsePool } from '../../src/ipam/pool.ts';
import type { AddressRequest } from '../../src/objects/verdicts.ts';

type Data = Readonly<Record<string, string>>;

function holder(name: string, namespace = 'blue'): Holder {
  return { uid: `uid-${name}`, namespace, name };
}

const any: AddressRequest = { kind: 'any' };

function named(kind: 'fixed' | 'kept' | 'preferred', ...addresses: string[]): AddressRequest {
  return { kind, addresses };
}

function textOf(outcome: ClaimOutcome): string {
  return 'addresses' in outcome ? outcome.addresses.join(' ') : `${outcome.refusal.reason}: ${outcome.refusal.message}`;
}

/** Claims one after the other, each by a Gateway of its own unless it is named; what comes of each. */
function play(data: Data, claims: readonly (readonly [Holder, AddressRequest])[], outside?: Outside): string[] {
  const allocator = new Allocator(parsePool(data));
  return claims.map(([who, request]) => textOf(allocator.claim(who, request, outside)));
}

const three: Data = { 'range-global': '10.0.0.1-10.0.0.3' };
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => holder(name)) as [Holder, Holder, Holder, Holder];

interface Case {
  readonly name: string;
  readonly data: Data;
  readonly claims: readonly (readonly [Holder, AddressRequest])[];
  readonly outcomes: readonly string[];
  readonly outside?: Outside;
}

const silent = {
  isOthersNow: () => false,
  heldElsewhere: () => undefined,
  recordedFor: () => [],
  takenBy: () => undefined,
};
const former: Outside = { ...silent, isTaken: (address) => address === '10.0.0.1' };
const taken: Outside = { ...former, isOthersNow: (address) => address === '10.0.0.1' };

const stranger: Outside = {
  ...silent,
  isTaken: (address) => address === '10.0.0.2',
  heldElsewhere: (address) => (address === '10.0.0.2' ? 'gateways x/y, in the IPAddress of somebody' : undefined),
};

const cases: readonly Case[] = [
  {
    name: 'the lowest free one, entry by entry',
    data: { 'cidr-global': '10.0.1.0/31', 'range-global': '10.0.0.1' },
    claims: [a, b, c, d].map((who) => [who, any]),
    outcomes: [
      '10.0.1.0',
      '10.0.1.1',
      '10.0.0.1',
      'AddressNotAssigned: all 3 addresses of the pool for "global" are in use: add a range, or delete a Gateway',
    ],
  },
  {
    name: 'the same again for the same Gateway',
    data: three,
    claims: [
      [a, any],
      [a, any],
      [a, named('kept', '10.0.0.3')],
      [a, named('preferred', '10.0.0.3')],
    ],
    outcomes: ['10.0.0.1', '10.0.0.1', '10.0.0.1', '10.0.0.1'],
  },
  {
    name: 'of its namespace alone, though the global ones are free',
    data: { ...three, 'range-blue': '10.9.0.1' },
    claims: [
      [a, any],
      [b, any],
      [holder('r', 'red'), any],
    ],
    outcomes: [
      '10.9.0.1',
      'AddressNotAssigned: all 1 addresses of the pool for "blue" are in use: add a range, or delete a Gateway',
      '10.0.0.1',
    ],
  },
  {
    name: 'none where the namespace has no entry',
    data: { 'range-red': '10.0.0.1' },
    claims: [[a, any]],
    outcomes: [
      'AddressNotAssigned: the pool has no entry for namespace "blue": add cidr-blue, range-blue, cidr-global or range-global to its ConfigMap',
    ],
  },
  {
    name: 'none where the key is mistyped, with the key',
    data: { 'Range-global': '10.0.0.1' },
    claims: [[a, any]],
    outcomes: [
      'AddressNotAssigned: the pool has no entry for namespace "blue": add cidr-blue, range-blue, cidr-global or range-global to its ConfigMap (of which is invalid: Range-global: is no key of a pool: use cidr-<namespace>, cidr-global, range-<namespace>, range-global, exclude-<namespace>, exclude-global, search-order, skip-end-ips-in-cidr, quarantine)',
    ],
  },
  {
    name: 'none where no entry can be used, with the reasons',
    data: { 'range-global': 'ten' },
    claims: [[a, any]],
    outcomes: [
      'AddressNotAssigned: no entry of the pool for "global" is usable: range-global: "ten" is not a range (want 192.0.2.10-192.0.2.20)',
    ],
  },
  {
    name: 'fixed: exactly that, inside the pool or not, and never one of another',
    data: three,
    claims: [
      [a, named('fixed', '192.0.2.1')],
      [b, named('fixed', '192.0.2.1')],
      [b, named('fixed', '10.0.0.1', 'fd00::1')],
      [c, any],
    ],
    outcomes: [
      '192.0.2.1',
      'AddressNotUsable: address 192.0.2.1 is held by Gateway blue/a: name another one, or wait until it is free',
      '10.0.0.1 fd00::1',
      '10.0.0.2',
    ],
  },
  {
    name: 'fixed: gives up what it had',
    data: three,
    claims: [
      [a, any],
      [a, named('fixed', '192.0.2.1')],
      [b, any],
    ],
    outcomes: ['10.0.0.1', '192.0.2.1', '10.0.0.1'],
  },
  {
    name: 'fixed: gives up what it had also where it cannot have the other',
    data: three,
    claims: [
      [a, any],
      [b, any],
      [b, named('fixed', '10.0.0.1')],
      [b, any],
    ],
    outcomes: [
      '10.0.0.1',
      '10.0.0.2',
      'AddressNotUsable: address 10.0.0.1 is held by Gateway blue/a: name another one, or wait until it is free',
      '10.0.0.2',
    ],
  },
  {
    name: 'kept: that also outside the pool, else any',
    data: three,
    claims: [
      [a, named('kept', '192.0.2.1')],
      [b, named('kept', '192.0.2.1')],
    ],
    outcomes: ['192.0.2.1', '10.0.0.1'],
  },
  {
    name: 'preferred: that only inside the pool and free, else any',
    data: three,
    claims: [
      [a, named('preferred', '10.0.0.3')],
      [b, named('preferred', '10.0.0.3')],
      [c, named('preferred', '192.0.2.1')],
    ],
    outcomes: ['10.0.0.3', '10.0.0.1', '10.0.0.2'],
  },
  {
    name: 'what is in use outside is not handed out anew',
    data: three,
    claims: [
      [a, any],
      [b, named('preferred', '10.0.0.1')],
    ],
    outcomes: ['10.0.0.2', '10.0.0.3'],
    outside: taken,
  },
  {
    name: 'what is in use outside for one that it was before comes back to it, and to nobody else',
    data: three,
    claims: [
      [a, any],
      [b, named('preferred', '10.0.0.1')],
    ],
    outcomes: ['10.0.0.2', '10.0.0.1'],
    outside: former,
  },
  {
    name: 'what stands in the ledger for another cannot even be named',
    data: three,
    claims: [
      [a, named('fixed', '10.0.0.2')],
      [a, named('fixed', '10.0.0.1')],
      [b, named('kept', '10.0.0.2')],
    ],
    outcomes: [
      'AddressNotUsable: address 10.0.0.2 is held by gateways x/y, in the IPAddress of somebody: name another one, or wait until it is free',
      '10.0.0.1',
      '10.0.0.3',
    ],
    outside: stranger,
  },
  {
    name: 'from the highest end',
    data: { ...three, 'search-order': 'desc' },
    claims: [a, b, c, d].map((who) => [who, any]),
    outcomes: [
      '10.0.0.3',
      '10.0.0.2',
      '10.0.0.1',
      'AddressNotAssigned: all 3 addresses of the pool for "global" are in use: add a range, or delete a Gateway',
    ],
  },
  {
    name: 'overlapping entries hand each address out once',
    data: { 'cidr-global': '10.0.0.0/31', 'range-global': '10.0.0.0-10.0.0.2' },
    claims: [a, b, c, d].map((who) => [who, any]),
    outcomes: [
      '10.0.0.0',
      '10.0.0.1',
      '10.0.0.2',
      'AddressNotAssigned: all 3 addresses of the pool for "global" are in use: add a range, or delete a Gateway',
    ],
  },
  {
    name: 'the first and the last addresses of both families that can be had',
    data: { 'cidr-global': '255.255.255.254/31,0.0.0.0/31,::/126' },
    claims: [a, b, c, d].map((who) => [who, any]),
    outcomes: ['255.255.255.254', '0.0.0.1', '::2', '::3'],
  },
];

describe('a claim is answered with', () => {
  for (const { name, data, claims, outcomes, outside } of cases) {
    test(name, () => assert.deepEqual(play(data, claims, outside), outcomes));
  }

  test('why there is no pool, except where the Gateway names its address', () => {
    const allocator = new Allocator({ missing: 'there is none' });
    assert.equal(textOf(allocator.claim(a, any)), 'AddressNotAssigned: there is none');
    assert.equal(textOf(allocator.claim(a, named('fixed', '10.0.0.1'))), '10.0.0.1');
    assert.equal(textOf(allocator.claim(b, named('kept', '10.0.0.2'))), '10.0.0.2');
  });
});

describe('an allocator', () => {
  test('has a released address free again, the lowest first', () => {
    const allocator = new Allocator(parsePool(three));
    for (const who of [a, b, c]) allocator.claim(who, any);
    assert.deepEqual(allocator.release(b.uid), ['10.0.0.2']);
    assert.equal(allocator.holderOf('10.0.0.2'), undefined);
    assert.deepEqual(allocator.release(b.uid), []);
    assert.equal(textOf(allocator.claim(d, any)), '10.0.0.2');
    assert.equal(allocator.heldCount, 3);
  });

  test('takes nothing away when the pool changes or goes', () => {
    const allocator = new Allocator(parsePool(three));
    allocator.claim(a, any);
    allocator.setPool(parsePool({ 'range-global': '10.5.0.1' }));
    assert.equal(textOf(allocator.claim(a, any)), '10.0.0.1');
    assert.equal(textOf(allocator.claim(b, any)), '10.5.0.1');
    allocator.setPool({ missing: 'gone' });
    assert.deepEqual([allocator.held(a.uid), allocator.held(b.uid)], [['10.0.0.1'], ['10.5.0.1']]);
  });

  for (const cidr of ['10.0.0.0/8', 'fd00::/64']) {
    test(`asks of a ${cidr} with thousands of Gateways about one address a claim`, () => {
      const allocator = new Allocator(parsePool({ 'cidr-global': cidr }));
      let asked = 0;
      const outside: Outside = {
        isTaken: () => {
          asked += 1;
          return false;
        },
        ...silent,
      };
      for (let index = 0; index < 5_000; index += 1) allocator.claim(holder(`g${index}`), any, outside);
      assert.equal(asked, 5_000);
      assert.equal(allocator.heldCount, 5_000);
    });
  }
});
