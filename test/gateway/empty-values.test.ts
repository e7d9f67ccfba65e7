import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gateway, pool, programmed, simulate } from './address-world.ts';
import type { Manifest } from './manifests.ts';
import { Simulation, type SimulationOptions } from './simulation.ts';

const key = 'Gateway/default/gw';
const both = pool('10.0.0.0/28,fd00::/126');
const empty = { type: 'IPAddress' };

function naming(families: string | undefined, ...values: readonly (string | undefined)[]): Manifest {
  const annotations = families && { 'gateway-api-controller.thebsdbox.co.uk/ip-families': families };
  const { metadata, spec, ...rest } = gateway('gw');
  const addresses = values.map((value) => (value === undefined ? empty : { type: 'IPAddress', value }));
  return {
    ...rest,
    metadata: { ...metadata, ...(annotations && { annotations }) },
    spec: { ...(spec as object), addresses },
  };
}

function told(simulation: Simulation): readonly string[] | undefined {
  return simulation.cluster.get(key)?.status.addresses.map(({ value }) => value);
}

function accepted(simulation: Simulation): string {
  const found = simulation.cluster.get(key)?.status.conditions.find(({ type }) => type === 'Accepted');
  return `${found?.status}/${found?.reason}: ${found?.message}`;
}

const granted: readonly (readonly [string | undefined, readonly (string | undefined)[], readonly string[]])[] = [
  [undefined, ['192.168.8.8', undefined], ['192.168.8.8', 'fd00::']],
  ['dual', ['192.168.8.8', undefined], ['192.168.8.8', 'fd00::']],
  ['dual', [undefined, '192.168.8.8'], ['192.168.8.8', 'fd00::']],
  ['dual', ['2001:db8::8', undefined], ['2001:db8::8', '10.0.0.0']],
  ['ipv6', ['192.168.8.8', undefined], ['192.168.8.8', 'fd00::']],
  ['dual', ['192.168.8.8', '192.168.8.9', undefined], ['192.168.8.8', '192.168.8.9', 'fd00::']],
];

const refused: readonly (readonly [string | undefined, readonly (string | undefined)[], RegExp])[] = [
  ['ipv4', ['192.168.8.8', undefined], /an empty value beside 192\.168\.8\.8 .*and ip-families is ipv4: take it out/],
  ['dual', ['192.168.8.8', undefined, undefined], /an empty value beside 192\.168\.8\.8 /],
  [undefined, ['192.168.8.8', '2001:db8::8', undefined], /of a family that none is named of: take it out/],
];

describe('an empty value beside a named one', () => {
  for (const [families, values, addresses] of granted) {
    test(`${families ?? 'auto'}: ${values.map((value) => value ?? 'empty').join()} is ${addresses.join()}`, () => {
      const simulation = simulate([both, naming(families, ...values)]);
      assert.deepEqual(told(simulation), addresses);
      assert.match(programmed(simulation, key), /^True/);
      const again = new Simulation({ flags: simulation.flags, api: simulation.api }).run();
      assert.deepEqual(again.writes, []);
      assert.deepEqual(again.pool.held('gateway-gw'), addresses);
    });
  }

  for (const [families, values, message] of refused) {
    test(`${families ?? 'auto'}: ${values.map((value) => value ?? 'empty').join()} is refused`, () => {
      const simulation = simulate([both, naming(families, ...values)]);
      assert.match(accepted(simulation), /^False\/UnsupportedAddress/);
      assert.match(accepted(simulation), message);
      assert.deepEqual(told(simulation), []);
    });
  }

  for (const rest of [{}, { notServed: ['IPAddress'] }] as const satisfies readonly Partial<SimulationOptions>[]) {
    test(`is added to what a Gateway has, ${'notServed' in rest ? 'without' : 'with'} a ledger, and taken out again`, () => {
      const simulation = simulate([both, naming(undefined)], [], rest);
      assert.deepEqual(told(simulation), ['10.0.0.0']);
      const addresses = [{ type: 'IPAddress', value: '10.0.0.0' }, empty];
      simulation.patch(key, { spec: { addresses } });
      assert.deepEqual(told(simulation.run()), ['10.0.0.0', 'fd00::']);
      assert.deepEqual(simulation.cluster.get(key)?.metadata.annotations, {});
      simulation.patch(key, { spec: { addresses: addresses.slice(0, 1) } });
      assert.deepEqual(told(simulation.run()), ['10.0.0.0']);
    });
  }

  test('takes nothing away where the pool has none of that family, and is met when it has', () => {
    const simulation = simulate([naming(undefined)]);
    simulation.patch(key, { spec: { addresses: [{ type: 'IPAddress', value: '10.0.0.0' }, empty] } });
    simulation.run();
    assert.match(programmed(simulation, key), /^False\/AddressNotAssigned: .*no IPv6 addresses/);
    assert.deepEqual(told(simulation), ['10.0.0.0']);
    simulation.put(both);
    assert.deepEqual(told(simulation.run()), ['10.0.0.0', 'fd00::']);
    assert.match(programmed(simulation, key), /^True/);
  });
});
