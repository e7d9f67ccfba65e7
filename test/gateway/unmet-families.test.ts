import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gateway, pool, programmed, simulate } from './address-world.ts';
import type { Simulation } from './simulation.ts';

const key = 'Gateway/default/gw';
const both = pool('10.0.0.0/28,fd00::/126');

function set(simulation: Simulation, families: string | null): string {
  const annotations = { 'gateway-api-controller.thebsdbox.co.uk/ip-families': families };
  simulation.patch(key, { metadata: { annotations } });
  return programmed(simulation.run(), key);
}

const added = 'write that and {type: IPAddress} into spec.addresses for one of IPv6 too';
const anew = 'name others in spec.addresses, or make the Gateway anew without any';

describe('ip-families, set on a Gateway that has an address', () => {
  for (const flags of [[], ['-pin-address=false']]) {
    const how = flags.join() || 'pinned';
    for (const [families, advice] of Object.entries({ dual: added, ipv6: anew })) {
      test(`${how}: ${families} is not met, and Programmed says so by one status, until it is set back`, () => {
        const simulation = simulate([both, gateway('gw')], flags);
        const before = simulation.writes.length;
        const kept = `ip-families ${families} is not met: it keeps 10.0.0.0; ${advice}`;
        const message = set(simulation, families);
        assert.ok(message.startsWith('True/Programmed: ') && message.endsWith(`; ${kept}`), message);
        assert.deepEqual(
          simulation.writes.slice(before).map(({ verb }) => verb),
          ['status'],
        );
        assert.deepEqual(simulation.pool.held('gateway-gw'), ['10.0.0.0']);
        assert.doesNotMatch(set(simulation, null), /not met/);
      });
    }

    test(`${how}: what the message says for dual works`, () => {
      const simulation = simulate([both, gateway('gw')], flags);
      set(simulation, 'dual');
      simulation.patch(key, { spec: { addresses: [{ type: 'IPAddress', value: '10.0.0.0' }, { type: 'IPAddress' }] } });
      assert.doesNotMatch(programmed(simulation.run(), key), /not met/);
      assert.deepEqual(simulation.pool.held('gateway-gw'), ['10.0.0.0', 'fd00::']);
    });

    test(`${how}: what the message says for another family works`, () => {
      const simulation = simulate([both, gateway('gw')], flags);
      set(simulation, 'ipv6');
      simulation.patch(key, { spec: { addresses: [{ type: 'IPAddress', value: 'fd00::2' }] } });
      assert.match(programmed(simulation.run(), key), /^True\/Programmed: fd00::2 (?!.*not met)/);
      simulation.remove(key);
      const annotations = { 'gateway-api-controller.thebsdbox.co.uk/ip-families': 'ipv6' };
      simulation.put(gateway('gw', undefined, { annotations }));
      assert.match(programmed(simulation.run(), key), /^True\/Programmed: fd00:: (?!.*not met)/);
    });
  }

  test('is said of an address that a user named where it is set for this Gateway, not where it is for all', () => {
    const simulation = simulate([both, gateway('gw', '192.0.2.1')], ['-ip-families', 'dual']);
    assert.doesNotMatch(programmed(simulation, key), /not met/);
    assert.match(set(simulation, 'dual'), /not met: it keeps 192\.0\.2\.1; write that and/);
    assert.match(set(simulation, 'ipv6'), /not met: it keeps 192\.0\.2\.1; name others in spec\.addresses$/);
  });
});
