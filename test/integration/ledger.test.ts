import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Fixture, together, useServer } from '../support/fixture.ts';
import { eventually, type Manifest, type TestMetadata } from '../support/server.ts';
import { addressOf, condition, type GatewayObject, gateway, route, serviceNames, verdict } from './objects.ts';

interface Entry {
  readonly metadata: TestMetadata;
  readonly spec: {
    readonly parentRef: { readonly resource: string; readonly namespace: string; readonly name: string };
  };
}

const uidNote = 'gateway-api-controller.thebsdbox.co.uk/owner-uid';
const releasedNote = 'gateway-api-controller.thebsdbox.co.uk/released-at';
const made = { selector: ['app', 'web'] } as const;

async function entry(f: Fixture, host: number): Promise<Entry | undefined> {
  return f.find<Entry>('IPAddress', f.address(host));
}

/** An entry that another controller made. */
function stranger(f: Fixture, host: number): Manifest {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: { name: f.address(host), labels: { 'ipaddress.kubernetes.io/managed-by': 'stranger' } },
    spec: { parentRef: { group: 'example.com', resource: 'machines', namespace: f.namespace, name: 'pump' } },
  } as Manifest;
}

describe('The ledger', together, () => {
  const { fixture } = useServer();

  test('has an entry for each address, written before the address is told to anyone', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), route(f, 'made', made));
    await f.run();
    const { metadata } = await f.get<GatewayObject>('Gateway', 'gw');
    const written = await entry(f, 0);
    assert.equal(written?.metadata.annotations?.[uidNote], metadata.uid);
    const { resource, namespace, name } = written?.spec.parentRef ?? {};
    assert.deepEqual([resource, namespace, name], ['gateways', f.namespace, 'gw']);
    const order = (await f.writes())
      .map(({ resource: kind }) => kind)
      .filter((kind) => !/\/status$|^gatewayclasses/.test(kind));
    assert.equal(order[0], 'ipaddresses', order.join());
  });

  test('has one for a static address too', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw', { addresses: [{ type: 'IPAddress', value: f.address(7) }] }));
    await f.run();
    assert.equal((await entry(f, 7))?.spec.parentRef.name, 'gw');
  });

  test('of a stranger is passed over, left alone, and named where a Gateway asks for that address', async (t) => {
    const f = await fixture(t);
    await f.create(stranger(f, 0), stranger(f, 9));
    t.after(async () => {
      for (const host of [0, 9]) await f.client.delete(f.target('IPAddress', f.address(host))).catch(() => {});
    });
    const before = await entry(f, 0);
    await f.create(gateway(f, 'gw'), gateway(f, 'static', { addresses: [{ type: 'IPAddress', value: f.address(9) }] }));
    await f.run();
    assert.equal(await addressOf(f, 'gw'), f.address(1));
    const { status } = await f.get<GatewayObject>('Gateway', 'static');
    assert.equal(verdict(status, 'Programmed'), 'False/AddressNotUsable');
    assert.match(condition(status, 'Programmed').message, /machines .*\/pump/);
    assert.deepEqual(await entry(f, 0), before);
    await f.delete('IPAddress', f.address(9));
    await eventually(async () => (await addressOf(f, 'static')) === f.address(9));
  });

  test('keeps a released address in quarantine, then it is free', async (t) => {
    const f = await fixture(t, { pool: null });
    // Longer than a slow machine takes to come to rest.
    await f.setPool({ 'range-global': f.address(1), quarantine: '8s' });
    await f.create(gateway(f, 'gw'));
    const first = await f.run();
    await f.delete('Gateway', 'gw');
    await f.create(gateway(f, 'next'));
    await f.settle();
    const released = await entry(f, 1);
    assert.ok(released?.metadata.annotations?.[releasedNote], 'marked with the time of release');
    assert.equal(await addressOf(f, 'next'), undefined);
    await first.stop();
    await f.run();
    await eventually(async () => (await addressOf(f, 'next')) === f.address(1));
    const now = await entry(f, 1);
    assert.notEqual(now?.metadata.uid, released?.metadata.uid);
    assert.equal(now?.spec.parentRef.name, 'next');
  });

  test('is swept of Gateways that went while the controller was down', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), gateway(f, 'stays'));
    await (await f.run()).stop();
    await f.delete('Gateway', 'gw');
    await f.run();
    assert.equal(await entry(f, 0), undefined);
    assert.equal((await entry(f, 1))?.spec.parentRef.name, 'stays');
  });

  test('takes the entry over for a Gateway of the same name that came while the controller was down', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), route(f, 'made', made));
    await (await f.run()).stop();
    await f.delete('Gateway', 'gw');
    await f.create(gateway(f, 'gw'));
    await f.run();
    const { metadata, status } = await f.get<GatewayObject>('Gateway', 'gw');
    const address = status?.addresses?.[0]?.value ?? '';
    const written = await f.find<Entry>('IPAddress', address);
    assert.equal(written?.metadata.annotations?.[uidNote], metadata.uid);
    const others = [await entry(f, 0), await entry(f, 1)].filter((other) => other && other.metadata.name !== address);
    assert.deepEqual(others, [], 'nothing of the old one is left');
    assert.deepEqual(await serviceNames(f), ['web']);
  });

  test('gets an entry back that somebody deletes, and the address stays', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'));
    await f.run();
    await f.delete('IPAddress', f.address(0));
    await f.create(gateway(f, 'next'));
    await f.settle();
    assert.equal((await entry(f, 0))?.spec.parentRef.name, 'gw');
    assert.equal(await addressOf(f, 'gw'), f.address(0));
    assert.equal(await addressOf(f, 'next'), f.address(1));
  });

  const managedBy = 'ipaddress.kubernetes.io/managed-by';
  for (const [edit, value] of [
    ['takes our label off', null],
    ['puts another label on', 'other-tool'],
  ] as const) {
    test(`is mended where somebody ${edit}, and what it is for goes on`, async (t) => {
      const f = await fixture(t);
      await f.create(gateway(f, 'gw'), route(f, 'made', made));
      await f.run();
      const [service = ''] = (await serviceNames(f)).filter((name) => name !== 'web');
      const { metadata: before } = await f.get<Entry>('Service', service);
      const label = (await entry(f, 0))?.metadata.labels?.[managedBy];
      await f.patch('IPAddress', f.address(0), { metadata: { labels: { [managedBy]: value } } });
      await eventually(async () => (await entry(f, 0))?.metadata.labels?.[managedBy] === label);
      await f.settle();
      assert.equal((await f.get<Entry>('Service', service)).metadata.uid, before.uid);
      const { status } = await f.get<GatewayObject>('Gateway', 'gw');
      assert.equal(verdict(status, 'Accepted'), 'True/Accepted');
      await f.delete('Gateway', 'gw');
      await f.settle();
      await eventually(async () => (await entry(f, 0)) === undefined);
    });
  }

  test('is swept of an entry that has lost its label, and its Gateway, while the controller was down', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'));
    await (await f.run()).stop();
    await f.patch('IPAddress', f.address(0), { metadata: { labels: { [managedBy]: null } } });
    await f.delete('Gateway', 'gw');
    await f.run();
    assert.equal(await entry(f, 0), undefined);
  });

  test('of a stranger takes an address out of a status that tells of it', async (t) => {
    const f = await fixture(t);
    const value = f.address(8);
    await f.create(stranger(f, 8), gateway(f, 'gw', { addresses: [{ type: 'IPAddress', value }] }));
    t.after(() => f.client.delete(f.target('IPAddress', value)).catch(() => {}));
    await f.patch('Gateway', 'gw', { status: { addresses: [{ type: 'IPAddress', value }] } }, 'status');
    await f.run();
    const { status } = await f.get<GatewayObject>('Gateway', 'gw');
    assert.equal(verdict(status, 'Programmed'), 'False/AddressNotUsable');
    assert.deepEqual(status?.addresses ?? [], []);
  });

  test('alone is enough: a Gateway whose spec and status were wiped gets its address back', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'));
    await (await f.run()).stop();
    await f.patch('Gateway', 'gw', { metadata: { annotations: null, labels: null }, spec: { addresses: null } });
    await f.patch('Gateway', 'gw', { status: { addresses: null } }, 'status');
    await f.create(gateway(f, 'earlier'));
    await f.run();
    assert.equal(await addressOf(f, 'gw'), f.address(0));
    assert.equal(await addressOf(f, 'earlier'), f.address(1));
  });
});
