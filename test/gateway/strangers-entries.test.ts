import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gateway, pool, programmed, simulate } from './address-world.ts';
import type { Manifest } from './manifests.ts';

/** As Kubernetes itself has one for each Service. */
function entry(name: string): Manifest {
  const parentRef = { group: '', resource: 'services', namespace: 'default', name: 'web' };
  return { kind: 'IPAddress', metadata: { name }, spec: { parentRef } };
}

describe('an entry of somebody else in the ledger that goes', () => {
  for (const [where, address, manifests, isWanted] of [
    ['in the pool', '10.0.0.0', [pool('10.0.0.0/32'), gateway('gw')], true],
    ['that a Gateway waits for', '192.0.2.1', [pool('10.0.0.0/32'), gateway('gw', '192.0.2.1')], true],
    ['that nobody wants', '192.0.2.1', [pool('10.0.0.0/32'), gateway('gw')], false],
  ] as const) {
    test(`${where} ${isWanted ? 'is had by who waits' : 'wakes nobody'}`, () => {
      const simulation = simulate([entry(address), ...manifests]);
      const { revision } = simulation.pool;
      assert.equal(programmed(simulation, 'Gateway/default/gw').startsWith('True'), !isWanted);
      simulation.remove(`IPAddress//${address}`);
      assert.match(programmed(simulation.run(), 'Gateway/default/gw'), /^True/);
      assert.equal(simulation.pool.revision !== revision, isWanted);
    });
  }
});
