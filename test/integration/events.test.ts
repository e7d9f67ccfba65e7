import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Fixture, together, useServer } from '../support/fixture.ts';
import { eventually } from '../support/server.ts';
import { gateway, route, service } from './objects.ts';

interface EventObject {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly type: string;
  readonly reason: string;
  readonly note: string;
  readonly regarding: { readonly kind: string; readonly name: string; readonly uid: string };
  readonly series?: { readonly count: number };
}

/** The controller's Events about this fixture's objects, in the order of their names' marks. */
async function eventsOf(f: Fixture): Promise<readonly EventObject[]> {
  const found: EventObject[] = [];
  for (const namespace of [...f.namespaces, 'default']) {
    const { items } = await f.client.list({ apiVersion: 'events.k8s.io/v1', kind: 'Event', namespace });
    found.push(...(items as unknown as EventObject[]));
  }
  const isOurs = ({ metadata, regarding }: EventObject): boolean =>
    metadata.namespace !== 'default' || regarding.name.startsWith(f.address(0).replace(/\.0$/, '.'));
  return found.filter(isOurs);
}

function texts(events: readonly EventObject[]): readonly string[] {
  return events
    .map(({ type, reason, regarding }) => `${type} ${reason} ${regarding.kind} ${regarding.name}`)
    .toSorted();
}

/** Waits until there are exactly these. */
async function expectEvents(f: Fixture, ...wanted: readonly string[]): Promise<void> {
  let last: readonly string[] = [];
  await eventually(async () => {
    last = texts(await eventsOf(f));
    return JSON.stringify(last) === JSON.stringify(wanted.toSorted());
  }).catch(() => assert.deepEqual(last, wanted.toSorted()));
}

const ordinary = [
  'Normal AddressAssigned Gateway gw',
  'Normal Programmed Gateway gw',
  'Normal ServiceCreated TCPRoute made',
];

describe('Events', together, () => {
  const { fixture } = useServer();

  test('tell of an address and a Service, and a restart tells nothing', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), route(f, 'made', { selector: ['app', 'web'] }));
    const first = await f.run();
    await expectEvents(f, ...ordinary);
    const [assigned] = (await eventsOf(f)).filter(({ reason }) => reason === 'AddressAssigned');
    assert.equal(assigned?.note, `${f.address(0)} is assigned`);
    await first.stop();
    await (await f.run()).stop();
    assert.deepEqual(texts(await eventsOf(f)), ordinary.toSorted());
  });

  test('tell why a Gateway has no address, in the words of its condition', async (t) => {
    const f = await fixture(t, { pool: { 'range-global': '' } });
    await f.create(gateway(f, 'gw'), gateway(f, 'static', { addresses: [{ value: f.address(9) }] }));
    await f.create(gateway(f, 'third', { addresses: [{ value: f.address(9) }] }));
    await f.run();
    await expectEvents(
      f,
      'Normal AddressAssigned Gateway static',
      'Normal Programmed Gateway static',
      'Warning AddressNotAssigned Gateway gw',
      'Warning AddressNotUsable Gateway third',
      'Warning BadPoolEntry ConfigMap ipam',
    );
  });

  test('tell of a bad entry of the pool once for each edit, also over a restart', async (t) => {
    const f = await fixture(t, { pool: { 'range-global': 'nonsense' } });
    await (await f.run()).stop();
    const second = await f.run();
    await expectEvents(f, 'Warning BadPoolEntry ConfigMap ipam');
    assert.match((await eventsOf(f))[0]?.note ?? '', /range-global: .*nonsense/);
    await f.setPool({ 'range-global': 'more nonsense' });
    await f.settle();
    await expectEvents(f, 'Warning BadPoolEntry ConfigMap ipam', 'Warning BadPoolEntry ConfigMap ipam');
    await second.stop();
  });

  test('tell of an edit of the pool that leaves an address outside, and of one that is given up', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'));
    await f.run();
    await f.setPool({ 'range-global': f.address(7), quarantine: '1h' });
    await f.settle();
    const before = ['Normal AddressAssigned Gateway gw', 'Normal Programmed Gateway gw'];
    await expectEvents(f, ...before, 'Warning OutsidePool Gateway gw');
    await f.delete('Gateway', 'gw');
    await expectEvents(f, ...before, 'Warning OutsidePool Gateway gw', `Normal Quarantined IPAddress ${f.address(0)}`);
  });

  test('tell the owner of a Service what becomes of it', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), service(f, 'web'), route(f, 'route', { behaviour: 'update' }));
    await f.run();
    const told = [
      'Normal AddressAssigned Gateway gw',
      'Normal Programmed Gateway gw',
      'Normal ServiceUpdated Service web',
    ];
    await expectEvents(f, ...told);
    await f.patch('TCPRoute', 'route', { metadata: { labels: { serviceBehaviour: 'duplicate' } } });
    await expectEvents(
      f,
      ...told,
      'Normal BehaviourChanged TCPRoute route',
      'Normal ServiceCreated TCPRoute route',
      'Normal ServiceRestored Service web',
    );
  });

  test('tell of somebody who undoes what the controller writes', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), service(f, 'web'), route(f, 'route', { behaviour: 'update' }));
    await f.run();
    await eventually(async () => {
      const { spec } = await f.get<{ spec: { type: string } }>('Service', 'web');
      if (spec.type === 'LoadBalancer') await f.patch('Service', 'web', { spec: { type: 'ClusterIP' } });
      return texts(await eventsOf(f)).includes('Warning Reverted Service web');
    });
  });

  test('tell of somebody who deletes what the controller makes', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), service(f, 'web'), route(f, 'route', { behaviour: 'duplicate' }));
    await f.run();
    await eventually(async () => {
      await f.delete('Service', 'web-gw-api').catch(() => {});
      return texts(await eventsOf(f)).includes('Warning Reverted TCPRoute route');
    });
  });

  test('of what happens again are one Event with a count', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), route(f, 'made', { behaviour: 'duplicate' }));
    await f.run();
    for (let round = 0; round < 2; round += 1) {
      await f.create(service(f, 'web'));
      await f.settle();
      await f.delete('Service', 'web');
      await f.settle();
    }
    await eventually(async () => {
      const missing = (await eventsOf(f)).filter(({ reason }) => reason === 'BackendNotFound');
      return missing.length === 1 && missing[0]?.series?.count === 3;
    });
  });

  test('are not written with -events=false', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), route(f, 'made', { selector: ['app', 'web'] }));
    await (await f.run('-events=false')).stop();
    assert.deepEqual(texts(await eventsOf(f)), []);
  });
});
