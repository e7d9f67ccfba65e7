import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gateway, simulate } from './address-world.ts';
import type { Simulation } from './simulation.ts';

function finalizersOf(simulation: Simulation): readonly string[] | undefined {
  return simulation.cluster.get('GatewayClass//l4')?.finalizers;
}

describe('the class of a Gateway that cannot be decoded', () => {
  const unreadable = { ...gateway('gw'), spec: { gatewayClassName: 'l4', listeners: 'none' } };

  test('is in use', () => {
    const simulation = simulate([unreadable]);
    assert.ok(simulation.cluster.rejection('Gateway/default/gw'));
    assert.equal(finalizersOf(simulation)?.length, 1);
    simulation.remove('Gateway/default/gw');
    assert.deepEqual(finalizersOf(simulation.run()), []);
  });

  test('is in use no more where that can be decoded, and is of another class', () => {
    const simulation = simulate([unreadable]);
    simulation.put({ ...gateway('gw'), spec: { gatewayClassName: 'other', listeners: [] } });
    assert.deepEqual(finalizersOf(simulation.run()), []);
  });
});
