import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Allocator, type Holder } from '../../src/ipam/allocator.ts';
import { parsePool } from '../../src/ipam/pool.ts';
import type { AddressRequest } from '../../src/objects/verdicts.ts';

const both = { 'range-global': '10.0.0.1-10.0.0.2,fd00::1-fd00::2' };
const ipv4 = { 'range-global': '10.0.0.1' };

function holder(name: string): Holder {
  return { uid: name, namespace: 'blue', name };
}

/** What claims by one Gateway after the other come to. */
function play(data: Readonly<Record<string, string>>, requests: readonly AddressRequest[]): string[] {
  const allocator = new Allocator(parsePool(data));
  return requests.map((request, index) => {
    const outcome = allocator.claim(holder(`g${index}`), request);
    return 'addresses' in outcome ? outcome.addresses.join(' ') : outcome.refusal.message;
  });
}

const dual = ['IPv4', 'IPv6'] as const;
const isPoolOnly = true;

const cases: readonly (readonly [
  string,
  Readonly<Record<string, string>>,
  readonly AddressRequest[],
  readonly string[],
])[] = [
  [
    'the next free one of either family',
    both,
    [{ kind: 'any' }, { kind: 'any' }, { kind: 'any' }],
    ['10.0.0.1', '10.0.0.2', 'fd00::1'],
  ],
  [
    'one of the family that is asked for',
    both,
    [
      { kind: 'any', families: ['IPv6'] },
      { kind: 'any', families: ['IPv4'] },
    ],
    ['fd00::1', '10.0.0.1'],
  ],
  [
    'one of each',
    both,
    [
      { kind: 'any', families: dual },
      { kind: 'any', families: dual },
    ],
    ['10.0.0.1 fd00::1', '10.0.0.2 fd00::2'],
  ],
  [
    'none where one of the two is not there, and the other stays free',
    ipv4,
    [{ kind: 'any', families: dual }, { kind: 'any' }],
    ['the pool for "global" has no IPv6 addresses: add a range, or ask for another family', '10.0.0.1'],
  ],
  [
    'one of each, where what a Gateway had is not free any more',
    both,
    [{ kind: 'any' }, { kind: 'kept', addresses: ['10.0.0.1'], families: dual }],
    ['10.0.0.1', '10.0.0.2 fd00::1'],
  ],
  [
    'of the pool only, where users may name no others',
    both,
    [
      { kind: 'fixed', addresses: ['10.0.0.2'], isPoolOnly },
      { kind: 'fixed', addresses: ['192.0.2.1'], isPoolOnly },
      { kind: 'fixed', addresses: ['192.0.2.1'] },
    ],
    [
      '10.0.0.2',
      'address 192.0.2.1 is outside the pool for namespace "blue": only its addresses may be named',
      '192.0.2.1',
    ],
  ],
];

describe('an address is', () => {
  for (const [name, data, requests, outcomes] of cases) {
    test(name, () => assert.deepEqual(play(data, requests), outcomes));
  }
});
