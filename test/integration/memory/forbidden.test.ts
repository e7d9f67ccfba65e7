import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { spawnController } from '../../support/controller.ts';
import { withoutProgress } from '../../support/progress.ts';
import { eventually } from '../../support/server.ts';
import {
  addressOf,
  condition,
  type GatewayObject,
  gateway,
  ownParent,
  type RouteObject,
  route,
  routeVerdicts,
  service,
  serviceNames,
  verdict,
} from '../objects.ts';
import { memoryOnly, useMemory } from './memory.ts';

const ours = { userAgent: 'gateway-api-controller' };
const reading = ['list', 'watch', 'get'] as const;
const forbidden = { type: 'status', code: 403 } as const;
const made = { selector: ['app', 'web'] } as const;
const dns = { kind: 'UDPRoute', selector: ['app', 'dns'], backendRefs: [{ name: 'dns', port: 53 }] } as const;

describe('Without permission', memoryOnly, () => {
  test('to read one kind: it is named in the log and in /readyz, the rest works, and it is picked up when granted', async (t) => {
    const { f, server } = await useMemory(t);
    const fault = server.faults.add({ match: { ...ours, resource: 'udproutes', verb: reading }, effect: forbidden });
    await f.create(gateway(f, 'gw'), route(f, 'made', made), route(f, 'dns', dns));
    const controller = await f.start();
    await eventually(async () => (await serviceNames(f)).includes('web'));
    assert.equal(await addressOf(f, 'gw'), f.address(0));
    const { status, body } = await controller.page('health', '/readyz');
    assert.equal(status, 503);
    assert.match(body, /\[-\] UDPRoute: no permission/);
    assert.match(body, /\[\+\] TCPRoute/);
    assert.equal((await controller.page('health', '/healthz')).status, 200);
    const named = controller.log.filter(({ level, kind }) => level === 'error' && kind === 'UDPRoute');
    assert.equal(named.length, 1, 'one line');
    assert.match(JSON.stringify(named), /grant list and watch/);
    fault.remove();
    await f.settle();
    assert.deepEqual(await serviceNames(f), ['dns', 'web']);
    assert.equal((await controller.page('health', '/readyz')).status, 200);
  });

  test('to read Nodes: the log says so once, and everything works', async (t) => {
    const { f, server } = await useMemory(t);
    server.faults.add({ match: { ...ours, resource: 'nodes', verb: reading }, effect: forbidden });
    await f.create(gateway(f, 'gw'));
    const controller = await f.run();
    assert.equal(await addressOf(f, 'gw'), f.address(0));
    const { status, body } = await controller.page('health', '/readyz');
    assert.equal(status, 200);
    assert.match(body, /\[\+\] Node: no permission to list and watch it; done without/);
    assert.equal(controller.log.filter(({ level, kind }) => level === 'error' && kind === 'Node').length, 1);
  });

  test('to read Nodes, ipam ls shows the rest, and says so', async (t) => {
    const { f, server } = await useMemory(t);
    server.faults.add({ match: { resource: 'nodes', verb: reading }, effect: forbidden });
    await f.create(service(f, 'theirs', { spec: { externalIPs: [f.address(2)] } }));
    const child = spawnController(['ipam', 'ls', '-kubeconfig', f.server.controllerKubeconfigPath, ...f.flags]);
    t.after(() => child.kill('SIGKILL'));
    assert.equal(await child.end, 0, child.stderr);
    assert.equal(withoutProgress(child.stderr), 'not all that others have is shown: cannot list Node\n');
    assert.match(child.stdout, new RegExp(`held by Service ${f.namespace}/theirs`));
  });

  test('to read routes any more, their Services are kept, also over a restart', async (t) => {
    const { f, server } = await useMemory(t);
    await f.create(gateway(f, 'gw'), service(f, 'own'), route(f, 'dns', dns));
    await f.create(route(f, 'made', { behaviour: 'update', backendRefs: [{ name: 'own', port: 80 }] }));
    await (await f.run()).stop();
    const before = await f.get('Service', 'own');
    const since = (await f.writes()).length;
    server.faults.add({ match: { ...ours, resource: 'tcproutes', verb: reading }, effect: forbidden });
    const controller = await f.start();
    await eventually(async () => controller.log.some(({ msg }) => msg === 'caches are in sync'));
    const writes = await f.quietWrites(since);
    assert.deepEqual(writes, []);
    assert.deepEqual(await f.get('Service', 'own'), before);
    assert.deepEqual(await serviceNames(f), ['dns', 'own']);
  });

  test('to read Gateways, Services and addresses are kept', async (t) => {
    const { f, server } = await useMemory(t);
    await f.create(gateway(f, 'gw'), route(f, 'dns', dns));
    await (await f.run()).stop();
    const since = (await f.writes()).length;
    server.faults.add({ match: { ...ours, resource: 'gateways', verb: reading }, effect: forbidden });
    const controller = await f.start();
    await eventually(async () => controller.log.some(({ msg }) => msg === 'caches are in sync'));
    assert.deepEqual(await f.quietWrites(since), []);
    assert.deepEqual(await serviceNames(f), ['dns']);
  });

  test('to read Services, routes wait, and nothing is made over somebody’s', async (t) => {
    const { f, server } = await useMemory(t);
    server.faults.add({ match: { ...ours, resource: 'services', verb: reading }, effect: forbidden });
    await f.create(gateway(f, 'gw'), service(f, 'web'), route(f, 'made', made));
    await f.start();
    await eventually(async () => ownParent(f, await f.get<RouteObject>('TCPRoute', 'made')) !== undefined);
    const parent = ownParent(f, await f.get<RouteObject>('TCPRoute', 'made'));
    assert.match(condition(parent, 'ResolvedRefs').message, /Services cannot be read/);
    assert.deepEqual(await serviceNames(f), ['web']);
  });

  test('to read parameters, their Gateways say so and the log once, the pool and the others go on, and they are picked up when granted', async (t) => {
    const { f, server } = await useMemory(t);
    const namespace = await f.addNamespace('params');
    const match = { ...ours, resource: 'configmaps', namespace, verb: reading } as const;
    const fault = server.faults.add({ match, effect: forbidden });
    const metadata = { name: 'options', namespace };
    await f.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { ipFamilies: 'ipv4' } });
    const parametersRef = { group: '', kind: 'ConfigMap', name: 'options' };
    await f.create(gateway(f, 'gw', { namespace, spec: { infrastructure: { parametersRef } } }), gateway(f, 'other'));
    const controller = await f.start();
    const own = () => f.get<GatewayObject>('Gateway', 'gw', namespace);
    const accepted = async () => condition((await own()).status, 'Accepted');
    await eventually(async () => verdict((await own()).status, 'Accepted') === 'False/InvalidParameters');
    assert.match((await accepted()).message, /ConfigMap \S+\/options cannot be read: .*forbidden/);
    await eventually(async () => (await addressOf(f, 'other')) === f.address(0));
    assert.equal((await controller.page('health', '/readyz')).status, 200);
    const named = controller.log.filter(({ object }) => object === `${namespace}/options`);
    assert.deepEqual(
      named.map(({ level, kind }) => ({ level, kind })),
      [{ level: 'error', kind: 'ConfigMap' }],
    );
    assert.match(JSON.stringify(named), /forbidden.*grant list and watch/);
    fault.remove();
    await eventually(async () => verdict((await own()).status, 'Accepted').startsWith('True/'));
    await f.settle();
    assert.deepEqual((await own()).spec.addresses, [{ type: 'IPAddress', value: f.address(1) }]);
  });

  test('to create Services: the route says so, others go on, and it is made when granted', async (t) => {
    const { f, server } = await useMemory(t);
    const match = { ...ours, resource: 'services', verb: 'create', name: '' } as const;
    const fault = server.faults.add({ match: { ...match, namespace: f.namespace }, effect: forbidden });
    await f.create(gateway(f, 'gw'), service(f, 'api'), route(f, 'made', made));
    const controller = await f.start();
    const message = async (): Promise<string> => {
      const parent = ownParent(f, await f.get<RouteObject>('TCPRoute', 'made'));
      return JSON.stringify(parent ?? '');
    };
    await eventually(async () => /forbidden/.test(await message()));
    assert.match(await message(), /web.*forbidden/);
    assert.ok(controller.log.some(({ msg, level }) => level === 'error' && /refused a write/.test(msg)));
    const listeners = [{ name: 'own', port: 1 }];
    await f.create(
      gateway(f, 'other', { listeners }),
      route(f, 'updated', {
        behaviour: 'update',
        parentRefs: [{ name: 'other' }],
        backendRefs: [{ name: 'api', port: 80 }],
      }),
    );
    await eventually(async () => (await routeVerdicts(f, 'updated'))[1] === 'True/ResolvedRefs');
    fault.remove();
    await eventually(async () => (await serviceNames(f)).includes('web'));
    await f.settle();
    assert.deepEqual(await routeVerdicts(f, 'made'), ['True/Accepted', 'True/ResolvedRefs']);
    assert.doesNotMatch(await message(), /forbidden/);
  });
});
