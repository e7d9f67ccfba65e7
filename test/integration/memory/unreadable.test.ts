import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { startApiServer } from '../../api-server/index.ts';
import { spawnController } from '../../support/controller.ts';
import { Fixture } from '../../support/fixture.ts';
import { eventually, type TestServer } from '../../support/server.ts';
import { addressOf, gateway, route, type ServiceObject, serviceNames } from '../objects.ts';
import { memoryOnly, useMemory } from './memory.ts';

const made = { selector: ['app', 'web'] } as const;

/** Stands between controller and server, and rewrites the text of answers. */
interface Proxy {
  readonly kubeconfigPath: string;
  rewrite: (text: string) => string;
}

async function writeKubeconfig(t: TestContext, server: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'unreadable-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { token: 'memory' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}

function listen(t: TestContext, server: Server): Promise<unknown> {
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, '127.0.0.1');
  return once(server, 'listening');
}

async function startProxy(t: TestContext, target: TestServer): Promise<Proxy> {
  const proxy: { kubeconfigPath: string; rewrite: Proxy['rewrite'] } = { kubeconfigPath: '', rewrite: (text) => text };
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const onwards = request(new URL(url ?? '/', target.url), { method, headers }, (answer) => {
      const { 'content-length': _length, ...rest } = answer.headers;
      outgoing.writeHead(answer.statusCode ?? 500, rest);
      answer.setEncoding('utf8').on('data', (text: string) => outgoing.write(proxy.rewrite(text)));
      answer.on('end', () => outgoing.end()).on('error', () => outgoing.destroy());
    });
    onwards.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onwards.destroy());
    incoming.pipe(onwards);
  });
  await listen(t, server);
  proxy.kubeconfigPath = await writeKubeconfig(t, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return proxy;
}

/** A newer version's field types: ports as text, in the objects that carry the mark. */
function newer(text: string): string {
  return text
    .split('\n')
    .map((line) => (line.includes('"newer":"yes"') ? line.replaceAll(/"port":(\d+)/g, '"port":"$1"') : line))
    .join('\n');
}

async function useProxy(t: TestContext): Promise<{ readonly f: Fixture; readonly proxy: Proxy }> {
  const server = await startApiServer();
  const proxy = await startProxy(t, server);
  const behind: TestServer = {
    kind: 'memory',
    url: server.url,
    kubeconfigPath: proxy.kubeconfigPath,
    controllerKubeconfigPath: proxy.kubeconfigPath,
    writes: () => server.writes(),
    stop: () => server.stop(),
  };
  const f = new Fixture(behind, {});
  t.after(async () => {
    await f.tearDown();
    await server.stop();
  });
  await f.setUp();
  return { f, proxy };
}

describe('What cannot be read', memoryOnly, () => {
  test('a Gateway that becomes undecodable keeps its Services and its address, and is named', async (t) => {
    const { f, proxy } = await useProxy(t);
    await f.create(gateway(f, 'gw'), route(f, 'made', made), gateway(f, 'good'));
    const first = await f.run();
    const service = await f.get<ServiceObject>('Service', 'web');
    const address = service.spec.loadBalancerIP;
    proxy.rewrite = newer;
    const since = (await f.writes()).length;
    await f.patch('Gateway', 'gw', { metadata: { labels: { newer: 'yes' } } });
    await eventually(async () => first.log.some(({ msg }) => /cannot be decoded/.test(msg)));
    const [line] = first.log.filter(({ msg }) => /cannot be decoded/.test(msg));
    assert.equal(line?.object, `${f.namespace}/gw`);
    assert.match(String(line?.why), /spec\.listeners\.0\.port/);
    await f.settle();
    await first.stop();
    const second = await f.run();
    assert.deepEqual(await f.quietWrites(since), [], 'also over a restart');
    assert.deepEqual(await f.get('Service', 'web'), service);
    await f.create(gateway(f, 'next'));
    await f.settle();
    assert.notEqual(await addressOf(f, 'next'), address);
    proxy.rewrite = (text) => text;
    await f.patch('Gateway', 'gw', { metadata: { labels: { newer: null } } });
    await f.settle();
    assert.equal(await addressOf(f, 'gw'), address);
    assert.ok([...second.controller.actors.entries.values()].every(({ state }) => state !== 'Unreadable'));
  });

  test('a static address on an undecodable Gateway is not given to another', async (t) => {
    const { f, proxy } = await useProxy(t);
    proxy.rewrite = newer;
    const addresses = [{ type: 'IPAddress', value: f.address(0) }];
    await f.create(gateway(f, 'odd', { addresses, labels: { newer: 'yes' } }), gateway(f, 'gw'));
    await f.run();
    assert.equal(await addressOf(f, 'gw'), f.address(1));
  });

  test('an undecodable Service of the user is left alone, and the others are served', async (t) => {
    const { f, proxy } = await useProxy(t);
    await f.create(gateway(f, 'gw'));
    await f.client.create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: f.namespace, labels: { newer: 'yes' } },
      spec: { ports: [{ port: 80 }] },
    } as Parameters<typeof f.client.create>[0]);
    const dns = { kind: 'UDPRoute', selector: ['app', 'dns'], backendRefs: [{ name: 'dns', port: 53 }] } as const;
    await f.create(route(f, 'copied', { behaviour: 'duplicate' }), route(f, 'updated', { behaviour: 'update' }));
    await f.create(route(f, 'made', made), route(f, 'dns', dns));
    const before = await f.get('Service', 'web');
    proxy.rewrite = newer;
    await f.run();
    assert.deepEqual(await f.get('Service', 'web'), before);
    assert.deepEqual(await serviceNames(f), ['dns', 'web']);
  });

  test('a server that is down at the start: one line, no stack, and it recovers', async (t) => {
    const free = createServer();
    await listen(t, free);
    const { port } = free.address() as AddressInfo;
    free.close();
    const kubeconfig = await writeKubeconfig(t, `http://127.0.0.1:${port}`);
    const flags = ['-metrics-bind-address', '0', '-health-probe-bind-address', '0', '-kubeconfig', kubeconfig];
    const name = ['-gateway-class-name', 'down.test/c'];
    const child = spawnController([...flags, ...name]);
    t.after(() => child.kill('SIGKILL'));
    await eventually(async () => child.stderr.includes('ECONNREFUSED'));
    const server = await startApiServer({ port });
    t.after(() => server.stop());
    await child.logged('caches are in sync');
    const told = child.stderr.split('\n').filter((line) => line.includes('ECONNREFUSED'));
    assert.equal(told.length, 1, child.stderr);
    assert.match(told[0] ?? '', /"level":"warn".*trying again/);
    assert.doesNotMatch(child.stderr, /\n\s+at /);
    assert.equal(await child.kill('SIGTERM'), 0);
  });

  test('a server that goes away in between: one line a kind at most, and it recovers', async (t) => {
    const { f, server } = await useMemory(t);
    await f.create(gateway(f, 'gw'));
    const controller = await f.run();
    const fault = server.faults.add({ match: { userAgent: 'gateway-api-controller' }, effect: { type: 'reset' } });
    server.dropWatches();
    await f.create(route(f, 'made', made));
    await eventually(async () => controller.log.some(({ msg }) => /cannot be reached/.test(msg)));
    fault.remove();
    await f.settle(40_000);
    assert.deepEqual(await serviceNames(f), ['web']);
    const whats = controller.log.filter(({ msg }) => /cannot be reached/.test(msg)).map(({ what }) => what);
    assert.equal(new Set(whats).size, whats.length, whats.join());
  });
});
