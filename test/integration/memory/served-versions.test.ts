import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../../support/server.ts';
import {
  addressOf,
  gateway,
  ownParent,
  type RouteObject,
  route,
  routeVerdicts,
  type ServiceObject,
  serviceNames,
} from '../objects.ts';
import { memoryOnly, useMemory } from './memory.ts';

const made = { selector: ['app', 'web'] } as const;
const dns = { kind: 'UDPRoute', selector: ['app', 'dns'], backendRefs: [{ name: 'dns', port: 53 }] } as const;
const crds = ['gatewayclasses', 'gateways', 'tcproutes', 'udproutes'];

describe('What the cluster serves', memoryOnly, () => {
  test('CRDs that arrive after the start are picked up', async (t) => {
    const none = Object.fromEntries(crds.map((name) => [name, []]));
    const { f, server } = await useMemory(t, { kinds: none }, { hasClass: false });
    const controller = await f.start();
    await eventually(async () => (await controller.page('health', '/readyz')).status === 200);
    const { body } = await controller.page('health', '/readyz');
    assert.match(body, /Gateway: not served by this cluster/);
    assert.deepEqual(await f.writes(), []);
    for (const name of crds) server.kinds.serve(name);
    await f.createClass();
    await f.create(gateway(f, 'gw'), route(f, 'made', made), route(f, 'dns', dns));
    await f.settle();
    assert.equal(await addressOf(f, 'gw'), f.address(0));
    assert.deepEqual(await serviceNames(f), ['dns', 'web']);
  });

  test('without UDPRoutes and ledger, the rest works', async (t) => {
    const { f } = await useMemory(t, { kinds: { udproutes: [], ipaddresses: [] } });
    await f.create(gateway(f, 'gw'), route(f, 'made', made));
    await f.run();
    assert.equal(await addressOf(f, 'gw'), f.address(0));
    assert.deepEqual(await routeVerdicts(f, 'made'), ['True/Accepted', 'True/ResolvedRefs']);
  });

  test('UDPRoutes that are withdrawn and come back', async (t) => {
    const { f, server } = await useMemory(t);
    await f.create(gateway(f, 'gw'), route(f, 'made', made), route(f, 'dns', dns));
    await f.run();
    server.kinds.withdraw('udproutes');
    await f.create(route(f, 'more', { selector: ['app', 'more'], backendRefs: [{ name: 'more', port: 80 }] }));
    await eventually(async () => (await routeVerdicts(f, 'more'))[0] === 'True/Accepted');
    assert.ok((await serviceNames(f)).includes('web'), 'what the other kind made is kept');
    server.kinds.serve('udproutes');
    await f.create(route(f, 'dns', dns));
    await f.settle();
    assert.deepEqual(await serviceNames(f), ['dns', 'web']);
  });

  test('a version that is withdrawn while a status is being written takes no Service away', async (t) => {
    const kinds = { tcproutes: ['v1alpha2'] };
    const { f, server } = await useMemory(t, { kinds }, { versions: { TCPRoute: 'v1alpha2' } });
    const match = { userAgent: 'gateway-api-controller', resource: 'tcproutes', verb: ['patch', 'update'] } as const;
    const fault = server.faults.add({ match, effect: { type: 'status', code: 500, message: 'not now' } });
    await f.create(gateway(f, 'gw'), route(f, 'made', made));
    await f.start();
    const uidOfService = async (): Promise<string | undefined> =>
      (await f.find<ServiceObject>('Service', 'web'))?.metadata.uid;
    await eventually(async () => (await uidOfService()) !== undefined);
    const uid = await uidOfService();
    server.kinds.serve('tcproutes', 'v1');
    server.kinds.withdraw('tcproutes', 'v1alpha2');
    fault.remove();
    const target = { ...f.target('TCPRoute', 'made'), apiVersion: 'gateway.networking.k8s.io/v1' };
    await eventually(async () => {
      const found = (await f.client.find(target)) as RouteObject | undefined;
      return found !== undefined && ownParent(f, found) !== undefined;
    });
    assert.equal(await uidOfService(), uid);
  });

  test('v1beta1 and v1alpha2 only: the Go original’s manifests work', async (t) => {
    const kinds = {
      gatewayclasses: ['v1beta1'],
      gateways: ['v1beta1'],
      tcproutes: ['v1alpha2'],
      udproutes: ['v1alpha2'],
    };
    const versions = { GatewayClass: 'v1beta1', Gateway: 'v1beta1', TCPRoute: 'v1alpha2', UDPRoute: 'v1alpha2' };
    const { f } = await useMemory(t, { kinds }, { versions });
    const meta = (name: string, labels = {}): object => ({ name, namespace: f.namespace, labels });
    await f.client.create({
      apiVersion: 'gateway.networking.k8s.io/v1beta1',
      kind: 'Gateway',
      metadata: meta('example-gateway'),
      spec: {
        gatewayClassName: f.className,
        listeners: [
          { name: 'example-listener', protocol: 'TCP', port: 8080 },
          { name: 'udp', protocol: 'UDP', port: 53 },
        ],
      },
    } as Parameters<typeof f.client.create>[0]);
    await f.client.create({
      apiVersion: 'gateway.networking.k8s.io/v1alpha2',
      kind: 'TCPRoute',
      metadata: meta('tcp-route', { selectorkey: 'app', selectorvalue: 'nginx' }),
      spec: {
        parentRefs: [{ name: 'example-gateway', sectionName: 'example-listener' }],
        rules: [{ backendRefs: [{ name: 'my-service', port: 80 }] }],
      },
    } as Parameters<typeof f.client.create>[0]);
    await f.client
      .create({
        apiVersion: 'gateway.networking.k8s.io/v1alpha2',
        kind: 'UDPRoute',
        metadata: meta('udproute-sample'),
      } as Parameters<typeof f.client.create>[0])
      .catch((error: Error) => assert.match(error.message, /^422 .*spec/));
    await f.run();
    assert.equal(await addressOf(f, 'example-gateway'), f.address(0));
    const { spec, metadata } = await f.get<ServiceObject>('Service', 'my-service');
    assert.equal(spec.loadBalancerIP, f.address(0));
    assert.deepEqual(spec.selector, { app: 'nginx' });
    assert.equal(
      (metadata.ownerReferences?.[0] as { apiVersion?: string } | undefined)?.apiVersion,
      'gateway.networking.k8s.io/v1alpha2',
    );
    assert.deepEqual(await routeVerdicts(f, 'tcp-route'), ['True/Accepted', 'True/ResolvedRefs']);
    const since = (await f.writes()).length;
    assert.deepEqual(await f.quietWrites(since), []);
  });
});
