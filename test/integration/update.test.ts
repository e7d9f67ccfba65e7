import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Fixture, together, useServer } from '../support/fixture.ts';
import { eventually } from '../support/server.ts';
import {
  condition,
  gateway,
  ownParent,
  type RouteObject,
  route,
  routeVerdicts,
  type ServiceObject,
  type ServicePort,
  service,
} from './objects.ts';

const accepted = ['True/Accepted', 'True/ResolvedRefs'];
const updated = { behaviour: 'update' } as const;

/** What a user sees of his Service: all but what every write changes. */
function visible({ metadata, spec }: ServiceObject): object {
  const { name, labels = {}, annotations = {}, finalizers = [], ownerReferences = [] } = metadata;
  return { metadata: { name, labels, annotations, finalizers, ownerReferences }, spec };
}

function mapping({ spec }: ServiceObject): readonly (readonly [number, ServicePort['targetPort']])[] {
  return spec.ports.map(({ port, targetPort }) => [port, targetPort]);
}

async function get(f: Fixture, name = 'web'): Promise<ServiceObject> {
  return f.get<ServiceObject>('Service', name);
}

describe('Behaviour update', together, () => {
  const { fixture } = useServer();

  test('reverted again and again by another manager is not fought over', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), service(f, 'web'), route(f, 'route', updated));
    await f.run();
    const since = (await f.writes()).length;
    const deadline = performance.now() + 1_500;
    let reverted = 0;
    await eventually(async () => {
      if ((await get(f)).spec.type === 'LoadBalancer') {
        await f.patch('Service', 'web', { spec: { type: 'ClusterIP' } });
        reverted += 1;
      }
      return performance.now() > deadline;
    });
    const patches = (await f.writes()).slice(since).filter(({ resource }) => resource === 'services');
    t.diagnostic(`reverted ${reverted} times, written ${patches.length} times`);
    assert.ok(patches.length >= 1 && patches.length <= 8, `${patches.length} writes in 1.5 s`);
    await eventually(async () => (await get(f)).spec.type === 'LoadBalancer');
  });

  test('makes the user’s own Service the LoadBalancer, with the listener’s port added', async (t) => {
    const f = await fixture(t);
    const labels = { team: 'a' };
    await f.create(gateway(f, 'gw'), service(f, 'web', { labels }), route(f, 'route', updated));
    const before = await get(f);
    await f.run();
    const after = await get(f);
    assert.equal(after.metadata.uid, before.metadata.uid);
    assert.equal(after.spec.type, 'LoadBalancer');
    assert.equal(after.spec.loadBalancerIP, f.address(0));
    assert.equal(after.spec.clusterIP, before.spec.clusterIP);
    assert.deepEqual(after.spec.selector, { app: 'web' });
    assert.deepEqual(mapping(after), [
      [80, 8000],
      [8080, 8000],
    ]);
    assert.equal(after.metadata.labels?.team, 'a');
    assert.equal(after.metadata.labels?.['ipam-address'], f.address(0));
    assert.equal(after.metadata.annotations?.['kube-vip.io/loadbalancerIPs'], f.address(0));
    assert.equal(after.metadata.ownerReferences, undefined, 'the collector must not take it with the route');
    assert.deepEqual(await routeVerdicts(f, 'route'), accepted);
  });

  test('puts back what it was when the route goes', async (t) => {
    const f = await fixture(t);
    const annotations = { note: 'mine', 'kube-vip.io/loadbalancerIPs': '192.0.2.7' };
    await f.create(gateway(f, 'gw'), service(f, 'web', { labels: { team: 'a', implementation: 'own' }, annotations }));
    const before = await get(f);
    await f.create(route(f, 'route', updated));
    await f.run();
    await f.delete('TCPRoute', 'route');
    await f.settle();
    assert.deepEqual(visible(await get(f)), visible(before));
  });

  test('puts it back also where the route went while the controller was down', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), service(f, 'web'));
    const before = await get(f);
    await f.create(route(f, 'route', updated));
    await (await f.run()).stop();
    await f.delete('TCPRoute', 'route');
    await f.run();
    assert.deepEqual(visible(await get(f)), visible(before));
    assert.equal(await f.find('TCPRoute', 'route'), undefined);
  });

  test('puts it back also where route, Gateway and class went while the controller was down', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), service(f, 'web'));
    const before = await get(f);
    await f.create(route(f, 'route', updated));
    await (await f.run()).stop();
    await f.delete('TCPRoute', 'route');
    await f.delete('Gateway', 'gw');
    await f.deleteByForce('GatewayClass', f.className);
    await f.run();
    assert.deepEqual(visible(await get(f)), visible(before));
  });

  test('puts back only what it changed: later edits of others stay', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), service(f, 'web', { labels: { team: 'a' } }), route(f, 'route', updated));
    await f.run();
    const { spec } = await get(f);
    await f.patch('Service', 'web', {
      metadata: { labels: { team: 'b', more: 'yes' } },
      spec: {
        selector: { app: 'web', track: 'stable' },
        sessionAffinity: 'ClientIP',
        ports: [...spec.ports, { name: 'later', port: 81, targetPort: 8001, protocol: 'TCP' }],
      },
    });
    await f.settle();
    assert.equal((await get(f)).spec.type, 'LoadBalancer');
    await f.delete('TCPRoute', 'route');
    await f.settle();
    const after = await get(f);
    assert.equal(after.spec.type, 'ClusterIP');
    assert.equal(after.spec.loadBalancerIP, undefined);
    assert.deepEqual(after.spec.selector, { app: 'web', track: 'stable' });
    assert.equal(after.spec.sessionAffinity, 'ClientIP');
    assert.deepEqual(mapping(after), [
      [80, 8000],
      [81, 8001],
    ]);
    assert.deepEqual(after.metadata.labels, { team: 'b', more: 'yes' });
    assert.deepEqual(after.metadata.annotations ?? {}, {});
  });

  test('adds no second port where the Service has the listener’s already', async (t) => {
    const f = await fixture(t);
    const ports = [{ name: 'main', port: 8080, targetPort: 8000 }];
    await f.create(gateway(f, 'gw'), service(f, 'web', { ports }));
    const before = await get(f);
    await f.create(route(f, 'route', { ...updated, backendRefs: [{ name: 'web', port: 8080 }] }));
    await f.run();
    assert.deepEqual(mapping(await get(f)), [[8080, 8000]]);
    await f.delete('TCPRoute', 'route');
    await f.settle();
    assert.deepEqual(visible(await get(f)), visible(before));
  });

  test('is refused where a port of the Service would collide on the address', async (t) => {
    const f = await fixture(t);
    const ports = [
      { name: 'main', port: 80, targetPort: 8000 },
      { name: 'other', port: 8080, targetPort: 9999 },
    ];
    await f.create(gateway(f, 'gw'), service(f, 'web', { ports }), route(f, 'route', updated));
    const before = await get(f);
    await f.run();
    const parent = ownParent(f, await f.get<RouteObject>('TCPRoute', 'route'));
    assert.equal(condition(parent, 'ResolvedRefs').status, 'False');
    assert.match(condition(parent, 'ResolvedRefs').message, /port 8080\/TCP of Service .*\/web/);
    assert.deepEqual(await get(f), before);
  });

  test('keeps a Service that was a LoadBalancer one', async (t) => {
    const f = await fixture(t);
    const spec = { type: 'LoadBalancer', loadBalancerIP: '192.0.2.50' };
    await f.create(gateway(f, 'gw'), service(f, 'web', { spec }));
    await f.create(route(f, 'route', updated));
    await f.run();
    assert.equal((await get(f)).spec.loadBalancerIP, f.address(0));
    await f.delete('TCPRoute', 'route');
    await f.settle();
    const after = await get(f);
    assert.deepEqual([after.spec.type, after.spec.loadBalancerIP], ['LoadBalancer', '192.0.2.50']);
  });

  test('follows the listener: the port is moved, and what the Service was is not forgotten', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), service(f, 'web'));
    const before = await get(f);
    await f.create(route(f, 'route', updated));
    const first = await f.run();
    await f.patch('Gateway', 'gw', { spec: { listeners: [{ name: 'tcp', port: 9090, protocol: 'TCP' }] } });
    await f.settle();
    assert.deepEqual(mapping(await get(f)), [
      [80, 8000],
      [9090, 8000],
    ]);
    await first.stop();
    await f.run();
    await f.delete('TCPRoute', 'route');
    await f.settle();
    assert.deepEqual(visible(await get(f)), visible(before));
  });

  test('reverted by somebody who stops is done again', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), service(f, 'web'), route(f, 'route', updated));
    await f.run();
    await f.patch('Service', 'web', { spec: { type: 'ClusterIP', loadBalancerIP: null } });
    await f.settle();
    assert.equal((await get(f)).spec.type, 'LoadBalancer');
  });

  test('of a Service that goes and comes back starts anew', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), service(f, 'web'), route(f, 'route', updated));
    await f.run();
    await f.delete('Service', 'web');
    await f.settle();
    assert.deepEqual(await routeVerdicts(f, 'route'), ['True/Accepted', 'False/BackendNotFound']);
    await f.create(service(f, 'web', { labels: { fresh: 'yes' } }));
    const before = await get(f);
    await f.settle();
    assert.equal((await get(f)).spec.type, 'LoadBalancer');
    await f.delete('TCPRoute', 'route');
    await f.settle();
    const { spec, metadata } = await get(f);
    assert.equal(spec.type, 'ClusterIP');
    assert.deepEqual(mapping(await get(f)), mapping(before));
    assert.deepEqual(metadata.labels, { fresh: 'yes' });
  });
});
