import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatAddress } from '../../src/ipam/address.ts';
import { type ParsedEntry, parseCidr, parseRange } from '../../src/ipam/entry.ts';
import { parsePool, scopeFor } from '../../src/ipam/pool.ts';
import { sizeOf } from '../../src/ipam/segments.ts';

function ends(parsed: ParsedEntry): string {
  if ('problem' in parsed) return parsed.problem;
  const { family, start, end } = parsed.entry;
  return `${formatAddress({ family, value: start })} to ${formatAddress({ family, value: end })}`;
}

describe('a CIDR', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['10.0.0.0/24', '10.0.0.0 to 10.0.0.255'],
    ['10.0.0.77/24', '10.0.0.0 to 10.0.0.255'],
    ['10.0.0.4/31', '10.0.0.4 to 10.0.0.5'],
    ['255.255.255.255/32', '255.255.255.255 to 255.255.255.255'],
    ['0.0.0.0/0', '0.0.0.0 to 255.255.255.255'],
    ['::/0', ':: to ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['fd00::2/127', 'fd00::2 to fd00::3'],
    [
      'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128',
      'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff to ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    ],
    ['2001:db8::1/64', '2001:db8:: to 2001:db8::ffff:ffff:ffff:ffff'],
    ['10.0.0.0/33', '"10.0.0.0/33": a prefix of IPv4 has at most 32 bits'],
    ['fd00::/129', '"fd00::/129": a prefix of IPv6 has at most 128 bits'],
    ['10.0.0.0', '"10.0.0.0" has no prefix length (want 10.0.0.0/24)'],
    ['10.0.0.0/', '"10.0.0.0/" has no prefix length (want 10.0.0.0/24)'],
    ['10.0.0.0/-1', '"10.0.0.0/-1" has no prefix length (want 10.0.0.0/24)'],
    ['10.0.0.0/8.0', '"10.0.0.0/8.0" has no prefix length (want 10.0.0.0/24)'],
    ['10.0.0.0/08', '"10.0.0.0/08" has no prefix length (want 10.0.0.0/24)'],
    ['10.0.0.0/024', '"10.0.0.0/024" has no prefix length (want 10.0.0.0/24)'],
    ['fd00::/064', '"fd00::/064" has no prefix length (want fd00::/24)'],
    ['ten/8', '"ten/8" is not a CIDR (want 192.0.2.0/24)'],
    ['10.0.0.0/8/8', '"10.0.0.0/8/8" is not a CIDR (want 192.0.2.0/24)'],
    ['/8', '"/8" is not a CIDR (want 192.0.2.0/24)'],
  ];
  for (const [text, expected] of cases)
    test(`${text}: ${expected}`, () => assert.equal(ends(parseCidr(text)), expected));
});

describe('a range', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['10.0.0.1-10.0.0.9', '10.0.0.1 to 10.0.0.9'],
    [' 10.0.0.1 - 10.0.0.9 ', '10.0.0.1 to 10.0.0.9'],
    ['10.0.0.1', '10.0.0.1 to 10.0.0.1'],
    ['10.0.0.1-10.0.0.1', '10.0.0.1 to 10.0.0.1'],
    ['0.0.0.0-255.255.255.255', '0.0.0.0 to 255.255.255.255'],
    ['fd00::1-fd00::ff', 'fd00::1 to fd00::ff'],
    ['10.0.0.9-10.0.0.1', '"10.0.0.9-10.0.0.1" starts after its end'],
    ['10.0.0.1-fd00::1', '"10.0.0.1-fd00::1" goes from IPv4 to IPv6'],
    ['a-b', '"a-b" is not a range (want 192.0.2.10-192.0.2.20)'],
    ['10.0.0.1-', '"10.0.0.1-" is not a range (want 192.0.2.10-192.0.2.20)'],
    ['-10.0.0.1', '"-10.0.0.1" is not a range (want 192.0.2.10-192.0.2.20)'],
    ['10.0.0.1-10.0.0.2-10.0.0.3', '"10.0.0.1-10.0.0.2-10.0.0.3" is not a range (want 192.0.2.10-192.0.2.20)'],
    ['10.0.0.0/24', '"10.0.0.0/24" is not a range (want 192.0.2.10-192.0.2.20)'],
    ['10.0.0.1-9', '"10.0.0.1-9" is not a range (want 192.0.2.10-192.0.2.20)'],
  ];
  for (const [text, expected] of cases) {
    test(`${text}: ${expected}`, () => assert.equal(ends(parseRange(text)), expected));
  }
});

function textsFor(data: Readonly<Record<string, string>>, namespace: string): readonly string[] | undefined {
  return scopeFor(parsePool(data), namespace)?.entries.map(({ text }) => text);
}

function segmentsFor(data: Readonly<Record<string, string>>, namespace = 'blue'): readonly string[] {
  const segments = scopeFor(parsePool(data), namespace)?.segments ?? [];
  return segments.map(({ family, start, end }) => ends({ entry: { family, start, end, text: '' } }));
}

describe('a pool', () => {
  test('has CIDRs before ranges, each as written', () => {
    const data = { 'range-blue': '10.0.0.9,10.0.0.3', 'cidr-blue': '10.2.0.0/30, 10.1.0.0/30' };
    assert.deepEqual(textsFor(data, 'blue'), ['10.2.0.0/30', '10.1.0.0/30', '10.0.0.9', '10.0.0.3']);
  });

  test('has for a namespace with entries of its own only those, for all others the global ones', () => {
    const data = { 'cidr-global': '10.0.0.0/24', 'range-blue': '10.9.0.1' };
    assert.deepEqual(textsFor(data, 'blue'), ['10.9.0.1']);
    assert.deepEqual(textsFor(data, 'red'), ['10.0.0.0/24']);
    assert.equal(textsFor({ 'range-blue': '10.9.0.1' }, 'red'), undefined);
  });

  test('uses what is good of a list and names what is not, with its key', () => {
    const pool = parsePool({
      'range-global': '10.0.0.1,ten,, 10.0.0.3 ',
      'cidr-blue': ' , ',
    });
    assert.deepEqual(
      scopeFor(pool, 'red')?.entries.map(({ text }) => text),
      ['10.0.0.1', '10.0.0.3'],
    );
    assert.deepEqual(pool.problems, [
      { kind: 'invalid', key: 'range-global', message: '"ten" is not a range (want 192.0.2.10-192.0.2.20)' },
      { kind: 'invalid', key: 'cidr-blue', message: 'is empty' },
    ]);
  });

  for (const [key, word] of [
    ['cidr_global', /^is no key of a pool: use cidr-<namespace>, cidr-global, .*search-order, .*quarantine$/],
    ['excludes-global', /^is no key of a pool/],
    ['range', /^is no key of a pool/],
    ['Range-global', /^is no key of a pool/],
    ['toString', /^is no key of a pool/],
    ['cidr-', /^"" is no name of a namespace: use cidr-<namespace> or cidr-global$/],
    ['exclude-Global', /^"Global" is no name of a namespace: use exclude-<namespace> or exclude-global$/],
    ['range-a.b', /^"a\.b" is no name of a namespace/],
  ] as const) {
    test(`names the key ${key}, which it cannot use, and uses the rest`, () => {
      const pool = parsePool({ [key]: '10.0.0.0/31', 'range-global': '10.0.0.1' });
      assert.deepEqual(
        pool.problems.map((problem) => [problem.kind, problem.key]),
        [['invalid', key]],
      );
      assert.match(pool.problems[0]?.message ?? '', word);
      assert.deepEqual(segmentsFor({ [key]: '10.0.0.0/31', 'range-global': '10.0.0.1' }), ['10.0.0.1 to 10.0.0.1']);
    });
  }

  for (const key of ['allow-share-blue', 'allow-share-global', 'interface-blue', 'kubevip-services']) {
    test(`has only a remark on ${key}, which the kube-vip cloud provider understands`, () => {
      const { problems } = parsePool({ [key]: 'true', 'range-global': '10.0.0.1' });
      assert.deepEqual(
        problems.map((problem) => [problem.kind, problem.key]),
        [['remark', key]],
      );
    });
  }

  test('tells of overlaps within a scope, not between scopes or families', () => {
    const pool = parsePool({
      'cidr-blue': '10.0.0.0/24,10.0.0.0/8,fd00::/64',
      'range-blue': '10.1.0.0-10.1.0.1',
      'cidr-global': '10.0.0.0/24',
    });
    assert.deepEqual(
      pool.problems.map(({ kind, key }) => [kind, key]),
      [
        ['remark', 'blue'],
        ['remark', 'blue'],
      ],
    );
  });

  test('tells what is invalid before what is only remarked', () => {
    const pool = parsePool({ 'cidr-blue': '10.0.0.0/30,10.0.0.0/29', quarantine: 'soon' });
    assert.deepEqual(
      pool.problems.map(({ kind, key }) => [kind, key]),
      [
        ['invalid', 'quarantine'],
        ['remark', 'blue'],
      ],
    );
  });

  test('of a megabyte of text is read, with as many problems', () => {
    const text = Array.from({ length: 70_000 }, (_, index) => `10.${index}.x.y`).join(',');
    assert.ok(text.length > 800_000);
    assert.equal(parsePool({ 'range-global': text }).problems.length, 70_000);
  });

  const excluded: readonly {
    readonly name: string;
    readonly data: Record<string, string>;
    readonly left: readonly string[];
  }[] = [
    {
      name: 'one address in the middle',
      data: { 'exclude-blue': '10.0.0.2' },
      left: ['10.0.0.0 to 10.0.0.1', '10.0.0.3 to 10.0.0.7'],
    },
    {
      name: 'a CIDR and a range',
      data: { 'exclude-blue': '10.0.0.0/31,10.0.0.6-10.0.0.9' },
      left: ['10.0.0.2 to 10.0.0.5'],
    },
    { name: 'for all namespaces', data: { 'exclude-global': '10.0.0.4-10.0.0.255' }, left: ['10.0.0.0 to 10.0.0.3'] },
    { name: 'everything', data: { 'exclude-blue': '10.0.0.0/8' }, left: [] },
    { name: 'nothing of another family', data: { 'exclude-blue': '::/0' }, left: ['10.0.0.0 to 10.0.0.7'] },
    { name: 'nothing of another namespace', data: { 'exclude-red': '10.0.0.0/8' }, left: ['10.0.0.0 to 10.0.0.7'] },
  ];
  for (const { name, data, left } of excluded) {
    test(`leaves out what is excluded: ${name}`, () => {
      assert.deepEqual(segmentsFor({ 'cidr-blue': '10.0.0.0/29', ...data }), left);
    });
  }

  test('leaves out, for a namespace without entries of its own, what it excludes of the global ones', () => {
    const data = { 'cidr-global': '10.0.0.0/30', 'exclude-blue': '10.0.0.0' };
    assert.deepEqual(segmentsFor(data), ['10.0.0.1 to 10.0.0.3']);
    assert.deepEqual(segmentsFor(data, 'red'), ['10.0.0.0 to 10.0.0.3']);
  });

  test('with a search order is one merged set from its lowest or highest end', () => {
    const data = { 'cidr-blue': '10.0.0.8/30', 'range-blue': '10.0.0.1-10.0.0.3,10.0.0.4-10.0.0.5' };
    const asc = ['10.0.0.1 to 10.0.0.5', '10.0.0.8 to 10.0.0.11'];
    assert.deepEqual(segmentsFor({ ...data, 'search-order': 'asc' }), asc);
    assert.deepEqual(segmentsFor({ ...data, 'search-order': 'desc' }), asc.toReversed());
  });

  const ends4: readonly (readonly [string, readonly string[]])[] = [
    ['10.0.0.0/29', ['10.0.0.1 to 10.0.0.6']],
    ['10.0.0.0/30', ['10.0.0.1 to 10.0.0.2']],
    ['10.0.0.0/31', ['10.0.0.0 to 10.0.0.1']],
    ['10.0.0.0/32', ['10.0.0.0 to 10.0.0.0']],
    ['fd00::/127', ['fd00:: to fd00::1']],
  ];
  for (const [cidr, left] of ends4) {
    test(`with skip-end-ips-in-cidr has of ${cidr} ${left.join()}`, () => {
      assert.deepEqual(segmentsFor({ 'cidr-blue': cidr, 'skip-end-ips-in-cidr': 'true' }), left);
    });
  }

  test('skips no ends of a range, nor of a CIDR unless told to', () => {
    assert.deepEqual(segmentsFor({ 'range-blue': '10.0.0.0-10.0.0.7', 'skip-end-ips-in-cidr': 'true' }), [
      '10.0.0.0 to 10.0.0.7',
    ]);
    assert.deepEqual(segmentsFor({ 'cidr-blue': '10.0.0.0/30' }), ['10.0.0.0 to 10.0.0.3']);
  });

  const quarantines: readonly (readonly [string | undefined, number])[] = [
    [undefined, 30_000],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['250ms', 1_000],
    ['1500ms', 2_000],
    ['0', 0],
    ['7', 7_000],
  ];
  for (const [text, ms] of quarantines) {
    test(`with quarantine ${text ?? 'not set'} waits ${ms} ms`, () => {
      const pool = parsePool(text === undefined ? {} : { quarantine: text });
      assert.deepEqual([pool.quarantineMs, pool.problems], [ms, []]);
    });
  }

  for (const [key, text] of [
    ['quarantine', 'soon'],
    ['quarantine', '-1s'],
    ['search-order', 'random'],
    ['skip-end-ips-in-cidr', 'yes'],
  ] as const) {
    test(`reports ${key}: ${text}, and goes on with the default`, () => {
      const pool = parsePool({ [key]: text, 'cidr-global': '10.0.0.0/30' });
      assert.deepEqual(
        pool.problems.map((problem) => problem.key),
        [key],
      );
      assert.deepEqual([pool.quarantineMs, pool.order], [30_000, 'listed']);
      assert.equal(sizeOf(scopeFor(pool, 'red')?.segments ?? []), 4n);
    });
  }
});
