import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Fixture, together, useServer } from '../support/fixture.ts';
import {
  condition,
  endpointSlice,
  type GatewayObject,
  gateway,
  ownParent,
  type RouteObject,
  route,
  type ServiceObject,
  service,
} from './objects.ts';

interface Announced extends ServiceObject {
  readonly spec: ServiceObject['spec'] & { readonly loadBalancerClass?: string };
  readonly status: {
    readonly loadBalancer: { readonly ingress?: readonly { readonly ip: string; readonly ipMode: string }[] };
  };
}

async function get(f: Fixture, name: string): Promise<Announced> {
  return f.get<Announced>('Service', name);
}

async function programmed(f: Fixture): Promise<string> {
  const { status, reason, message } = condition((await f.get<GatewayObject>('Gateway', 'gw')).status, 'Programmed');
  return `${status}/${reason}: ${message}`;
}

describe('Announcer none', together, () => {
  const { fixture } = useServer();

  test('has the controller write the ingress, once', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), route(f, 'made', { selector: ['app', 'web'] }), endpointSlice(f, 'made'));
    const first = await f.run('-announcer', 'none');
    const ingress = [{ ip: f.address(0), ipMode: 'VIP' }];
    assert.deepEqual((await get(f, 'web')).status.loadBalancer, { ingress });
    assert.equal(await programmed(f), `True/Programmed: ${f.address(0)} is announced`);
    const since = (await f.writes()).length;
    assert.deepEqual(await f.quietWrites(since), []);
    await first.stop();
    await f.run('-announcer', 'none');
    assert.deepEqual(await f.quietWrites(since), []);
  });

  test('has it written again where somebody took it off, and nothing else', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), route(f, 'made', { selector: ['app', 'web'] }));
    await f.run('-announcer', 'none');
    const since = (await f.writes()).length;
    await f.patch('Service', 'web', { status: { loadBalancer: { ingress: null } } }, 'status');
    await f.settle();
    assert.deepEqual((await get(f, 'web')).status.loadBalancer.ingress, [{ ip: f.address(0), ipMode: 'VIP' }]);
    assert.deepEqual(await f.quietWrites(since), ['patch services/status web']);
  });

  test('has it taken off a Service that is the user’s again and stays a LoadBalancer', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), service(f, 'web', { spec: { type: 'LoadBalancer' } }));
    await f.create(route(f, 'route', { behaviour: 'update' }));
    await f.run('-announcer', 'none');
    assert.deepEqual((await get(f, 'web')).status.loadBalancer.ingress, [{ ip: f.address(0), ipMode: 'VIP' }]);
    await f.delete('TCPRoute', 'route');
    await f.settle();
    const { metadata, spec, status } = await get(f, 'web');
    assert.deepEqual([spec.type, metadata.annotations ?? {}, status.loadBalancer], ['LoadBalancer', {}, {}]);
  });
});

describe('A change of announcer', together, () => {
  const { fixture } = useServer();

  test('takes the former one’s annotations away, and the field that the new one refuses', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), route(f, 'made', { selector: ['app', 'web'] }));
    await (await f.run()).stop();
    const before = await get(f, 'web');
    await f.patch('Service', 'web', { metadata: { annotations: { 'metallb.io/address-pool': 'theirs' } } });
    await f.run('-announcer', 'metallb');
    const { metadata, spec } = await get(f, 'web');
    const foreign = Object.entries(metadata.annotations ?? {}).filter(([key]) => /kube-vip|metallb/.test(key));
    assert.equal(metadata.uid, before.metadata.uid);
    assert.equal(spec.loadBalancerIP, undefined);
    assert.deepEqual(Object.fromEntries(foreign), {
      'metallb.io/address-pool': 'theirs',
      'metallb.io/allow-shared-ip': `${f.namespace}/gw`,
      'metallb.io/loadBalancerIPs': f.address(0),
    });
  });

  test('makes our Services anew where they get a loadBalancerClass', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), route(f, 'made', { selector: ['app', 'web'] }));
    await (await f.run()).stop();
    const before = await get(f, 'web');
    await (await f.run('-announcer', 'loxilb')).stop();
    const classed = await get(f, 'web');
    assert.equal(classed.spec.loadBalancerClass, 'loxilb.io/loxilb');
    assert.notEqual(classed.metadata.uid, before.metadata.uid);
    await f.run();
    assert.equal((await get(f, 'web')).spec.loadBalancerClass, undefined);
  });

  test('gives a user’s own Service another loadBalancerClass, and none when it is given back', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), service(f, 'web'), route(f, 'route', { behaviour: 'update' }));
    const { uid } = (await get(f, 'web')).metadata;
    await (await f.run('-announcer', 'loxilb')).stop();
    assert.equal((await get(f, 'web')).spec.loadBalancerClass, 'loxilb.io/loxilb');
    await f.run();
    const { spec, metadata } = await get(f, 'web');
    assert.deepEqual([spec.type, spec.loadBalancerClass, metadata.uid], ['LoadBalancer', undefined, uid]);
    await f.delete('TCPRoute', 'route');
    await f.settle();
    assert.equal((await get(f, 'web')).spec.type, 'ClusterIP');
  });

  test('refuses by name a user’s own Service that is a LoadBalancer of another class', async (t) => {
    const f = await fixture(t);
    const spec = { type: 'LoadBalancer', loadBalancerClass: 'cloud.example/lb' };
    await f.create(gateway(f, 'gw'), service(f, 'web', { spec }), route(f, 'route', { behaviour: 'update' }));
    const before = await get(f, 'web');
    await f.run('-announcer', 'loxilb');
    const resolved = condition(ownParent(f, await f.get<RouteObject>('TCPRoute', 'route')), 'ResolvedRefs');
    assert.equal(resolved.status, 'False');
    assert.match(resolved.message, /loadBalancerClass cloud\.example\/lb, LoxiLB wants it loxilb\.io\/loxilb/);
    assert.deepEqual(await get(f, 'web'), before);
  });
});

describe('An address', together, () => {
  const { fixture } = useServer();

  test('that somebody’s Service asks an announcer for is not handed out', async (t) => {
    const f = await fixture(t);
    const annotations = { 'metallb.io/loadBalancerIPs': f.address(0) };
    await f.create(service(f, 'theirs', { annotations, spec: { type: 'LoadBalancer' } }), gateway(f, 'gw'));
    await f.run();
    const { status } = await f.get<GatewayObject>('Gateway', 'gw');
    assert.deepEqual(
      status?.addresses?.map(({ value }) => value),
      [f.address(1)],
    );
  });
});
