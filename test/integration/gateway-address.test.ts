import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { together, useServer } from '../support/fixture.ts';
import { eventually } from '../support/server.ts';
import { addressOf, condition, type GatewayObject, gateway, route, serviceNames, verdict } from './objects.ts';

const pinned = 'gateway-api-controller.thebsdbox.co.uk/pinned-addresses';
const made = { selector: ['app', 'web'] } as const;

describe('The address of a Gateway', together, () => {
  const { fixture } = useServer();

  test('is pinned once, with labels, and stands in the status', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw', { labels: { team: 'a' } }));
    await f.run('-implementation-label', 'acme');
    const { metadata, spec, status } = await f.get<GatewayObject>('Gateway', 'gw');
    const addresses = [{ type: 'IPAddress', value: f.address(0) }];
    assert.deepEqual(spec.addresses, addresses);
    assert.deepEqual(status?.addresses, addresses);
    assert.deepEqual(metadata.labels, { team: 'a', 'ipam-address': f.address(0), implementation: 'acme' });
    assert.deepEqual(JSON.parse(metadata.annotations?.[pinned] ?? ''), {
      controller: f.controllerName,
      uid: metadata.uid,
      addresses: [f.address(0)],
    });
    assert.equal(verdict(status, 'Accepted'), 'True/Accepted');
    assert.equal(verdict(status, 'Programmed'), 'True/Programmed');
    for (const own of status?.conditions ?? []) assert.equal(own.observedGeneration, metadata.generation, own.type);
  });

  test('that the user brings is kept, also outside the pool', async (t) => {
    const f = await fixture(t, { pool: null });
    await f.create(gateway(f, 'gw', { addresses: [{ type: 'IPAddress', value: f.address(77) }] }));
    await f.run();
    const { metadata, spec, status } = await f.get<GatewayObject>('Gateway', 'gw');
    assert.deepEqual(spec.addresses, [{ type: 'IPAddress', value: f.address(77) }]);
    assert.deepEqual(status?.addresses, [{ type: 'IPAddress', value: f.address(77) }]);
    assert.equal(metadata.annotations?.[pinned], undefined);
    assert.equal(verdict(status, 'Programmed'), 'True/Programmed');
  });

  test('that the user brings is not given to another', async (t) => {
    const f = await fixture(t);
    await f.create(
      gateway(f, 'any'),
      gateway(f, 'static', { addresses: [{ type: 'IPAddress', value: f.address(0) }] }),
    );
    await f.run();
    assert.equal(await addressOf(f, 'static'), f.address(0));
    assert.equal(await addressOf(f, 'any'), f.address(1));
  });

  test('is written once: a GitOps tool that removes it is not fought, and the address stays', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), route(f, 'made', made));
    const first = await f.run();
    await f.patch('Gateway', 'gw', { spec: { addresses: null } });
    await f.settle();
    const since = (await f.writes()).length;
    await f.create(gateway(f, 'other'));
    await f.settle();
    assert.equal((await f.get<GatewayObject>('Gateway', 'gw')).spec.addresses, undefined);
    assert.equal(await addressOf(f, 'gw'), f.address(0));
    assert.equal(await addressOf(f, 'other'), f.address(1));
    await first.stop();
    await f.run();
    assert.equal((await f.get<GatewayObject>('Gateway', 'gw')).spec.addresses, undefined);
    assert.equal(await addressOf(f, 'gw'), f.address(0));
    assert.deepEqual(
      (await f.quietWrites(since)).filter((write) => write.endsWith(' gw')),
      [],
    );
  });

  test('also stays when labels and annotation are removed with it', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'));
    const first = await f.run();
    await f.patch('Gateway', 'gw', {
      metadata: { labels: null, annotations: null },
      spec: { addresses: null },
    });
    await f.settle();
    await first.stop();
    await f.create(gateway(f, 'other'));
    await f.run();
    assert.equal(await addressOf(f, 'gw'), f.address(0));
    assert.equal(await addressOf(f, 'other'), f.address(1));
  });

  test('is never that of another: many created together', async (t) => {
    const f = await fixture(t);
    await f.run();
    const names = Array.from({ length: 20 }, (_, index) => `gw-${index}`);
    await Promise.all(names.map((name) => f.create(gateway(f, name))));
    await f.settle();
    const addresses = await Promise.all(names.map((name) => addressOf(f, name)));
    assert.equal(new Set(addresses).size, names.length);
    assert.ok(!addresses.includes(undefined));
  });

  test('is free again when the Gateway is deleted, and its Services are gone', async (t) => {
    const f = await fixture(t, { pool: { 'range-global': '' } });
    await f.setPool({ 'range-global': `${f.address(5)}-${f.address(5)}` });
    await f.create(gateway(f, 'gw'), route(f, 'made', made));
    await f.run();
    await f.create(gateway(f, 'next'));
    await f.settle();
    assert.equal(await addressOf(f, 'next'), undefined);
    await f.delete('Gateway', 'gw');
    await f.settle();
    assert.equal(await addressOf(f, 'next'), f.address(5));
    assert.deepEqual(await serviceNames(f), []);
  });

  test('goes to the Gateway of the same name that replaces it at once', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), route(f, 'made', made));
    await f.run();
    await f.delete('Gateway', 'gw');
    await f.create(gateway(f, 'gw'));
    await f.settle();
    const { metadata, status } = await f.get<GatewayObject>('Gateway', 'gw');
    const address = status?.addresses?.[0]?.value;
    assert.equal(metadata.labels?.['ipam-address'], address);
    assert.equal((await f.get<{ spec: { loadBalancerIP: string } }>('Service', 'web')).spec.loadBalancerIP, address);
    assert.equal(verdict(status, 'Programmed'), 'True/Programmed');
  });

  test('is given up when the Gateway changes to a foreign class: pin, labels, annotation and Services go first', async (t) => {
    const f = await fixture(t);
    await f.createClass('somebody.else/controller', `${f.className}-foreign`);
    await f.create(
      gateway(f, 'gw', { labels: { team: 'a' }, annotations: { note: 'mine' } }),
      gateway(f, 'static', {
        addresses: [{ type: 'IPAddress', value: f.address(9) }],
        listeners: [{ name: 'b', port: 1 }],
      }),
      route(f, 'made', made),
    );
    await f.run();
    for (const name of ['gw', 'static']) {
      await f.patch('Gateway', name, { spec: { gatewayClassName: `${f.className}-foreign` } });
    }
    await f.settle();
    const { metadata, spec } = await f.get<GatewayObject>('Gateway', 'gw');
    assert.equal(spec.addresses, undefined);
    assert.deepEqual(metadata.labels, { team: 'a' });
    assert.deepEqual(metadata.annotations, { note: 'mine' });
    assert.deepEqual(await serviceNames(f), []);
    const { spec: staticSpec } = await f.get<GatewayObject>('Gateway', 'static');
    assert.deepEqual(staticSpec.addresses, [{ type: 'IPAddress', value: f.address(9) }], 'what the user wrote stays');
    await f.create(gateway(f, 'next'));
    await f.settle();
    assert.equal(await addressOf(f, 'next'), f.address(0));
  });

  test('follows the user’s own edit of spec.addresses', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), route(f, 'made', made));
    await f.run();
    await f.patch('Gateway', 'gw', { spec: { addresses: [{ type: 'IPAddress', value: f.address(40) }] } });
    await f.settle();
    assert.equal(await addressOf(f, 'gw'), f.address(40));
    assert.equal(
      (await f.get<{ spec: { loadBalancerIP: string } }>('Service', 'web')).spec.loadBalancerIP,
      f.address(40),
    );
    await f.create(gateway(f, 'next'));
    await f.settle();
    assert.equal(await addressOf(f, 'next'), f.address(0), 'the one it had is free');
  });

  test('of a clone is its own', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'));
    await f.run();
    const { metadata, spec } = await f.get<GatewayObject>('Gateway', 'gw');
    const { labels = {}, annotations = {} } = metadata;
    await f.create(gateway(f, 'clone', { labels, annotations, addresses: spec.addresses ?? [] }));
    await f.settle();
    assert.equal(await addressOf(f, 'gw'), f.address(0));
    const { status } = await f.get<GatewayObject>('Gateway', 'clone');
    assert.equal(status?.addresses?.[0]?.value, f.address(1));
    assert.equal(condition(status, 'Programmed').status, 'True');
  });

  test('stays where its user names one more that cannot be had, also over a restart, until that can be', async (t) => {
    const f = await fixture(t);
    const named = (...hosts: readonly number[]) => hosts.map((host) => ({ type: 'IPAddress', value: f.address(host) }));
    await f.create(gateway(f, 'gw', { addresses: named(40) }), gateway(f, 'other', { addresses: named(41) }));
    await f.create(route(f, 'made', made));
    const controller = await f.run();
    await f.patch('Gateway', 'gw', { spec: { addresses: named(40, 41) } });
    const check = async (): Promise<void> => {
      await f.settle();
      const { status } = await f.get<GatewayObject>('Gateway', 'gw');
      assert.equal(verdict(status, 'Programmed'), 'False/AddressNotUsable');
      assert.deepEqual(status?.addresses, named(40));
      const { spec } = await f.get<{ spec: { loadBalancerIP: string } }>('Service', 'web');
      assert.equal(spec.loadBalancerIP, f.address(40));
    };
    await check();
    await controller.stop();
    await f.run();
    await check();
    await f.client.delete(f.target('Gateway', 'other'));
    await eventually(async () => {
      const { status } = await f.get<GatewayObject>('Gateway', 'gw');
      return status?.addresses?.length === 2 && condition(status, 'Programmed').status === 'True';
    });
  });

  for (const left of ['what it left in the cluster', 'nothing of it']) {
    test(`of one that a backup brings back is what it was, beside ${left}`, async (t) => {
      const f = await fixture(t);
      await f.create(gateway(f, 'other'), gateway(f, 'gw'), route(f, 'made', made));
      const controller = await f.run();
      await f.settle();
      const { metadata, spec } = await f.get<GatewayObject>('Gateway', 'gw');
      const { labels = {}, annotations = {} } = metadata;
      const had = spec.addresses?.[0]?.value ?? '';
      await controller.stop();
      await f.client.delete(f.target('Gateway', 'other'));
      await f.client.delete(f.target('Gateway', 'gw'));
      if (left === 'nothing of it') {
        await f.client.delete(f.target('Service', 'web'));
        for (const host of [0, 1]) await f.client.delete(f.target('IPAddress', f.address(host)));
      }
      await f.create(gateway(f, 'new'));
      await f.create(gateway(f, 'gw', { labels, annotations, addresses: spec.addresses ?? [] }));
      await f.run();
      await f.settle();
      assert.equal(await addressOf(f, 'gw'), had);
      assert.notEqual(await addressOf(f, 'new'), had);
      assert.equal((await f.get<{ spec: { loadBalancerIP: string } }>('Service', 'web')).spec.loadBalancerIP, had);
    });
  }
});
