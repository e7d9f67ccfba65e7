import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { formatAddress } from '../../src/ipam/address.ts';
import { parsePool } from '../../src/ipam/pool.ts';
import { type MapRun, mapLimits, mapPool, type Occupant } from '../../src/ipam/pool-map.ts';

function runsOf(data: Readonly<Record<string, string>>, occupants: readonly Occupant[] = []): readonly MapRun[] {
  return mapPool(parsePool(data), occupants).scopes.flatMap(({ entries }) => entries.flatMap(({ runs }) => runs));
}

const used = (address: string): Occupant => ({ address, use: 'used', who: 'Gateway default/gw' });
const short = ({ from, to, use }: MapRun): string => `${from === to ? from : `${from}-${to}`} ${use}`;

describe('The map of a pool', () => {
  const cases: readonly (readonly [
    string,
    Readonly<Record<string, string>>,
    readonly Occupant[],
    readonly string[],
  ])[] = [
    ['an empty pool of one address', { 'range-global': '10.0.0.1' }, [], ['10.0.0.1 free']],
    [
      'who has an address at the beginning, in the middle and at the end',
      { 'range-global': '10.0.0.1-10.0.0.5' },
      [used('10.0.0.5'), used('10.0.0.1'), used('10.0.0.3')],
      ['10.0.0.1 used', '10.0.0.2 free', '10.0.0.3 used', '10.0.0.4 free', '10.0.0.5 used'],
    ],
    [
      'what is excluded, at the edges too, and who has it nevertheless',
      { 'cidr-global': '10.0.0.0/29', 'exclude-global': '10.0.0.0,10.0.0.3-10.0.0.5,10.0.0.7' },
      [used('10.0.0.4')],
      [
        '10.0.0.0 excluded',
        '10.0.0.1-10.0.0.2 free',
        '10.0.0.3 excluded',
        '10.0.0.4 used',
        '10.0.0.5 excluded',
        '10.0.0.6 free',
        '10.0.0.7 excluded',
      ],
    ],
    [
      'an IPv6 /64 as three runs',
      { 'cidr-global': 'fd00::/64' },
      [used('fd00::5')],
      ['fd00::-fd00::4 free', 'fd00::5 used', 'fd00::6-fd00::ffff:ffff:ffff:ffff free'],
    ],
    [
      'addresses of one family only where they are of it',
      { 'range-global': '0.0.0.5-0.0.0.6' },
      [used('::5')],
      ['0.0.0.5-0.0.0.6 free'],
    ],
  ];
  for (const [name, data, occupants, expected] of cases) {
    test(`shows ${name}`, () => assert.deepEqual(runsOf(data, occupants).map(short), expected));
  }

  test('counts each address once, also where two entries overlap', () => {
    const { scopes } = mapPool(parsePool({ 'range-global': '10.0.0.1-10.0.0.4,10.0.0.3-10.0.0.6' }), [
      used('10.0.0.3'),
    ]);
    assert.deepEqual(
      scopes.map(({ size, free, counts }) => [size, free, counts.used]),
      [['6', '5', 1]],
    );
  });

  test('names what lies outside, and not what others have there', () => {
    const foreign: Occupant = { address: '10.9.0.2', use: 'conflict', who: 'Service a/b' };
    const { outside } = mapPool(parsePool({ 'range-global': '10.0.0.1' }), [used('10.9.0.1'), foreign]);
    assert.deepEqual(
      outside.map(({ address }) => address),
      ['10.9.0.1'],
    );
  });

  test('of a /8 with ten thousand addresses in use is bounded: blocks, that count all of them', () => {
    const occupants = Array.from({ length: 10_000 }, (_, index) =>
      used(formatAddress({ family: 'IPv4', value: (10n << 24n) + BigInt(index * 1_000) })),
    );
    const runs = runsOf({ 'cidr-global': '10.0.0.0/8' }, occupants);
    assert.equal(runs.length, mapLimits.runsPerEntry);
    assert.ok(runs.every(({ use }) => use === 'mixed'));
    assert.equal(
      runs.reduce((sum, { occupied = 0 }) => sum + occupied, 0),
      10_000,
    );
    assert.equal(
      runs.reduce((sum, { count }) => sum + BigInt(count), 0n),
      1n << 24n,
    );
  });

  test('of a pool of a thousand entries shows some, and says how many more there are', () => {
    const list = Array.from({ length: 1_000 }, (_, index) => `10.${index >> 8}.${index & 255}.1`).join(',');
    const [scope] = mapPool(parsePool({ 'range-global': list }), []).scopes;
    assert.deepEqual([scope?.entries.length, scope?.more, scope?.size], [64, 936, '1000']);
  });

  test('covers each entry exactly, without gap or overlap, whatever is in use and excluded', () => {
    const host = fc.integer({ min: 0, max: 63 });
    fc.assert(
      fc.property(fc.array(host, { maxLength: 20 }), fc.array(host, { maxLength: 10 }), (taken, excluded) => {
        const data = {
          'cidr-global': '10.0.0.0/26',
          ...(excluded.length > 0 && { 'exclude-global': excluded.map((value) => `10.0.0.${value}`).join(',') }),
        };
        const runs = runsOf(
          data,
          taken.map((value) => used(`10.0.0.${value}`)),
        );
        const shown = runs.flatMap(({ from, count, use }) => {
          const start = Number(from.split('.')[3]);
          return Array.from({ length: Number(count) }, (_, index) => [start + index, use] as const);
        });
        const wanted = Array.from({ length: 64 }, (_, value) => {
          return [value, taken.includes(value) ? 'used' : excluded.includes(value) ? 'excluded' : 'free'] as const;
        });
        assert.deepEqual(shown, wanted);
      }),
    );
  });
});
