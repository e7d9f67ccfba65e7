import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Pool, parsePool } from '../../src/ipam/pool.ts';
import { planPool, strandedBy } from '../../src/ipam/pool-plan.ts';
import type { Holding } from '../../src/ipam/report.ts';

type Data = Readonly<Record<string, string>>;

function holding(address: string, namespace = 'red'): Holding {
  return { address, namespace, gateway: `${namespace}/${address}`, since: '' };
}

/** What a plan says of a scope, as `name before after`, with what is added, removed, and excluded more and less. */
function scopesOf(before: Data, after: Data): readonly string[] {
  return planPool(parsePool(before), parsePool(after), []).scopes.map((row) => {
    const { scope, sizeBefore, sizeAfter, added, removed, excluded } = row;
    return [
      scope,
      sizeBefore,
      sizeAfter,
      ...added.map((text) => `+${text}`),
      ...removed.map((text) => `-${text}`),
      ...excluded.added.map((text) => `+x${text}`),
      ...excluded.removed.map((text) => `-x${text}`),
    ].join(' ');
  });
}

const nine = { 'range-global': '10.0.0.1-10.0.0.9' };

const scopeCases: readonly (readonly [name: string, before: Data, after: Data, rows: readonly string[]])[] = [
  ['an entry more', nine, { 'range-global': `${nine['range-global']},fd00::1` }, ['global 9 10 +fd00::1']],
  [
    'the exclusion of a namespace goes: it gains what was excluded',
    { ...nine, 'exclude-blue': '10.0.0.1-10.0.0.3' },
    nine,
    ['blue 6 9 -x10.0.0.1-10.0.0.3', 'global 9 9'],
  ],
  [
    'an exclusion for a namespace comes',
    nine,
    { ...nine, 'exclude-blue': '10.0.0.1' },
    ['blue 9 8 +x10.0.0.1', 'global 9 9'],
  ],
  [
    'the range of a namespace goes: it falls back to the global ones',
    { ...nine, 'range-blue': '10.9.0.1' },
    nine,
    ['blue 1 9 +10.0.0.1-10.0.0.9 -10.9.0.1', 'global 9 9'],
  ],
  [
    'the range of a namespace goes, and there is nothing else',
    { 'range-blue': '10.9.0.1' },
    {},
    ['blue 1 0 -10.9.0.1'],
  ],
  [
    'the global ones of a namespace with an exclusion change',
    { ...nine, 'exclude-blue': '10.0.0.1' },
    { 'range-global': '10.0.0.1-10.0.0.2', 'exclude-blue': '10.0.0.1' },
    ['blue 8 1 +10.0.0.1-10.0.0.2 -10.0.0.1-10.0.0.9', 'global 9 2 +10.0.0.1-10.0.0.2 -10.0.0.1-10.0.0.9'],
  ],
  [
    'the ends of CIDRs are not used any more',
    { 'cidr-global': '10.0.0.0/29' },
    { 'cidr-global': '10.0.0.0/29', 'skip-end-ips-in-cidr': 'true' },
    ['global 8 6'],
  ],
];

describe('The plan of an edit of the pool', () => {
  for (const [name, before, after, rows] of scopeCases) {
    test(`compares what namespaces get: ${name}`, () => assert.deepEqual(scopesOf(before, after), rows));
  }

  const holdings = [
    holding('10.0.0.9'),
    holding('192.0.2.1'),
    holding('10.0.0.1'),
    holding('10.0.0.8', 'blue'),
    { ...holding('10.0.0.7'), released: '2026-01-01T00:00:00Z' },
  ];
  const outsideCases: readonly (readonly [string, Data | undefined, Data, stranded: string[], outside: string[]])[] = [
    ['nothing changes', nine, nine, [], ['192.0.2.1']],
    [
      'a range becomes shorter',
      nine,
      { 'range-global': '10.0.0.1-10.0.0.6' },
      ['10.0.0.8', '10.0.0.9'],
      ['10.0.0.8', '10.0.0.9', '192.0.2.1'],
    ],
    [
      'a namespace gets entries of its own',
      nine,
      { ...nine, 'range-blue': '10.9.0.1' },
      ['10.0.0.8'],
      ['10.0.0.8', '192.0.2.1'],
    ],
    ['what was outside is covered', { 'range-global': '10.0.0.1' }, nine, [], ['192.0.2.1']],
    ['the pool has no addresses now', { Range: 'x' }, nine, ['192.0.2.1'], ['192.0.2.1']],
    ['there is no pool now, so all that it leaves outside count', undefined, nine, ['192.0.2.1'], ['192.0.2.1']],
  ];
  for (const [name, before, after, stranded, outside] of outsideCases) {
    test(`lists who would be outside, and who of them newly: ${name}`, () => {
      const plan = planPool(before && parsePool(before), parsePool(after), holdings);
      assert.deepEqual(
        plan.stranded.map(({ address }) => address),
        stranded,
      );
      assert.deepEqual(
        plan.outside.map(({ address }) => address),
        outside,
      );
      if (before === undefined || 'Range' in before) return;
      const alone = strandedBy(parsePool(before), parsePool(after), holdings).map(({ address }) => address);
      assert.deepEqual(alone.toSorted(), stranded);
    });
  }

  test('looks at no entry where only the stranded are asked for', () => {
    const [before, after] = [nine, { 'range-global': '10.0.0.1' }].map((data) => withoutEntries(parsePool(data)));
    assert.ok(before !== undefined && after !== undefined);
    assert.equal(strandedBy(before, after, holdings).length, 2);
  });

  test('is made of tens of thousands of entries and exclusions', () => {
    const texts = Array.from({ length: 40_000 }, (_, index) => `10.${index >> 8}.${index & 255}.1`).toReversed();
    const ranges = texts.map((text) => `${text}-${text}28`).join(',');
    const data = { 'range-global': ranges, 'exclude-global': texts.join(',') };
    const plan = planPool(parsePool(data), parsePool({ ...data, 'range-global': texts.join(',') }), holdings);
    const [global] = plan.scopes;
    assert.deepEqual([global?.sizeBefore, global?.sizeAfter], [`${40_000 * 127}`, '0']);
    assert.deepEqual([global?.added.length, global?.removed.length], [40_000, 40_000]);
  });
});

/** A pool whose entries must not be asked for. */
function withoutEntries(pool: Pool): Pool {
  const scopes = [...pool.scopes].map(([name, scope]) => {
    const guarded = Object.defineProperty({ ...scope }, 'entries', { get: () => assert.fail('asked for entries') });
    return [name, guarded] as const;
  });
  return { ...pool, scopes: new Map(scopes) };
}
