import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Fixture, together, useServer } from '../support/fixture.ts';
import { eventually } from '../support/server.ts';
import {
  condition,
  endpointSlice,
  type GatewayObject,
  gateway,
  ownParent,
  type RouteObject,
  route,
  service,
  verdict,
} from './objects.ts';

interface FullService {
  readonly metadata: {
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
}

const parametersRef = { group: '', kind: 'ConfigMap', name: 'options' };
const externalTrafficPolicy = 'gateway-api-controller.thebsdbox.co.uk/external-traffic-policy';
const everything = {
  externalTrafficPolicy: 'Local',
  loadBalancerClass: 'example.com/fast',
  allocateLoadBalancerNodePorts: 'true',
  sessionAffinity: 'ClientIP',
  trafficDistribution: 'PreferClose',
};
const fields = {
  externalTrafficPolicy: 'Local',
  loadBalancerClass: 'example.com/fast',
  allocateLoadBalancerNodePorts: true,
  sessionAffinity: 'ClientIP',
  trafficDistribution: 'PreferClose',
};

async function setOptions(f: Fixture, data: Readonly<Record<string, string>>): Promise<void> {
  const target = { apiVersion: 'v1', kind: 'ConfigMap', name: 'options', namespace: f.namespace };
  const there = await f.client.find(target);
  const metadata = { name: 'options', namespace: f.namespace };
  await (there === undefined
    ? f.client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data })
    : f.client.replace({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }));
}

/** Waits until the Service has these fields; `undefined`: not set. */
async function becomes(f: Fixture, name: string, wanted: Readonly<Record<string, unknown>>): Promise<FullService> {
  const shown = async (): Promise<string> => {
    const found = await f.find<FullService>('Service', name);
    return JSON.stringify(Object.keys(wanted).map((field) => found?.spec[field] ?? null));
  };
  const text = JSON.stringify(Object.values(wanted).map((value) => value ?? null));
  await eventually(async () => (await shown()) === text).catch(async () => assert.equal(await shown(), text));
  await f.settle();
  return f.get<FullService>('Service', name);
}

/** What a user sees of his Service that is his. */
function visible({ metadata: { labels = {}, annotations = {} }, spec }: FullService): unknown {
  return { labels, annotations, spec };
}

describe('What a Gateway puts on its Services', together, () => {
  const { fixture } = useServer();

  test('labels and annotations of its infrastructure come, change and go; reserved keys are named', async (t) => {
    const f = await fixture(t);
    const infrastructure = {
      labels: { team: 'net', 'node.kubernetes.io/x': 'y' },
      annotations: { 'example.com/tier': 'gold' },
    };
    await f.create(service(f, 'web'), endpointSlice(f, 'web'));
    await f.create(gateway(f, 'gw', { spec: { infrastructure } }), route(f, 'route'));
    await f.run();
    const own = `gw-${f.className}`;
    /** Of the slice that its Service has of the backend. */
    const ofSlice = async () => {
      const { items } = await f.client.list(f.target('EndpointSlice'));
      const slices = items as unknown as readonly Pick<FullService, 'metadata'>[];
      const { labels = {}, annotations = {} } =
        slices.find(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === own)?.metadata ?? {};
      return [
        labels.team,
        annotations['example.com/tier'],
        Object.keys(annotations).some((key) => key.endsWith('/placed')),
      ];
    };
    assert.deepEqual(await ofSlice(), ['net', 'gold', true]);
    const { metadata } = await f.get<FullService>('Service', own);
    assert.equal(metadata.labels?.team, 'net');
    assert.equal(metadata.labels?.['node.kubernetes.io/x'], undefined);
    assert.equal(metadata.annotations?.['example.com/tier'], 'gold');
    const { status } = await f.get<GatewayObject>('Gateway', 'gw');
    assert.match(condition(status, 'Accepted').message, /"node\.kubernetes\.io\/x" is not put on Services/);
    await f.patch('Service', own, {
      metadata: { labels: { mesh: 'in' }, annotations: { 'example.com/other': 'kept' } },
    });
    const changed = {
      labels: { team: 'core', 'node.kubernetes.io/x': null },
      annotations: { 'example.com/tier': null },
    };
    await f.patch('Gateway', 'gw', { spec: { infrastructure: changed } });
    await f.settle();
    const after = (await f.get<FullService>('Service', own)).metadata;
    assert.deepEqual([after.labels?.team, after.labels?.mesh], ['core', 'in']);
    assert.equal(after.annotations?.['example.com/tier'], undefined);
    assert.equal(after.annotations?.['example.com/other'], 'kept');
    assert.deepEqual(await ofSlice(), ['core', undefined, true]);
    await f.patch('Gateway', 'gw', { spec: { infrastructure: null } });
    await f.settle();
    const bare = (await f.get<FullService>('Service', own)).metadata;
    assert.deepEqual([bare.labels?.team, bare.labels?.mesh], [undefined, 'in']);
    assert.ok(Object.keys(bare.annotations ?? {}).every((key) => !key.endsWith('/placed')));
    assert.deepEqual(await ofSlice(), [undefined, undefined, false]);
  });

  for (const behaviour of ['duplicate', 'aggregate']) {
    test(`options become fields of the Service of ${behaviour}, and go again without a write too many`, async (t) => {
      const f = await fixture(t);
      await setOptions(f, everything);
      const spec = { infrastructure: { parametersRef } };
      await f.create(service(f, 'web'), gateway(f, 'gw', { spec }), route(f, 'route', { behaviour }));
      await f.run();
      const name = behaviour === 'duplicate' ? 'web-gw-api' : `gw-${f.className}`;
      const made = await becomes(f, name, fields);
      const since = (await f.writes()).length;
      assert.deepEqual(await f.quietWrites(since), []);

      await setOptions(f, { ...everything, loadBalancerClass: 'example.com/slow' });
      const again = await becomes(f, name, { ...fields, loadBalancerClass: 'example.com/slow' });
      assert.notEqual(again.metadata.uid, made.metadata.uid, 'the class of a load balancer cannot be changed');

      await setOptions(f, { loadBalancerClass: 'example.com/slow' });
      const rest = await becomes(f, name, {
        externalTrafficPolicy: 'Cluster',
        loadBalancerClass: 'example.com/slow',
        allocateLoadBalancerNodePorts: false,
        sessionAffinity: 'None',
        sessionAffinityConfig: undefined,
        trafficDistribution: undefined,
      });
      assert.equal(rest.metadata.uid, again.metadata.uid);

      await setOptions(f, {});
      await becomes(f, name, { loadBalancerClass: undefined });
      const end = (await f.writes()).length;
      assert.deepEqual(await f.quietWrites(end), []);
    });
  }

  test('options of a user’s own Service are taken back with the rest; its class stays while it is a LoadBalancer', async (t) => {
    const f = await fixture(t);
    await setOptions(f, everything);
    await f.create(service(f, 'web', { labels: { team: 'web' }, spec: { trafficDistribution: 'PreferSameNode' } }));
    const before = await f.get<FullService>('Service', 'web');
    const spec = { infrastructure: { parametersRef, labels: { team: 'net' } } };
    await f.create(gateway(f, 'gw', { spec }), route(f, 'route', { behaviour: 'update' }));
    const first = await f.run();
    const updated = await becomes(f, 'web', { ...fields, type: 'LoadBalancer' });
    assert.equal(updated.metadata.labels?.team, 'net');

    await setOptions(f, { ...everything, loadBalancerClass: 'example.com/slow' });
    const message = async (): Promise<string> => {
      const parent = ownParent(f, await f.get<RouteObject>('TCPRoute', 'route'));
      return condition(parent, 'ResolvedRefs').message;
    };
    await eventually(async () =>
      /"example\.com\/fast", which cannot become "example\.com\/slow"/.test(await message()),
    );
    await f.settle();
    assert.deepEqual((await f.get<FullService>('Service', 'web')).spec, updated.spec);

    await setOptions(f, { loadBalancerClass: 'example.com/fast', sessionAffinity: 'None' });
    await becomes(f, 'web', {
      externalTrafficPolicy: 'Cluster',
      trafficDistribution: 'PreferSameNode',
      sessionAffinity: 'None',
    });
    await setOptions(f, everything);
    await becomes(f, 'web', fields);

    await first.stop();
    await f.delete('TCPRoute', 'route');
    await f.run();
    assert.deepEqual(visible(await f.get<FullService>('Service', 'web')), visible(before));
  });

  test('Local, by an annotation on the Gateway, comes and goes with it, and comes before the parameters', async (t) => {
    const f = await fixture(t);
    await setOptions(f, { externalTrafficPolicy: 'Cluster' });
    await f.create(service(f, 'web'), gateway(f, 'gw', { spec: { infrastructure: { parametersRef } } }));
    await f.create(route(f, 'route'));
    await f.run();
    const annotate = (value: string | null): Promise<void> =>
      f.patch('Gateway', 'gw', { metadata: { annotations: { [externalTrafficPolicy]: value } } });
    await becomes(f, `gw-${f.className}`, { externalTrafficPolicy: 'Cluster' });
    await annotate('Local');
    await becomes(f, `gw-${f.className}`, { externalTrafficPolicy: 'Local' });
    await annotate('local');
    await f.settle();
    const { status } = await f.get<GatewayObject>('Gateway', 'gw');
    assert.equal(verdict(status, 'Accepted'), 'False/InvalidParameters');
    assert.match(condition(status, 'Accepted').message, /external-traffic-policy is "local": use Cluster, Local$/);
    await becomes(f, `gw-${f.className}`, { externalTrafficPolicy: 'Local' });
    await annotate(null);
    await becomes(f, `gw-${f.className}`, { externalTrafficPolicy: 'Cluster' });
  });

  test('Local, by the flag, is set on one Service and refused for two on the address', async (t) => {
    const f = await fixture(t);
    await f.create(service(f, 'web'), gateway(f, 'gw'), route(f, 'route'));
    await f.run('-external-traffic-policy=Local');
    await becomes(f, `gw-${f.className}`, { externalTrafficPolicy: 'Local' });
    const dns = { kind: 'UDPRoute', selector: ['app', 'dns'], backendRefs: [{ name: 'dns', port: 53 }] } as const;
    await f.create(route(f, 'dns', dns));
    await becomes(f, `gw-${f.className}`, { externalTrafficPolicy: 'Cluster' });
    await becomes(f, 'dns', { externalTrafficPolicy: 'Cluster' });
    const { status } = await f.get<GatewayObject>('Gateway', 'gw');
    assert.match(condition(status, 'Accepted').message, /Local is not set: Services \S+\/dns, \S+ share the address/);
    await f.client.delete(f.target('UDPRoute', 'dns'));
    await becomes(f, `gw-${f.className}`, { externalTrafficPolicy: 'Local' });
  });

  test('Local is set beside a route that gets no Service, as its name is a user’s, until it does', async (t) => {
    const f = await fixture(t);
    const taken = { kind: 'UDPRoute', selector: ['app', 'web'], backendRefs: [{ name: 'users', port: 53 }] } as const;
    await f.create(
      service(f, 'web'),
      service(f, 'users'),
      gateway(f, 'gw'),
      route(f, 'route'),
      route(f, 'taken', taken),
    );
    await f.run('-external-traffic-policy=Local');
    await becomes(f, `gw-${f.className}`, { externalTrafficPolicy: 'Local' });
    const { status } = await f.get<GatewayObject>('Gateway', 'gw');
    assert.doesNotMatch(condition(status, 'Accepted').message, /share the address/);
    await f.client.delete(f.target('Service', 'users'));
    await becomes(f, `gw-${f.className}`, { externalTrafficPolicy: 'Cluster' });
    await becomes(f, 'users', { externalTrafficPolicy: 'Cluster' });
    await f.client.delete(f.target('UDPRoute', 'taken'));
    await becomes(f, `gw-${f.className}`, { externalTrafficPolicy: 'Local' });
  });
});
