import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { together, useServer } from '../support/fixture.ts';
import {
  condition,
  gateway,
  ownParent,
  type RouteObject,
  route,
  routeVerdicts,
  type ServiceObject,
  service,
  serviceNames,
} from './objects.ts';

const accepted = ['True/Accepted', 'True/ResolvedRefs'];

describe('Behaviour duplicate', together, () => {
  const { fixture } = useServer();

  test('copies the Service, with the target of the named port, and leaves the original alone', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), service(f, 'web'), route(f, 'copied', { behaviour: 'duplicate' }));
    const original = await f.get<ServiceObject>('Service', 'web');
    await f.run();
    const { metadata, spec } = await f.get<ServiceObject>('Service', 'web-gw-api');
    assert.equal(spec.type, 'LoadBalancer');
    assert.equal(spec.loadBalancerIP, f.address(0));
    assert.deepEqual(spec.selector, { app: 'web' });
    assert.deepEqual(
      spec.ports.map(({ port, targetPort }) => [port, targetPort]),
      [[8080, 8000]],
    );
    assert.equal(metadata.labels?.['ipam-address'], f.address(0));
    assert.equal(metadata.annotations?.['parent-tcp-route'], 'copied');
    assert.deepEqual(await f.get('Service', 'web'), original);
    assert.deepEqual(await routeVerdicts(f, 'copied'), accepted);
  });

  test('keeps a named target port by name', async (t) => {
    const f = await fixture(t);
    const ports = [
      { name: 'metrics', port: 9090, targetPort: 9090 },
      { name: 'http', port: 80, targetPort: 'http' },
    ];
    await f.create(gateway(f, 'gw'), service(f, 'web', { ports }), route(f, 'copied', { behaviour: 'duplicate' }));
    await f.run();
    const { spec } = await f.get<ServiceObject>('Service', 'web-gw-api');
    assert.deepEqual(
      spec.ports.map(({ port, targetPort }) => [port, targetPort]),
      [[8080, 'http']],
    );
  });

  test('takes a target port for the port, as the Go original did, and says so', async (t) => {
    const f = await fixture(t);
    await f.create(
      gateway(f, 'gw'),
      service(f, 'web'),
      route(f, 'copied', { behaviour: 'duplicate', backendRefs: [{ name: 'web', port: 8000 }] }),
    );
    await f.run();
    const { spec } = await f.get<ServiceObject>('Service', 'web-gw-api');
    assert.deepEqual(
      spec.ports.map(({ port, targetPort }) => [port, targetPort]),
      [[8080, 8000]],
    );
    const parent = ownParent(f, await f.get<RouteObject>('TCPRoute', 'copied'));
    assert.match(condition(parent, 'ResolvedRefs').message, /8000 is no port of Service .*name 80 instead/);
  });

  test('follows the original', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), service(f, 'web'), route(f, 'copied', { behaviour: 'duplicate' }));
    const first = await f.run();
    await f.patch('Service', 'web', {
      spec: {
        selector: { app: null, tier: 'front' },
        sessionAffinity: 'ClientIP',
        ports: [{ port: 80, targetPort: 8111 }],
      },
    });
    await f.settle();
    const { spec } = await f.get<ServiceObject>('Service', 'web-gw-api');
    assert.deepEqual(spec.selector, { tier: 'front' });
    assert.equal(spec.sessionAffinity, 'ClientIP');
    assert.deepEqual(
      spec.ports.map(({ port, targetPort }) => [port, targetPort]),
      [[8080, 8111]],
    );
    await first.stop();
    await f.patch('Service', 'web', { spec: { sessionAffinity: 'None', selector: { tier: 'back' } } });
    await f.run();
    const later = await f.get<ServiceObject>('Service', 'web-gw-api');
    assert.deepEqual(later.spec.selector, { tier: 'back' }, 'also what changed while the controller was down');
    assert.equal(later.spec.sessionAffinity, 'None');
  });

  test('puts back what somebody changes on the copy, and leaves foreign fields there', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), service(f, 'web'), route(f, 'copied', { behaviour: 'duplicate' }));
    await f.run();
    await f.patch('Service', 'web-gw-api', {
      metadata: { annotations: { 'kube-vip.io/vipHost': 'node-1', 'kube-vip.io/loadbalancerIPs': '192.0.2.1' } },
      spec: { selector: { app: 'evil' }, externalTrafficPolicy: 'Local' },
    });
    await f.settle();
    const { metadata, spec } = await f.get<ServiceObject & { spec: { externalTrafficPolicy: string } }>(
      'Service',
      'web-gw-api',
    );
    assert.equal(metadata.annotations?.['kube-vip.io/vipHost'], 'node-1');
    assert.equal(metadata.annotations?.['kube-vip.io/loadbalancerIPs'], f.address(0));
    assert.deepEqual(spec.selector, { app: 'web' });
    assert.equal(spec.externalTrafficPolicy, 'Local');
  });

  test('makes the copy again when somebody deletes it', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), service(f, 'web'), route(f, 'copied', { behaviour: 'duplicate' }));
    await f.run();
    const { metadata } = await f.get<ServiceObject>('Service', 'web-gw-api');
    await f.delete('Service', 'web-gw-api');
    await f.settle();
    assert.notEqual((await f.get<ServiceObject>('Service', 'web-gw-api')).metadata.uid, metadata.uid);
  });

  test('takes the copy away with the route, and with the original', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), service(f, 'web'), route(f, 'copied', { behaviour: 'duplicate' }));
    await f.run();
    await f.delete('Service', 'web');
    await f.settle();
    assert.deepEqual(await serviceNames(f), []);
    assert.deepEqual(await routeVerdicts(f, 'copied'), ['True/Accepted', 'False/BackendNotFound']);
    await f.create(service(f, 'web'));
    await f.settle();
    assert.deepEqual(await serviceNames(f), ['web', 'web-gw-api']);
    await f.delete('TCPRoute', 'copied');
    await f.settle();
    assert.deepEqual(await serviceNames(f), ['web']);
  });

  test('shortens a name that would be too long, and makes two such names differ', async (t) => {
    const f = await fixture(t);
    const names = [`${'a'.repeat(62)}b`, `${'a'.repeat(62)}c`];
    const listeners = names.map((_, index) => ({ name: `l${index}`, port: 1000 + index }));
    await f.create(
      gateway(f, 'gw', { listeners }),
      ...names.map((name) => service(f, name)),
      ...names.map((name, index) =>
        route(f, `r${index}`, {
          behaviour: 'duplicate',
          parentRefs: [{ name: 'gw', sectionName: `l${index}` }],
          backendRefs: [{ name, port: 80 }],
        }),
      ),
    );
    await f.run();
    const copies = (await serviceNames(f)).filter((name) => name.endsWith('-gw-api'));
    assert.equal(copies.length, 2);
    assert.ok(copies.every((name) => name.length <= 63));
  });
});
