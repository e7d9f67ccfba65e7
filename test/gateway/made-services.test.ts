import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gateway, programmed, simulate } from './address-world.ts';
import type { Manifest } from './manifests.ts';

const key = 'Service/default/web';
const route: Manifest = {
  kind: 'TCPRoute',
  metadata: { name: 'web', labels: { selectorkey: 'app', selectorvalue: 'web' } },
  spec: { parentRefs: [{ name: 'gw' }], rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] },
};

function addresses(...values: readonly string[]): object {
  return { spec: { addresses: values.map((value) => ({ type: 'IPAddress', value })) } };
}

describe('a Service that was made', () => {
  test('stays when its Gateway names its addresses in another order, and goes when the first family does', () => {
    const simulation = simulate([gateway('gw', '192.0.2.1'), route]);
    const uid = simulation.cluster.get(key)?.metadata.uid;
    const familiesWith = (...values: readonly string[]): readonly string[] | undefined => {
      simulation.patch('Gateway/default/gw', addresses(...values));
      simulation.run();
      return simulation.cluster.get(key)?.spec.ipFamilies;
    };
    assert.deepEqual(familiesWith('2001:db8::1', '192.0.2.1'), ['IPv4', 'IPv6']);
    assert.deepEqual(familiesWith('192.0.2.1', '2001:db8::1'), ['IPv4', 'IPv6']);
    assert.equal(simulation.cluster.get(key)?.metadata.uid, uid);
    assert.deepEqual(familiesWith('2001:db8::1'), ['IPv6']);
    assert.notEqual(simulation.cluster.get(key)?.metadata.uid, uid);
  });

  test('has its ingress where nobody announces, though the server keeps no ipMode', () => {
    const simulation = simulate([gateway('gw'), route], ['-announcer', 'none']);
    simulation.patch(key, { status: { loadBalancer: { ingress: [{ ip: '10.0.0.0' }] } } });
    const before = simulation.writes.length;
    assert.match(programmed(simulation.run(), 'Gateway/default/gw'), /^True/);
    assert.equal(simulation.writes.length, before);
  });
});
