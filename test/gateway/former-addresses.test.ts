import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ledgerManifest } from '../../src/gateway/ledger.ts';
import { gateway, programmed, simulate } from './address-world.ts';
import type { Manifest } from './manifests.ts';
import { Simulation } from './simulation.ts';

const key = 'Gateway/default/gw';
const uid = 'gateway-gw';
const dualPool: Manifest = {
  kind: 'ConfigMap',
  metadata: { name: 'ipam' },
  data: { 'cidr-global': '10.0.0.0/28, fd00::/120' },
};

function entry(address: string, controllerName = 'thebsdbox.co.uk/controller'): Manifest {
  const { config } = new Simulation({ flags: ['-gateway-class-name', controllerName] });
  const { metadata, spec } = ledgerManifest(address, { uid, namespace: 'default', name: 'gw' }, config) as Manifest;
  return { kind: 'IPAddress', metadata, spec };
}

function strangers(address: string): Manifest {
  const parentRef = { group: '', resource: 'services', namespace: 'shop', name: 'web' };
  return { kind: 'IPAddress', metadata: { name: address }, spec: { parentRef } };
}

function mark(...addresses: readonly string[]): object {
  const pin = JSON.stringify({ controller: 'thebsdbox.co.uk/controller', uid, addresses });
  return { annotations: { 'gateway-api-controller.thebsdbox.co.uk/pinned-addresses': pin } };
}

function told(...addresses: readonly string[]): object {
  return { status: { addresses: addresses.map((value) => ({ type: 'IPAddress', value })) } };
}

describe('a Gateway of two families, of which the ledger has one', () => {
  const unpinned = ['-ip-families', 'dual', '-pin-address=false'];
  const both = ['10.0.0.0', 'fd00::'];

  test('gets the other, too, where the record was cut short', () => {
    const simulation = simulate([dualPool, entry('10.0.0.0'), gateway('gw')], ['-ip-families', 'dual']);
    assert.deepEqual(simulation.pool.held(uid), both);
    assert.match(programmed(simulation, key), /^True\/Programmed: 10\.0\.0\.0, fd00:: is assigned/);
  });

  test('gets it where two empty values ask for both', () => {
    const { spec, ...rest } = gateway('gw');
    const asking = { ...rest, spec: { ...(spec as object), addresses: [{}, {}] } };
    assert.deepEqual(simulate([dualPool, entry('fd00::'), asking]).pool.held(uid), both);
  });

  for (const [what, manifests, held] of [
    ['which was told of both, gets the one that is lost again', [], both],
    [
      "which was told of both, gets one for that which is a stranger's now",
      [strangers('fd00::')],
      ['10.0.0.0', 'fd00::1'],
    ],
  ] as const) {
    test(what, () => {
      const ofBoth = { ...gateway('gw'), ...told(...both) };
      const simulation = simulate([dualPool, entry('10.0.0.0'), ...manifests, ofBoth], unpinned);
      assert.deepEqual(simulation.pool.held(uid), held);
      assert.match(programmed(simulation, key), /^True/);
    });
  }

  test('keeps it where there is no other', () => {
    const simulation = simulate(
      [entry('10.0.0.0'), strangers('fd00::'), { ...gateway('gw'), ...told(...both) }],
      unpinned,
    );
    assert.deepEqual(simulation.pool.held(uid), ['10.0.0.0']);
    assert.deepEqual(simulation.cluster.get(key)?.status.addresses, [{ type: 'IPAddress', value: '10.0.0.0' }]);
  });
});

describe('a Gateway that comes from the class of another controller', () => {
  const service = {
    kind: 'Service',
    metadata: { name: 'envoy', namespace: 'envoy-system' },
    spec: { type: 'LoadBalancer', ports: [{ port: 8080 }] },
    status: { loadBalancer: { ingress: [{ ip: '10.0.0.0' }] } },
  } as const;

  for (const [what, address, held] of [
    ['of the pool, which its Service still has', '10.0.0.0', '10.0.0.1'],
    ['that is not of the pool, and that nobody uses', '203.0.113.7', '203.0.113.7'],
    ['of the pool that nobody uses', '10.0.0.9', '10.0.0.9'],
  ] as const) {
    test(`had an address ${what}: it gets ${held}`, () => {
      const simulation = simulate([service, { ...gateway('gw'), ...told(address) }]);
      assert.deepEqual(simulation.pool.held(uid), [held]);
      assert.match(programmed(simulation, key), new RegExp(`^True/Programmed: ${held} is assigned`));
    });
  }

  for (const releasedAt of [undefined, '2026-01-01T00:00:00Z']) {
    test(`of this software keeps its address${releasedAt ? ', also from the quarantine of that' : ''}`, () => {
      const { metadata, ...rest } = entry('10.0.0.3', 'example.com/other') as Manifest & {
        metadata: { annotations: object };
      };
      const released = { 'gateway-api-controller.thebsdbox.co.uk/released-at': releasedAt };
      const annotations = { ...metadata.annotations, ...(releasedAt !== undefined && released) };
      const pinned = gateway('gw', '10.0.0.3', mark('10.0.0.3'));
      const simulation = simulate([{ ...rest, metadata: { ...metadata, annotations } }, pinned]);
      assert.match(programmed(simulation, key), /^True\/Programmed: 10\.0\.0\.3 is assigned/);
      const { metadata: now } = simulation.cluster.get('IPAddress//10.0.0.3') ?? assert.fail();
      const { metadata: wanted } = entry('10.0.0.3');
      assert.deepEqual([now.labels, now.annotations], [wanted.labels, wanted.annotations]);
    });
  }
});

describe('with -static-addresses=pool, marks that whoever writes a Gateway can put there', () => {
  const flags = ['-static-addresses', 'pool'];
  const labels = { 'ipam-address': '192.0.2.99', implementation: 'thebsdbox' };

  for (const [what, manifest] of [
    ['the labels', gateway('gw', '192.0.2.99', { labels })],
    ['the annotation', gateway('gw', '192.0.2.99', mark('192.0.2.99'))],
  ] as const) {
    test(`prove nothing: ${what}`, () => {
      assert.match(programmed(simulate([manifest], flags), key), /^False\/AddressNotUsable: .* outside the pool/);
    });
  }

  test('get no address from outside the pool where none is named', () => {
    const simulation = simulate([gateway('gw', undefined, mark('192.0.2.99'))], flags);
    assert.deepEqual(simulation.pool.held(uid), ['10.0.0.0']);
  });

  test('do not take an address away that it was told, and that an edit of the pool left outside', () => {
    const pinned = { ...gateway('gw', '192.0.2.99', mark('192.0.2.99')), ...told('192.0.2.99') };
    assert.deepEqual(simulate([pinned], flags).pool.held(uid), ['192.0.2.99']);
  });
});

describe('a mark of a pinned address', () => {
  test('counts in whatever notation, and one that is no address does not', () => {
    const pinned = gateway('gw', undefined, mark('Not/An Address', 'FD00:0::9'));
    const simulation = simulate([dualPool, pinned], [], { notServed: ['IPAddress'] });
    assert.deepEqual(simulation.pool.held(uid), ['fd00::9']);
  });

  test('is not waited for on a Gateway that is being deleted', () => {
    const deletionTimestamp = '2026-01-01T00:00:00Z';
    const simulation = simulate([gateway('gw', undefined, { deletionTimestamp, finalizers: ['example.com/hold'] })]);
    assert.match(programmed(simulation, key), /^True\/Programmed: 10\.0\.0\.0 is assigned/);
  });
});
