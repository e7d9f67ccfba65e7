import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Registry } from 'prom-client';
import { parsePool } from '../../src/ipam/pool.ts';
import { type Holding, type Other, reportPool } from '../../src/ipam/report.ts';
import { poolMetrics } from '../../src/observability/metrics-pool.ts';

type Data = Readonly<Record<string, string>>;

function holding(address: string, namespace = 'red', released?: string): Holding {
  return { address, namespace, gateway: `${namespace}/${address}`, since: '', released };
}

const nine = { 'range-global': '10.0.0.1-10.0.0.9' };
const shared = { ...nine, 'exclude-blue': '10.0.0.1-10.0.0.3' };

const sizes: readonly (readonly [name: string, data: Data, size: string, excluded: string])[] = [
  ['one scope', nine, '9', '0'],
  ['a namespace with an exclusion of the global ones', shared, '9', '0'],
  ['an exclusion for all', { ...shared, 'exclude-global': '10.0.0.2' }, '8', '1'],
  ['a namespace with a part of the global ones', { ...nine, 'range-blue': '10.0.0.8-10.0.0.10' }, '10', '0'],
  ['overlapping entries', { 'cidr-global': '10.0.0.0/30,10.0.0.0/29' }, '8', '0'],
];

describe('The report of a pool', () => {
  for (const [name, data, size, excluded] of sizes) {
    test(`counts each address once: ${name}`, () => {
      const report = reportPool(parsePool(data), []);
      assert.deepEqual([report.size, report.excluded], [size, excluded]);
    });
  }

  test('has the metrics count so too', async () => {
    const registry = new Registry();
    const holdings = [holding('10.0.0.1'), holding('10.0.0.4', 'blue'), holding('10.0.0.5', 'red', 'then')];
    const others = ['10.0.0.5', '10.0.0.6', '192.0.2.1'].map((address) => ({ address, who: 'Node n1' }));
    let made = 0;
    poolMetrics(registry, () => {
      made += 1;
      return reportPool(parsePool(shared), holdings, others);
    });
    const lines = (await registry.metrics()).split('\n').filter((line) => /^[^#]/.test(line));
    assert.deepEqual(lines.toSorted(), [
      'gateway_api_pool_excluded 0',
      'gateway_api_pool_in_use{family="IPv4"} 2',
      'gateway_api_pool_invalid_entries 0',
      'gateway_api_pool_others{family="IPv4"} 1',
      'gateway_api_pool_outside 0',
      'gateway_api_pool_quarantined{family="IPv4"} 1',
      'gateway_api_pool_size{family="IPv4"} 9',
    ]);
    assert.equal(made, 1, 'one report for all gauges');
    await registry.metrics();
    assert.equal(made, 2, 'and a new one for the next scrape');
  });

  test('counts each family for itself', () => {
    const data = { 'range-global': '10.0.0.1-10.0.0.2', 'cidr-global': 'fd00::/120' };
    const holdings = [holding('10.0.0.1'), holding('10.0.0.2', 'red', 'then'), holding('fd00::1')];
    const { families } = reportPool(parsePool(data), holdings, [{ address: 'fd00::9', who: 'Node n1' }]);
    assert.deepEqual(families, [
      { family: 'IPv4', size: '2', inUse: 1, quarantined: 1, others: 0 },
      { family: 'IPv6', size: '256', inUse: 1, quarantined: 0, others: 1 },
    ]);
  });

  test('lists what others have of it, and counts for each scope what Gateways have not', () => {
    const others: readonly Other[] = [
      { address: '10.0.0.9', who: 'Node n1' },
      { address: '10.0.0.1', who: 'Service shop/web' },
      { address: '10.0.0.5', who: 'Service shop/web' },
      { address: '192.0.2.1', who: 'Service shop/web' },
    ];
    const report = reportPool(parsePool(shared), [holding('10.0.0.5')], others);
    assert.deepEqual(
      report.others.map(({ address }) => address),
      ['10.0.0.1', '10.0.0.5', '10.0.0.9'],
    );
    assert.deepEqual(
      report.scopes.map(({ scope, inUse, others: count }) => [scope, inUse, count]),
      [
        ['blue', 0, 1],
        ['global', 1, 2],
      ],
    );
  });
});
