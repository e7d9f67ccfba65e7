import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gateway, programmed, simulate } from './address-world.ts';

const key = 'Gateway/default/gw';

describe('a static address that no load balancer can have', () => {
  for (const address of [
    '0.0.0.0',
    '127.0.0.1',
    '169.254.1.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
  ]) {
    test(`${address} is refused by name, and is nobody's in the ledger`, () => {
      const simulation = simulate([gateway('gw', address)]);
      const named = `False/AddressNotUsable: address ${address} is `;
      assert.ok(programmed(simulation, key).startsWith(named), programmed(simulation, key));
      assert.deepEqual(simulation.pool.held('gateway-gw'), []);
      assert.deepEqual(simulation.cluster.get(key)?.status.addresses, []);
      assert.deepEqual([...simulation.cluster.keysOf('IPAddress')], []);
    });
  }

  test('another one is taken in its stead', () => {
    const simulation = simulate([gateway('gw', '127.0.0.1')]);
    simulation.patch(key, { spec: { addresses: [{ type: 'IPAddress', value: '192.0.2.1' }] } });
    assert.match(programmed(simulation.run(), key), /^True\/Programmed: 192\.0\.2\.1 is assigned/);
  });
});

describe('several static addresses', () => {
  test('of one family are all held, told and handed over', () => {
    const both = ['192.0.2.1', '192.0.2.2'];
    const { spec, ...rest } = gateway('gw');
    const addresses = both.map((value) => ({ type: 'IPAddress', value }));
    const route = {
      kind: 'TCPRoute',
      metadata: { name: 'web', labels: { selectorkey: 'app', selectorvalue: 'web' } },
      spec: { parentRefs: [{ name: 'gw' }], rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] },
    } as const;
    const simulation = simulate([{ ...rest, spec: { ...(spec as object), addresses } }, route]);
    assert.deepEqual(simulation.pool.held('gateway-gw'), both);
    assert.match(programmed(simulation, key), /^True\/Programmed: 192\.0\.2\.1, 192\.0\.2\.2 is assigned/);
    const service = simulation.cluster.get('Service/default/web');
    assert.equal(service?.metadata.annotations['kube-vip.io/loadbalancerIPs'], both.join());
    assert.deepEqual(service?.spec.ipFamilies, ['IPv4']);
  });
});
