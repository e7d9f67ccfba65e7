import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatAddress } from '../../src/ipam/address.ts';
import { Allocator } from '../../src/ipam/allocator.ts';
import { parsePools } from '../../src/ipam/namespaced.ts';
import { type Pool, scopeFor } from '../../src/ipam/pool.ts';
import { describeProblem } from '../../src/ipam/pool-problem.ts';

type Data = Readonly<Record<string, string>>;

function pool(main: Data, own: Readonly<Record<string, Data>>): Pool {
  const pools = Object.entries(own).map(([namespace, data]) => ({ namespace, configMap: `${namespace}/ipam`, data }));
  return parsePools(main, pools);
}

/** The addresses that a namespace gets, in their order. */
function addressesFor(read: Pool, namespace: string): readonly string[] {
  return (scopeFor(read, namespace)?.segments ?? []).map(({ family, start, end }) =>
    [start, end].map((value) => formatAddress({ family, value })).join('-'),
  );
}

function problemsOf(read: Pool): readonly string[] {
  return read.problems.map(describeProblem);
}

describe('a ConfigMap of a namespace', () => {
  const main = { 'range-global': '10.0.0.1-10.0.0.9', 'range-blue': '10.0.1.1-10.0.1.9', 'cidr-red': '10.0.2.0/30' };
  const cases: readonly (readonly [string, Data, readonly string[]])[] = [
    ['takes the place of the main one’s entries for it', { 'range-blue': '10.1.0.1' }, ['10.1.0.1-10.1.0.1']],
    ['also with entries of another kind', { 'cidr-blue': '10.1.0.0/30' }, ['10.1.0.0-10.1.0.3']],
    ['gives it its global ones', { 'range-global': '10.1.0.1' }, ['10.1.0.1-10.1.0.1']],
    [
      'gives it none of its global ones beside its own ones',
      { 'range-blue': '10.1.0.1', 'cidr-global': '10.1.1.0/30' },
      ['10.1.0.1-10.1.0.1'],
    ],
    ['without an entry leaves it what it has', { 'search-order': 'desc' }, ['10.0.1.1-10.0.1.9']],
    ['may only exclude', { 'exclude-global': '10.0.1.1-10.0.1.8' }, ['10.0.1.9-10.0.1.9']],
    ['with bad entries alone leaves it none', { 'range-blue': 'x' }, []],
  ];
  for (const [name, data, expected] of cases) {
    test(name, () => {
      const read = pool(main, { blue: data });
      assert.deepEqual(addressesFor(read, 'blue'), expected);
      assert.deepEqual(addressesFor(read, 'red'), ['10.0.2.0-10.0.2.3'], 'others have what they had');
      assert.deepEqual(addressesFor(read, 'green'), ['10.0.0.1-10.0.0.9']);
    });
  }

  test('has what the main one excludes for all excluded, and its options', () => {
    const options = { 'search-order': 'desc', 'skip-end-ips-in-cidr': 'true', quarantine: '5s' };
    const read = pool(
      { ...main, ...options, 'exclude-global': '10.1.0.2' },
      { blue: { 'cidr-blue': '10.1.0.0/29', 'search-order': 'asc', quarantine: '0', 'exclude-blue': '10.1.0.3' } },
    );
    assert.deepEqual(addressesFor(read, 'blue'), ['10.1.0.4-10.1.0.6', '10.1.0.1-10.1.0.1']);
    assert.deepEqual([read.order, read.quarantineMs], ['desc', 5_000]);
    assert.deepEqual(
      read.problems.map(({ kind, configMap, key }) => [kind, configMap, key]),
      [
        ['remark', 'blue/ipam', 'search-order'],
        ['remark', 'blue/ipam', 'quarantine'],
      ],
    );
  });

  test('works without a main one, for its namespace alone', () => {
    const read = pool({}, { blue: { 'range-global': '10.1.0.1' } });
    assert.deepEqual(addressesFor(read, 'blue'), ['10.1.0.1-10.1.0.1']);
    assert.equal(scopeFor(read, 'red'), undefined);
  });

  test('of a namespace called global gives nothing to anybody', () => {
    const read = pool(main, { global: { 'range-global': '10.9.0.1', 'exclude-global': '0.0.0.0/0' } });
    assert.deepEqual(addressesFor(read, 'green'), ['10.0.0.1-10.0.0.9']);
    assert.deepEqual(problemsOf(read), ['global/ipam: global: a namespace of this name can have no pool of its own']);
  });

  test('gives nothing to another namespace, and takes nothing from it', () => {
    const read = pool(main, { blue: { 'range-red': '10.9.0.1', 'exclude-green': '10.0.0.0/8' } });
    assert.deepEqual(addressesFor(read, 'red'), ['10.0.2.0-10.0.2.3']);
    assert.deepEqual(addressesFor(read, 'green'), ['10.0.0.1-10.0.0.9']);
    assert.deepEqual(problemsOf(read), [
      'blue/ipam: range-red: is not used: this ConfigMap is for namespace "blue" only',
      'blue/ipam: exclude-green: is not used: this ConfigMap is for namespace "blue" only',
    ]);
  });

  test('is named with its bad entries, by the keys that stand in it', () => {
    const read = pool(
      { 'range-global': 'bad', 'range-red': '10.0.0.1,10.0.0.1' },
      { blue: { 'range-global': 'worse,10.1.0.1,10.1.0.1' }, red: { 'exclude-red': 'worst' } },
    );
    assert.deepEqual(problemsOf(read).toSorted(), [
      'blue/ipam: blue: "10.1.0.1" overlaps "10.1.0.1"; each address is used once',
      'blue/ipam: range-global: "worse" is not a range (want 192.0.2.10-192.0.2.20)',
      'range-global: "bad" is not a range (want 192.0.2.10-192.0.2.20)',
      'red/ipam: exclude-red: "worst" is not a range (want 192.0.2.10-192.0.2.20)',
      'red: "10.0.0.1" overlaps "10.0.0.1"; each address is used once',
    ]);
  });

  test('is named with keys that no pool has, as the main one is, and with what is only remarked on behind all else', () => {
    const read = pool(
      { blue: 'x', 'range-blue': '10.0.0.1,10.0.0.1' },
      { blue: { cdir_blue: '10.1.0.1', 'interface-blue': 'eth0', 'cidr-blue': '10.1.0.0/30,10.1.0.0/30' } },
    );
    assert.deepEqual(
      read.problems.map(({ kind, configMap, key }) => [kind, configMap, key]),
      [
        ['invalid', undefined, 'blue'],
        ['invalid', 'blue/ipam', 'cdir_blue'],
        ['remark', 'blue/ipam', 'blue'],
        ['remark', 'blue/ipam', 'interface-blue'],
      ],
    );
  });

  test('is not named to a Gateway of another namespace', () => {
    const read = pool({ 'range-global': 'bad' }, { blue: { 'range-blue': 'worse' } });
    const allocator = new Allocator(read);
    const messageFor = (namespace: string): string => {
      const outcome = allocator.claim({ uid: namespace, namespace, name: 'gw' }, { kind: 'any' });
      return 'refusal' in outcome ? outcome.refusal.message : assert.fail();
    };
    assert.match(messageFor('blue'), /range-global: "bad".*blue\/ipam: range-blue: "worse"/);
    assert.match(messageFor('red'), /range-global: "bad"/);
    assert.doesNotMatch(messageFor('red'), /blue/);
  });
});
