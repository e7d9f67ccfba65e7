import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ObjectKey } from '../../src/objects/keys.ts';
import { gateway, left, programmed, simulate } from './address-world.ts';
import type { Simulation, SimulationOptions } from './simulation.ts';

const key = 'Gateway/default/gw';
const pinned = 'gateway-api-controller.thebsdbox.co.uk/pinned-addresses';
const flags: readonly (readonly string[])[] = [[], ['-fix-duplicates']];

function name(simulation: Simulation, value: string | null, of: ObjectKey<'Gateway'> = key): Simulation {
  simulation.patch(of, { spec: { addresses: value === null ? null : [{ type: 'IPAddress', value }] } });
  return simulation.run();
}

function found(simulation: Simulation) {
  const { spec, status, metadata } = simulation.cluster.get(key) ?? assert.fail();
  const [inSpec, told] = [spec, status].map(({ addresses }) => addresses.map(({ value }) => value).join());
  return { inSpec, told, label: metadata.labels['ipam-address'], mark: metadata.annotations[pinned] };
}

const users = (address: string) => ({ inSpec: address, told: address, label: undefined, mark: undefined });

function record(uid: string, address: string, controller = 'thebsdbox.co.uk/controller') {
  const pin = JSON.stringify({ controller, uid, addresses: [address] });
  return {
    labels: { 'ipam-address': address, implementation: 'thebsdbox' },
    annotations: { [pinned]: pin },
  };
}

for (const flag of flags) {
  describe(`the marks of a pinned address, ${flag.join() || 'without flags'}`, () => {
    test('go by one write when a user names another address, and the address stays', () => {
      const simulation = simulate([gateway('gw')], flag);
      const before = simulation.writes.length;
      assert.deepEqual(found(name(simulation, '172.20.0.1')), users('172.20.0.1'));
      const patches = simulation.writes.slice(before).filter((write) => write.key === key && write.verb === 'patch');
      assert.equal(patches.length, 1);
    });

    test('go also where the user cannot have what the spec names', () => {
      const simulation = simulate([gateway('gw'), gateway('other', '192.0.2.1')], flag);
      name(simulation, '192.0.2.1');
      assert.match(programmed(simulation, key), /^False\/AddressNotUsable/);
      assert.deepEqual(found(simulation), { ...users('192.0.2.1'), told: '' });
      assert.deepEqual(found(name(simulation, '10.0.0.0')), users('10.0.0.0'));
    });

    test('do not come back when the user names again what the pool had given, who has it then', () => {
      const simulation = simulate([gateway('gw')], flag);
      name(simulation, '172.20.0.1');
      assert.deepEqual(found(name(simulation, '10.0.0.0')), users('10.0.0.0'));
    });

    test('stay where the list is emptied: the address is held all the same', () => {
      const simulation = simulate([gateway('gw')], flag);
      const { mark } = found(simulation);
      assert.ok(mark?.includes('10.0.0.0'));
      assert.deepEqual(found(name(simulation, null)), { inSpec: '', told: '10.0.0.0', label: '10.0.0.0', mark });
    });

    test('of the Gateway that this is a copy of go when its user names another', () => {
      const simulation = simulate([gateway('gw', '192.0.2.9', record('another', '10.0.0.3'))], flag);
      assert.deepEqual(found(simulation), users('192.0.2.9'));
    });

    test('of another controller stay', () => {
      const metadata = record('gateway-gw', '10.0.0.3', 'example.com/other');
      const simulation = simulate([gateway('gw', '192.0.2.9', metadata)], flag);
      assert.equal(found(simulation).mark, metadata.annotations[pinned]);
    });

    test('of the Go original, a label alone, go as well', () => {
      const simulation = simulate([left('gw', '10.0.0.3', '2025-01-01T00:00:00Z')], flag);
      assert.equal(found(simulation).label, '10.0.0.3');
      assert.deepEqual(found(name(simulation, '172.20.0.1')), users('172.20.0.1'));
      assert.deepEqual(found(name(simulation, '10.0.0.3')), users('10.0.0.3'));
    });
  });
}

describe('with -fix-duplicates, where the API server refuses to take the marks off', () => {
  const options: Partial<SimulationOptions> = { refused: [`gateway-marks ${key}`] };

  test('what a user names is given all the same, and never overwritten', () => {
    const metadata = record('gateway-gw', '10.0.0.2');
    const simulation = simulate([gateway('gw', '172.20.0.1', metadata)], ['-fix-duplicates'], options);
    assert.equal(found(simulation).mark, metadata.annotations[pinned]);
    const { inSpec, told } = found(name(simulation, '10.0.0.2'));
    assert.deepEqual([inSpec, told], ['10.0.0.2', '10.0.0.2']);
    assert.deepEqual(simulation.pool.held('gateway-gw'), ['10.0.0.2']);
  });
});
