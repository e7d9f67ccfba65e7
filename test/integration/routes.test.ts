import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { together, useServer } from '../support/fixture.ts';
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

const accepted = ['True/Accepted', 'True/ResolvedRefs'];

describe('A route', together, () => {
  const { fixture } = useServer();

  for (const [kind, protocol, port, listener] of [
    ['TCPRoute', 'TCP', 8080, 'tcp'],
    ['UDPRoute', 'UDP', 5353, 'udp'],
  ] as const) {
    test(`${kind} with selector labels makes a Service`, async (t) => {
      const f = await fixture(t);
      await f.create(
        gateway(f, 'gw'),
        route(f, 'made', { kind, selector: ['app', 'web'], backendRefs: [{ name: 'made', port: 9000 }] }),
      );
      await f.run();
      const { metadata, spec } = await f.get<ServiceObject>('Service', 'made');
      const address = f.address(0);
      assert.deepEqual(
        spec.ports.map(({ nodePort: _any, ...rest }) => rest),
        [{ name: `${protocol.toLowerCase()}-${port}`, port, protocol, targetPort: 9000 }],
      );
      assert.equal(spec.type, 'LoadBalancer');
      assert.equal(spec.loadBalancerIP, address);
      assert.deepEqual(spec.selector, { app: 'web' });
      assert.equal(spec.allocateLoadBalancerNodePorts, false);
      assert.deepEqual([spec.ipFamilies, spec.ipFamilyPolicy], [['IPv4'], 'SingleStack']);
      assert.deepEqual(metadata.labels, {
        'ipam-address': address,
        implementation: 'thebsdbox',
        'gateway.networking.k8s.io/gateway-name': 'gw',
        'gateway.networking.k8s.io/gateway-class-name': f.className,
      });
      assert.equal(metadata.annotations?.['kube-vip.io/loadbalancerIPs'], address);
      assert.equal(metadata.annotations?.['gateway-api-controller'], f.controllerName);
      assert.equal(metadata.annotations?.[kind === 'TCPRoute' ? 'parent-tcp-route' : 'parent-udp-route'], 'made');
      assert.deepEqual(
        metadata.ownerReferences?.map((owner) => `${owner.kind}/${owner.name}`),
        [`${kind}/made`],
      );
      assert.deepEqual(await routeVerdicts(f, 'made', kind), accepted);
      const { status } = await f.get<GatewayObject>('Gateway', 'gw');
      const own = status?.listeners?.find(({ name }) => name === listener);
      assert.deepEqual(
        own?.supportedKinds.map((supported) => supported.kind),
        [kind],
      );
      assert.equal(own?.attachedRoutes, 1);
    });
  }

  test('has one status entry per parentRef, copied verbatim, with the generation that was looked at', async (t) => {
    const f = await fixture(t);
    const parentRefs = [
      { name: 'gw', sectionName: 'tcp' },
      { name: 'gw', sectionName: 'more', port: 8081 },
    ];
    const listeners = [
      { name: 'tcp', port: 8080 },
      { name: 'more', port: 8081 },
    ];
    await f.create(gateway(f, 'gw', { listeners }), route(f, 'made', { parentRefs, selector: ['app', 'web'] }));
    await f.run();
    const { metadata, status } = await f.get<RouteObject>('TCPRoute', 'made');
    const withDefaults = parentRefs.map((ref) => ({ group: 'gateway.networking.k8s.io', kind: 'Gateway', ...ref }));
    assert.deepEqual(
      status?.parents?.map(({ parentRef }) => parentRef),
      withDefaults,
    );
    for (const parent of status?.parents ?? []) {
      assert.equal(condition(parent, 'Accepted').observedGeneration, metadata.generation);
    }
    const { spec } = await f.get<ServiceObject>('Service', 'web');
    assert.deepEqual(
      spec.ports.map(({ port, targetPort }) => [port, targetPort]),
      [
        [8080, 80],
        [8081, 80],
      ],
    );
  });

  test('without sectionName attaches to every listener of its protocol', async (t) => {
    const f = await fixture(t);
    const listeners = [
      { name: 'a', port: 1001 },
      { name: 'u', port: 1002, protocol: 'UDP' },
      { name: 'b', port: 1003 },
    ];
    await f.create(
      gateway(f, 'gw', { listeners }),
      route(f, 'made', { parentRefs: [{ name: 'gw' }], selector: ['app', 'web'] }),
    );
    await f.run();
    const { spec } = await f.get<ServiceObject>('Service', 'web');
    assert.deepEqual(
      spec.ports.map(({ port, protocol }) => `${port}/${protocol}`),
      ['1001/TCP', '1003/TCP'],
    );
  });

  test('in another namespace attaches where the listener allows all', async (t) => {
    const f = await fixture(t);
    const namespace = await f.addNamespace('routes');
    const allowedRoutes = { namespaces: { from: 'All' } };
    await f.create(
      gateway(f, 'gw', {
        listeners: [
          { name: 'tcp', port: 8080, allowedRoutes },
          { name: 'same', port: 8081 },
        ],
      }),
      route(f, 'open', {
        namespace,
        parentRefs: [{ name: 'gw', namespace: f.namespace, sectionName: 'tcp' }],
        selector: ['app', 'web'],
      }),
      route(f, 'shut', {
        namespace,
        parentRefs: [{ name: 'gw', namespace: f.namespace, sectionName: 'same' }],
        selector: ['app', 'web'],
        backendRefs: [{ name: 'shut', port: 80 }],
      }),
    );
    await f.run();
    const made = await f.get<ServiceObject>('Service', 'web', namespace);
    assert.equal(made.spec.loadBalancerIP, f.address(0));
    const shut = ownParent(f, await f.get<RouteObject>('TCPRoute', 'shut', namespace));
    assert.equal(verdict(shut, 'Accepted'), 'False/NotAllowedByListeners');
    assert.match(condition(shut, 'Accepted').message, /listener "same".*namespace/);
    assert.equal(await f.find('Service', 'shut', namespace), undefined);
  });

  test('leaves the status entries of other controllers alone, and takes its own away with its parentRef', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), route(f, 'made', { selector: ['app', 'web'] }));
    const conditions = [
      {
        type: 'Accepted',
        status: 'False',
        reason: 'Mine',
        message: '',
        observedGeneration: 1,
        lastTransitionTime: '2020-01-01T00:00:00Z',
      },
    ];
    const theirs = { controllerName: 'somebody.else/controller', parentRef: { name: 'theirs' }, conditions };
    await f.patch('TCPRoute', 'made', { status: { parents: [theirs] } }, 'status');
    await f.run();
    const { status } = await f.get<RouteObject>('TCPRoute', 'made');
    assert.equal(status?.parents?.length, 2);
    const kept = status?.parents?.[0];
    assert.equal(kept?.controllerName, 'somebody.else/controller');
    assert.equal(condition(kept, 'Accepted').reason, 'Mine');
    await f.patch('TCPRoute', 'made', { spec: { parentRefs: [{ name: 'theirs' }] } });
    await f.settle();
    const moved = await f.get<RouteObject>('TCPRoute', 'made');
    assert.deepEqual(moved.status?.parents, [kept]);
    assert.deepEqual(await serviceNames(f), []);
  });

  test('whose Gateway goes says so, and its Service goes', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), route(f, 'made', { selector: ['app', 'web'] }));
    await f.run();
    await f.delete('Gateway', 'gw');
    await f.settle();
    assert.equal((await routeVerdicts(f, 'made'))[0], 'False/NoMatchingParent');
    assert.deepEqual(await serviceNames(f), []);
  });

  test('that is deleted takes its Service with it, also while the controller is down', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), route(f, 'made', { selector: ['app', 'web'] }));
    const first = await f.run();
    await f.delete('TCPRoute', 'made');
    await f.settle();
    assert.deepEqual(await serviceNames(f), []);
    await f.create(route(f, 'made', { selector: ['app', 'web'] }));
    await f.settle();
    assert.deepEqual(await serviceNames(f), ['web']);
    await first.stop();
    await f.delete('TCPRoute', 'made');
    await f.run();
    assert.deepEqual(await serviceNames(f), []);
  });

  test('and its Gateway follow what is announced: Programmed is the ingress of Services with ready endpoints', async (t) => {
    const f = await fixture(t);
    const state = async (): Promise<string> => {
      await f.settle();
      return verdict((await f.get<GatewayObject>('Gateway', 'gw')).status, 'Programmed');
    };
    await f.create(gateway(f, 'gw'), service(f, 'other'), route(f, 'made', { selector: ['app', 'web'] }));
    const { controller } = await f.start();
    const key = `TCPRoute/${f.namespace}/made` as const;
    const actorState = (): string | undefined => controller.actors.entries.get(key)?.state;
    assert.equal(await state(), 'True/Programmed', 'no ready endpoint: nothing to announce');
    assert.equal(actorState(), 'ServiceReady.NothingToAnnounce');
    await f.create(endpointSlice(f, 'web', false));
    assert.equal(await state(), 'True/Programmed');
    await f.patch('EndpointSlice', 'web-slice', {
      endpoints: [{ addresses: ['192.0.2.1'], conditions: { ready: true } }],
    });
    assert.equal(await state(), 'False/Pending');
    assert.equal(actorState(), 'ListenerResolved.WaitingForAnnouncement');
    const { status } = await f.get<GatewayObject>('Gateway', 'gw');
    assert.match(condition(status, 'Programmed').message, new RegExp(`${f.namespace}/web`));
    await announce(f, 'web', f.address(99));
    assert.equal(await state(), 'False/OtherAddress');
    assert.equal(actorState(), 'ListenerResolved.OtherAddress');
    await announce(f, 'web', f.address(0));
    assert.equal(await state(), 'True/Programmed');
    assert.equal(actorState(), 'ServiceReady.Announced');
  });
});
