import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Fixture, together, useServer } from '../support/fixture.ts';
import type { TestMetadata } from '../support/objects.ts';
import { eventually } from '../support/server.ts';
import {
  announce,
  condition,
  endpointSlice,
  type GatewayObject,
  gateway,
  ownParent,
  type RouteObject,
  route,
  routeVerdicts,
  type ServiceObject,
  service,
  serviceNames,
  verdict,
} from './objects.ts';

interface Slice {
  readonly metadata: TestMetadata;
  readonly endpoints: readonly { readonly addresses: readonly string[] }[];
  readonly ports: readonly { readonly name: string; readonly port: number }[];
}

const ours = 'endpointslice.kubernetes.io/managed-by';

/** The slices of the Gateway's own Service that we made: `addresses to port name=number`. */
async function mirrors(f: Fixture): Promise<readonly string[]> {
  const { items } = await f.client.list(f.target('EndpointSlice'));
  return (items as unknown as Slice[])
    .filter(({ metadata }) => (metadata.labels?.[ours] ?? '').startsWith('integration.test'))
    .map(({ endpoints, ports }) => {
      const from = endpoints.flatMap(({ addresses }) => addresses).join(',');
      return `${from} to ${ports.map(({ name, port }) => `${name}=${port}`).join(',')}`;
    })
    .sort();
}

const own = (f: Fixture): string => `gw-${f.className}`;

describe('Behaviour aggregate', together, () => {
  const { fixture } = useServer();

  test('is what a plain route gets: one Service of its Gateway, with the endpoints of the backend', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), service(f, 'web'), endpointSlice(f, 'web'), route(f, 'plain'));
    await f.run();
    const { metadata, spec } = await f.get<ServiceObject>('Service', own(f));
    assert.deepEqual(
      [spec.type, spec.loadBalancerIP, spec.selector, spec.allocateLoadBalancerNodePorts],
      ['LoadBalancer', f.address(0), undefined, false],
    );
    assert.deepEqual(
      spec.ports.map(({ port, name }) => [port, name]),
      [[8080, 'tcp-8080']],
    );
    assert.equal(metadata.labels?.['gateway.networking.k8s.io/gateway-name'], 'gw');
    assert.deepEqual(
      metadata.ownerReferences?.map(({ kind, name }) => [kind, name]),
      [['Gateway', 'gw']],
    );
    assert.deepEqual(await mirrors(f), ['192.0.2.1 to tcp-8080=8000']);
    assert.deepEqual(await routeVerdicts(f, 'plain'), ['True/Accepted', 'True/ResolvedRefs']);
    assert.deepEqual(await serviceNames(f), [own(f), 'web']);
  });

  test('takes TCP and UDP together, follows endpoints that change and go, and is programmed when announced', async (t) => {
    const f = await fixture(t);
    await f.create(
      gateway(f, 'gw'),
      service(f, 'web'),
      service(f, 'dns', { ports: [{ port: 53, targetPort: 5353, protocol: 'UDP' }] }),
      endpointSlice(f, 'web'),
      route(f, 'plain'),
      route(f, 'dns', { kind: 'UDPRoute', backendRefs: [{ name: 'dns', port: 53 }] }),
    );
    await f.run();
    assert.equal(condition((await f.get<GatewayObject>('Gateway', 'gw')).status, 'Programmed').status, 'False');
    await announce(f, own(f), f.address(0));
    await f.settle();
    assert.equal(condition((await f.get<GatewayObject>('Gateway', 'gw')).status, 'Programmed').status, 'True');
    await f.patch('EndpointSlice', 'web-slice', {
      endpoints: [{ addresses: ['192.0.2.1'] }, { addresses: ['192.0.2.2'] }],
    });
    await f.settle();
    assert.deepEqual(await mirrors(f), ['192.0.2.1,192.0.2.2 to tcp-8080=8000']);
    await f.patch('EndpointSlice', 'web-slice', { endpoints: [] });
    await f.settle();
    assert.deepEqual(await mirrors(f), []);
    const { spec } = await f.get<ServiceObject>('Service', own(f));
    assert.deepEqual(
      spec.ports.map(({ port, protocol }) => [port, protocol]),
      [
        [5353, 'UDP'],
        [8080, 'TCP'],
      ],
    );
  });

  test('follows a slice that goes over to another Service, and mends one of ours that somebody takes off', async (t) => {
    const f = await fixture(t);
    await f.create(
      gateway(f, 'gw'),
      service(f, 'web'),
      service(f, 'other'),
      endpointSlice(f, 'web'),
      route(f, 'plain'),
    );
    await f.run();
    const [there] = await mirrors(f);
    const { items } = await f.client.list(f.target('EndpointSlice'));
    const names = (items as unknown as Slice[]).map(({ metadata }) => metadata.name);
    const mirror = names.find((name) => name.startsWith(`${own(f)}-`)) ?? assert.fail(names.join());
    await f.patch('EndpointSlice', mirror, { metadata: { labels: { 'kubernetes.io/service-name': null } } });
    await eventually(async () => {
      const { metadata } = await f.get<Slice>('EndpointSlice', mirror);
      return metadata.labels?.['kubernetes.io/service-name'] === own(f);
    });
    const source = names.find((name) => name !== mirror) ?? '';
    await f.patch('EndpointSlice', source, { metadata: { labels: { 'kubernetes.io/service-name': 'other' } } });
    await eventually(async () => (await mirrors(f)).length === 0);
    await f.patch('EndpointSlice', source, { metadata: { labels: { 'kubernetes.io/service-name': 'web' } } });
    await eventually(async () => (await mirrors(f))[0] === there);
  });

  test('writes nothing at rest, nor after a restart', async (t) => {
    const f = await fixture(t);
    const refs = ['web', 'api'].map((name) => ({ name, port: 80 }));
    await f.create(
      gateway(f, 'gw', { listeners: [1, 2, 3].map((n) => ({ name: `l${n}`, port: 8000 + n })) }),
      service(f, 'web'),
      service(f, 'api'),
      endpointSlice(f, 'web'),
      endpointSlice(f, 'api'),
      ...[1, 2, 3].map((n) =>
        route(f, `r${n}`, { backendRefs: refs, parentRefs: [{ name: 'gw', sectionName: `l${n}` }] }),
      ),
    );
    const controller = await f.run();
    await controller.stop();
    const before = await f.quietWrites(0);
    assert.ok(before.length > 0);
    await f.run();
    assert.deepEqual(await f.quietWrites(before.length), []);
  });

  test('moves over when the behaviour of a live route changes, and leaves nothing behind', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), service(f, 'web'), endpointSlice(f, 'web'), route(f, 'moving'));
    await f.run();
    const steps = [
      ['duplicate', ['web', 'web-gw-api']],
      ['update', ['web']],
      ['aggregate', [own(f), 'web']],
      [null, [own(f), 'web']],
    ] as const;
    for (const [serviceBehaviour, expected] of steps) {
      await f.patch('TCPRoute', 'moving', { metadata: { labels: { serviceBehaviour } } });
      await f.settle();
      assert.deepEqual(await serviceNames(f), expected, String(serviceBehaviour));
    }
    assert.equal((await f.get<ServiceObject>('Service', 'web')).spec.type, 'ClusterIP');
    assert.deepEqual(await mirrors(f), ['192.0.2.1 to tcp-8080=8000']);
  });

  test('serves the valid backends among several, and says what is not as asked for', async (t) => {
    const f = await fixture(t);
    const backendRefs = [
      { name: 'web', port: 80, weight: 9 },
      { name: 'api', port: 80, weight: 1 },
      { name: 'none', port: 80 },
    ];
    await f.create(
      gateway(f, 'gw'),
      service(f, 'web'),
      service(f, 'api'),
      endpointSlice(f, 'web'),
      { ...endpointSlice(f, 'api'), endpoints: [{ addresses: ['192.0.2.2'] }] },
      route(f, 'several', { backendRefs }),
    );
    await f.run();
    assert.equal((await mirrors(f)).length, 2);
    const parent = ownParent(f, await f.get<RouteObject>('TCPRoute', 'several'));
    assert.match(condition(parent, 'Accepted').message, /weights \(web 9, api 1, none 1\) are not honoured/);
    assert.equal(verdict(parent, 'ResolvedRefs'), 'False/BackendNotFound');
    assert.match(condition(parent, 'ResolvedRefs').message, /its share is not refused/);
  });

  test('reaches a backend of another namespace as long as a ReferenceGrant lets it', async (t) => {
    const f = await fixture(t);
    const namespace = await f.addNamespace('apps');
    const elsewhere = <T extends { metadata: object }>(object: T): T => ({
      ...object,
      metadata: { ...object.metadata, namespace },
    });
    const grant = {
      apiVersion: f.apiVersionOf('ReferenceGrant'),
      kind: 'ReferenceGrant',
      metadata: { name: 'web', namespace },
      spec: {
        from: [{ group: 'gateway.networking.k8s.io', kind: 'TCPRoute', namespace: f.namespace }],
        to: [{ group: '', kind: 'Service' }],
      },
    };
    await f.create(
      gateway(f, 'gw'),
      service(f, 'web', { namespace }),
      elsewhere(endpointSlice(f, 'web')),
      route(f, 'far', { backendRefs: [{ name: 'web', namespace, port: 80 }] }),
    );
    await f.run();
    assert.deepEqual(
      [await mirrors(f), await routeVerdicts(f, 'far')],
      [[], ['True/Accepted', 'False/RefNotPermitted']],
    );
    await f.create(grant);
    await f.settle();
    assert.deepEqual(await mirrors(f), ['192.0.2.1 to tcp-8080=8000']);
    await f.client.delete(f.target('ReferenceGrant', 'web', namespace));
    await f.settle();
    assert.deepEqual(
      [await mirrors(f), await routeVerdicts(f, 'far')],
      [[], ['True/Accepted', 'False/RefNotPermitted']],
    );
  });

  test('leaves an EndpointSlice of somebody else on the Service alone, and says so', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), service(f, 'web'), endpointSlice(f, 'web'), route(f, 'plain'));
    await f.run();
    await f.create(endpointSlice(f, own(f)));
    await announce(f, own(f), f.address(0));
    await f.settle();
    assert.ok(await f.find('EndpointSlice', `${own(f)}-slice`));
    const { message } = condition((await f.get<GatewayObject>('Gateway', 'gw')).status, 'Programmed');
    assert.match(message, new RegExp(`EndpointSlices that are not ours and are left alone: ${own(f)}-slice`));
  });

  test('removes the Service when the Gateway goes to another class', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), service(f, 'web'), route(f, 'plain'));
    await f.run();
    await f.createClass('example.com/other', `${f.className}-other`);
    await f.patch('Gateway', 'gw', { spec: { gatewayClassName: `${f.className}-other` } });
    await f.settle();
    assert.deepEqual(await serviceNames(f), ['web']);
    const { metadata, spec } = await f.get<GatewayObject>('Gateway', 'gw');
    assert.deepEqual([metadata.labels?.['ipam-address'], spec.addresses ?? []], [undefined, []]);
  });
});
