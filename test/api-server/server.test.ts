import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { at, client, type TestClient } from '../support/server.ts';
import { type MemoryApiServer, startApiServer } from './index.ts';

const GATEWAY_API = 'gateway.networking.k8s.io';
const RULES = [{ backendRefs: [{ name: 's', port: 80 }] }];

function route(name: string, version = 'v1', rules: object[] = RULES) {
  return {
    apiVersion: `${GATEWAY_API}/${version}`,
    kind: 'TCPRoute',
    metadata: { name, namespace: 'default' },
    spec: { rules },
  };
}

function configMap(name: string) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } };
}

const CONFIG_MAPS = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default' };

describe('The kinds of the in-memory API server', () => {
  let server: MemoryApiServer;
  let api: TestClient;

  before(async () => {
    server = await startApiServer({ kinds: { tcproutes: ['v1alpha2'], listenersets: [] } });
    api = client(server);
  });

  after(async () => {
    await api.close();
    await server.stop();
  });

  const routes = (version: string) => ({
    apiVersion: `${GATEWAY_API}/${version}`,
    kind: 'TCPRoute',
    namespace: 'default',
  });
  const code = async (path: string) => (await api.raw('GET', path)).code;

  it('are served in the versions that were asked for', async () => {
    await api.create(route('old', 'v1alpha2', [...RULES, ...RULES]));
    assert.equal(await code(`/apis/${GATEWAY_API}/v1/tcproutes`), 404);
    assert.equal(await code(`/apis/${GATEWAY_API}/v1/listenersets`), 404);
    assert.equal(await code(`/apis/${GATEWAY_API}/v1/udproutes`), 200);
  });

  it('can arrive, and share what is stored', async () => {
    server.kinds.serve('tcproutes', 'v1');
    await api.create(route('new'));
    const names = async (version: string) =>
      (await api.list(routes(version))).items.map(({ metadata }) => metadata.name);
    assert.deepEqual(await names('v1'), ['new', 'old']);
    assert.deepEqual(await names('v1alpha2'), ['new', 'old']);
    server.kinds.serve(`listenersets.${GATEWAY_API}`);
    assert.equal(await code(`/apis/${GATEWAY_API}/v1/listenersets`), 200);
  });

  it('can leave: watches of the version end, with the last version the objects go', async () => {
    const [old, current] = [await api.watch(routes('v1alpha2')), await api.watch(routes('v1'))];
    server.kinds.withdraw('tcproutes', 'v1alpha2');
    await old.end();
    assert.equal(current.ended, false);
    server.kinds.withdraw('tcproutes');
    await current.end();
    assert.equal(await code(`/apis/${GATEWAY_API}/v1/tcproutes`), 404);
    server.kinds.serve('tcproutes');
    assert.deepEqual((await api.list(routes('v1'))).items, []);
  });

  it('are no others than those that exist', () => {
    assert.throws(() => server.kinds.serve('others'), /no such resource/);
  });
});

describe('The history of the in-memory API server', () => {
  it('is as long as it was made: older watches are 410', async () => {
    const server = await startApiServer({ watchHistory: 4 });
    const api = client(server);
    const first = await api.create(configMap('first'));
    for (let index = 0; index < 20; index += 1) await api.create(configMap(`c${index}`));
    const watch = await api.watch({ ...CONFIG_MAPS }, { resourceVersion: first.metadata.resourceVersion });
    const error = await watch.next(({ type }) => type === 'ERROR');
    assert.equal((error.object as unknown as { reason: string }).reason, 'Expired');
    await watch.end();
    await api.close();
    await server.stop();
  });

  it('ends at compact(): older watches and pages are 410, new ones work', async () => {
    const server = await startApiServer();
    const api = client(server);
    await api.create(configMap('a'));
    await api.create(configMap('b'));
    const page = await api.list({ ...CONFIG_MAPS }, { limit: '1' });
    const before = await api.get({ ...CONFIG_MAPS, name: 'a' });
    server.compact();
    const token = page.metadata.continue ?? '';
    await assert.rejects(api.list({ ...CONFIG_MAPS }, { limit: '1', continue: token }), {
      code: 410,
      reason: 'Expired',
    });
    const old = await api.watch({ ...CONFIG_MAPS }, { resourceVersion: before.metadata.resourceVersion });
    await old.next(({ type }) => type === 'ERROR');
    const current = await api.watch({ ...CONFIG_MAPS }, { resourceVersion: String(server.resourceVersion) });
    await api.create(configMap('c'));
    await current.next(({ object }) => object.metadata.name === 'c');
    current.stop();
    await api.close();
    await server.stop();
  });
});

describe('An in-memory API server', () => {
  it('takes its times from the clock that it is given', async () => {
    const server = await startApiServer({ now: () => new Date('2030-01-02T03:04:05.678Z') });
    const api = client(server);
    assert.equal((await api.create(configMap('timed'))).metadata.creationTimestamp, '2030-01-02T03:04:05Z');
    await api.close();
    await server.stop();
  });

  it('sends bookmarks to those who asked for them', async () => {
    const server = await startApiServer({ bookmarkIntervalMs: 10 });
    const api = client(server);
    const watch = await api.watch({ ...CONFIG_MAPS }, { allowWatchBookmarks: 'true' });
    const bookmark = await watch.next(({ type }) => type === 'BOOKMARK');
    assert.equal(bookmark.object.metadata.resourceVersion, String(server.resourceVersion));
    watch.stop();
    await api.close();
    await server.stop();
  });

  it('of one IP family refuses Services of the other', async () => {
    const server = await startApiServer({ families: ['IPv4'] });
    const api = client(server);
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'default' } };
    const spec = { ports: [{ port: 80 }] };
    await assert.rejects(
      api.create({ ...service, spec: { ...spec, ipFamilies: ['IPv6'] } }),
      /spec\.ipFamilies\[0\]: Invalid value: "IPv6": not configured on this cluster/,
    );
    await assert.rejects(api.create({ ...service, spec: { ...spec, ipFamilyPolicy: 'RequireDualStack' } }), {
      code: 422,
    });
    const created = await api.create({ ...service, spec: { ...spec, ipFamilyPolicy: 'PreferDualStack' } });
    assert.deepEqual(at(created, 'spec', 'ipFamilies'), ['IPv4']);
    await api.close();
    await server.stop();
  });

  it('leaves nothing behind', async () => {
    const server = await startApiServer();
    const api = client(server);
    const watch = await api.watch({ ...CONFIG_MAPS });
    await server.stop();
    await watch.end();
    await assert.rejects(access(server.kubeconfigPath));
    await assert.rejects(api.get({ ...CONFIG_MAPS, name: 'a' }));
    await api.close();
  });

  it('holds 10,000 objects and tells many watches of thousands of writes a second', async () => {
    const server = await startApiServer();
    const api = client(server);
    const watches = await Promise.all(Array.from({ length: 4 }, () => api.watch({ ...CONFIG_MAPS })));
    const start = performance.now();
    const writer = async (first: number) => {
      for (let index = first; index < 10_000; index += 32) await api.create(configMap(`n${index}`));
    };
    await Promise.all(Array.from({ length: 32 }, (_, first) => writer(first)));
    for (const watch of watches) {
      let seen = 0;
      await watch.next(() => {
        seen += 1;
        return seen === 10_000;
      });
    }
    assert.equal((await api.list({ ...CONFIG_MAPS })).items.length, 10_000);
    const perSecond = 10_000 / ((performance.now() - start) / 1000);
    assert(perSecond > 250, `${Math.round(perSecond)} writes a second`);
    for (const watch of watches) watch.stop();
    await api.close();
    await server.stop();
  });
});
