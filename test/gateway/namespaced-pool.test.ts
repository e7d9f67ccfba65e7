import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { plannedPool, poolSource } from '../../src/actors/pool-source.ts';
import { parseConfig } from '../../src/config.ts';
import { UsageError } from '../../src/flags.ts';
import { describePool } from '../../src/ipam/report.ts';
import type { Manifest } from './manifests.ts';
import { Simulation } from './simulation.ts';

const unqualified = ['-ipam-configmap', 'ipam'];
const qualified = ['-ipam-configmap', 'infra/ipam'];

const gatewayClass: Manifest = {
  kind: 'GatewayClass',
  metadata: { name: 'l4' },
  spec: { controllerName: 'thebsdbox.co.uk/controller' },
};

function pool(namespace: string, range: string): Manifest {
  return { kind: 'ConfigMap', metadata: { name: 'ipam', namespace }, data: { 'range-global': range } };
}

function gatewayIn(namespace: string): Manifest {
  const listeners = [{ name: 'tcp', port: 8080, protocol: 'TCP' }];
  return { kind: 'Gateway', metadata: { name: namespace, namespace }, spec: { gatewayClassName: 'l4', listeners } };
}

function simulate(flags: readonly string[], ...manifests: readonly Manifest[]): Simulation {
  const simulation = new Simulation({ flags });
  for (const manifest of [gatewayClass, ...manifests]) simulation.put(manifest);
  return simulation.run();
}

/** The address of the Gateway of a namespace, or why it has none. */
function told(simulation: Simulation, namespace: string): string | undefined {
  const status = simulation.cluster.get(`Gateway/${namespace}/${namespace}`)?.status;
  return status?.addresses[0]?.value ?? status?.conditions.find(({ type }) => type === 'Programmed')?.message;
}

describe('with -ipam-namespaced', () => {
  for (const [name, flags, main] of [
    ['without a namespace in -ipam-configmap', unqualified, 'default'],
    ['with one', qualified, 'infra'],
  ] as const) {
    test(`${name}: a ConfigMap in the Gateway’s namespace comes first, all others use the main one`, () => {
      const simulation = simulate(
        [...flags, '-ipam-namespaced'],
        pool(main, '10.0.0.1-10.0.0.9'),
        pool('blue', '10.1.0.1'),
        gatewayIn(main),
        gatewayIn('blue'),
        gatewayIn('red'),
      );
      assert.deepEqual(
        [main, 'blue', 'red'].map((namespace) => told(simulation, namespace)),
        ['10.0.0.1', '10.1.0.1', '10.0.0.2'],
      );
    });
  }

  test('a ConfigMap that appears, or is edited, wakes the Gateways that wait there', () => {
    const simulation = simulate([...qualified, '-ipam-namespaced'], gatewayIn('blue'));
    assert.match(told(simulation, 'blue') ?? '', /ConfigMap infra\/ipam, does not exist: create it$/);
    simulation.put(pool('blue', 'nonsense'));
    assert.match(told(simulation.run(), 'blue') ?? '', /no entry .* usable: blue\/ipam: range-global: "nonsense"/);
    simulation.put(pool('blue', '10.1.0.1'));
    assert.equal(told(simulation.run(), 'blue'), '10.1.0.1');
  });

  test('wants -ipam-configmap', () => {
    assert.throws(() => parseConfig(['-ipam-namespaced']), UsageError);
  });
});

describe('without -ipam-namespaced', () => {
  test('a ConfigMap in the Gateway’s namespace is not used; the condition names it and the flag', () => {
    const simulation = simulate(qualified, pool('blue', '10.1.0.1'), gatewayIn('blue'), gatewayIn('red'));
    const hint = /; ConfigMap blue\/ipam is not used: the controller takes it with -ipam-namespaced only$/;
    assert.match(told(simulation, 'blue') ?? '', hint);
    assert.match(told(simulation, 'red') ?? '', /create it$/);
    simulation.put(pool('infra', 'nonsense'));
    assert.match(told(simulation.run(), 'blue') ?? '', /^no entry of the pool for "global" is usable: .*is not used/);
    simulation.put({ ...pool('infra', ''), data: { 'range-red': '10.0.0.1' } });
    assert.match(told(simulation.run(), 'blue') ?? '', /^the pool has no entry for namespace "blue": .*is not used/);
    assert.equal(told(simulation, 'red'), '10.0.0.1');
    simulation.put(pool('infra', '10.0.0.1'));
    assert.match(told(simulation.run(), 'blue') ?? '', /^all 1 addresses .* are in use: .*is not used/);
    simulation.put(pool('infra', 'nonsense'));
    simulation.remove('ConfigMap/blue/ipam');
    assert.match(told(simulation.run(), 'blue') ?? '', /^no entry of the pool for "global" is usable: .*20\)$/);
  });
});

describe('a planned edit', () => {
  const { cluster } = simulate(qualified, pool('infra', '10.0.0.1'), pool('blue', '10.1.0.1'), pool('red', 'bad'));
  const data = { 'range-global': '10.2.0.1,x' };
  const cases = [
    ['of the main ConfigMap', ['-ipam-namespaced'], 'infra', ['range-global'], ['10.1.0.1', '10.2.0.1']],
    ['of one that names no namespace', ['-ipam-namespaced'], '', ['range-global'], ['10.1.0.1', '10.2.0.1']],
    ['of a namespace’s ConfigMap', ['-ipam-namespaced'], 'blue', ['range-global'], ['10.2.0.1', '10.0.0.1']],
    ['of a new one', ['-ipam-namespaced'], 'green', ['range-global'], ['10.1.0.1', '10.2.0.1']],
    ['without the flag', [], 'blue', ['range-global'], ['10.2.0.1', '10.2.0.1']],
  ] as const;
  for (const [name, flags, namespace, problems, [blue, green]] of cases) {
    test(`${name} has the pools of the other ones, without their problems`, () => {
      const source = poolSource(parseConfig([...qualified, ...flags]), undefined) ?? assert.fail();
      const after = plannedPool(source, cluster, [{ namespace, data }]);
      assert.deepEqual(
        after.problems.map(({ key }) => key),
        problems,
      );
      for (const [of, address] of [
        ['blue', blue],
        ['green', green],
      ] as const) {
        assert.ok(describePool(after, of).includes(`: ${address} (`), describePool(after, of));
      }
    });
  }

  test('of several ConfigMaps has them all; of two of one place, the first', () => {
    const source = poolSource(parseConfig([...qualified, '-ipam-namespaced']), undefined) ?? assert.fail();
    const after = plannedPool(source, cluster, [
      { namespace: 'infra', data },
      { namespace: 'blue', data: { 'range-blue': '10.3.0.1,y' } },
      { data: { 'range-global': '10.4.0.1' } },
    ]);
    assert.deepEqual(
      after.problems.map(({ configMap, key }) => [configMap, key]),
      [
        [undefined, 'range-global'],
        ['blue/ipam', 'range-blue'],
      ],
    );
    assert.deepEqual(
      ['blue', 'green'].map((of) => describePool(after, of)),
      ['blue: 10.3.0.1 (1 addresses)', 'global: 10.2.0.1 (1 addresses)'],
    );
  });
});
