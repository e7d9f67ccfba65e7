import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gateway, left, pool, programmed, simulate } from './address-world.ts';
import { Simulation } from './simulation.ts';

describe('with -pin-address=false', () => {
  const flags = ['-pin-address=false'];

  test('the address stands in the status and in the ledger, and nothing is written into the spec', () => {
    const simulation = simulate([gateway('gw')], flags);
    const { spec, status, metadata } = simulation.cluster.get('Gateway/default/gw') ?? assert.fail();
    assert.deepEqual([spec.addresses, metadata.labels, metadata.annotations], [[], {}, {}]);
    assert.deepEqual(
      status.addresses.map(({ value }) => value),
      ['10.0.0.0'],
    );
    assert.ok(simulation.cluster.get('IPAddress//10.0.0.0'));
    const again = new Simulation({ flags: ['-ipam-configmap', 'default/ipam', ...flags], api: simulation.api });
    assert.deepEqual(again.run().writes, []);
  });

  test('the status is the record where the cluster has no ledger', () => {
    const simulation = simulate([gateway('gw')], flags, { notServed: ['IPAddress'] });
    const options = { flags: ['-ipam-configmap', 'default/ipam', ...flags], notServed: ['IPAddress'] as const };
    const again = new Simulation({ ...options, api: simulation.api }).run();
    assert.deepEqual(again.writes, []);
    assert.deepEqual(again.pool.held('gateway-gw'), ['10.0.0.0']);
    assert.deepEqual(again.cluster.get('Gateway/default/gw')?.spec.addresses, []);
  });
});

describe('two Gateways to which the Go original gave one address', () => {
  const both = [left('new', '10.0.0.3', '2025-02-02T00:00:00Z'), left('old', '10.0.0.3', '2025-01-01T00:00:00Z')];

  test('the older keeps it, the other is told who has it', () => {
    const simulation = simulate(both, []);
    assert.deepEqual(simulation.pool.held('gateway-old'), ['10.0.0.3']);
    assert.match(programmed(simulation, 'Gateway/default/new'), /^False\/AddressNotUsable: .*Gateway default\/old/);
  });

  test('with -fix-duplicates the other gets a new one, which it keeps over a restart', () => {
    const simulation = simulate(both, ['-fix-duplicates']);
    assert.deepEqual(simulation.pool.held('gateway-old'), ['10.0.0.3']);
    const [own = ''] = simulation.pool.held('gateway-new');
    assert.match(own, /^10\.0\.0\.(?!3$)/);
    const found = simulation.cluster.get('Gateway/default/new') ?? assert.fail();
    assert.deepEqual([found.spec.addresses[0]?.value, found.status.addresses[0]?.value], [own, own]);
    for (const flag of [[], ['-fix-duplicates']]) {
      const flags = ['-ipam-configmap', 'default/ipam', ...flag];
      const again = new Simulation({ flags, api: simulation.api }).run();
      assert.deepEqual(again.writes, [], flag.join());
    }
  });

  test('with -fix-duplicates an address that a user wrote is not changed', () => {
    const users = gateway('users', '10.0.0.3', { creationTimestamp: '2025-02-02T00:00:00Z' });
    const simulation = simulate([users, ...both.slice(1)], ['-fix-duplicates']);
    assert.match(programmed(simulation, 'Gateway/default/users'), /^False\/AddressNotUsable/);
    assert.equal(simulation.cluster.get('Gateway/default/users')?.spec.addresses[0]?.value, '10.0.0.3');
  });
});

describe('an edit of the pool', () => {
  test('is told to the Gateways that it leaves outside, and taken back when it covers them again', () => {
    const simulation = simulate([gateway('gw'), gateway('static', '192.0.2.1')], []);
    simulation.put(pool('10.9.0.0/28'));
    simulation.run();
    assert.deepEqual(simulation.pool.held('gateway-gw'), ['10.0.0.0']);
    assert.match(
      programmed(simulation, 'Gateway/default/gw'),
      /^True\/Programmed: .*10\.0\.0\.0 lies outside the pool/,
    );
    assert.doesNotMatch(programmed(simulation, 'Gateway/default/static'), /outside/, 'its user wants it so');
    simulation.put(pool('10.0.0.0/30'));
    simulation.run();
    assert.doesNotMatch(programmed(simulation, 'Gateway/default/gw'), /outside/);
  });
});
