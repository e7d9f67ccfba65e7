import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { client, eventually, type TestClient } from '../support/server.ts';
import { type Fault, type MemoryApiServer, startApiServer } from './index.ts';

const CONFIG_MAPS = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default' };

describe('Faults of the in-memory API server', () => {
  let server: MemoryApiServer;
  let api: TestClient;
  let count = 0;

  before(async () => {
    server = await startApiServer();
    api = client(server, 'fault-test/1');
  });

  after(async () => {
    await api.close();
    await server.stop();
  });

  const name = () => {
    count += 1;
    return `f${count}`;
  };
  const create = (object: string) =>
    api.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: object, namespace: 'default' } });
  const exists = async (object: string) => (await api.find({ ...CONFIG_MAPS, name: object })) !== undefined;
  const once = (effect: Fault['effect'], match: Fault['match'] = {}) => server.faults.add({ match, effect, times: 1 });

  it('drop and reset: the connection ends and nothing happens', async () => {
    for (const type of ['drop', 'reset'] as const) {
      const fault = once({ type }, { verb: 'create' });
      const object = name();
      await assert.rejects(create(object));
      assert.equal(fault.struck, 1);
      assert.equal(await exists(object), false);
      await create(object);
    }
  });

  it('loseResponse: the connection ends although the write happened, and the write is on record', async () => {
    once({ type: 'loseResponse' }, { verb: 'create', resource: 'configmaps' });
    const object = name();
    await assert.rejects(create(object));
    assert.equal(await exists(object), true);
    assert((await server.writes()).some((write) => write.name === object && write.code === 201));
  });

  it('delay: the request is applied later', async () => {
    once({ type: 'delay', ms: 50 });
    const start = performance.now();
    await create(name());
    assert(performance.now() - start >= 45);
  });

  const answers = [
    { code: 403, reason: 'Forbidden' },
    { code: 409, reason: 'Conflict' },
    { code: 410, reason: 'Expired' },
    { code: 429, reason: 'TooManyRequests' },
    { code: 500, reason: 'InternalError' },
    { code: 503, reason: 'ServiceUnavailable' },
  ] as const;
  for (const { code, reason } of answers) {
    it(`status ${code}: the request is answered so and not applied`, async () => {
      once({ type: 'status', code });
      const object = name();
      await assert.rejects(create(object), { code, reason });
      assert.equal(await exists(object), false);
    });
  }

  it('status 429 names the seconds to wait', async () => {
    once({ type: 'status', code: 429, retryAfter: 7 });
    assert.equal((await api.raw('GET', '/api/v1/namespaces')).headers['retry-after'], '7');
  });

  it('status 403 says who may not do what, as RBAC does', async () => {
    once({ type: 'status', code: 403 });
    await assert.rejects(
      api.list({ ...CONFIG_MAPS }),
      /configmaps is forbidden: User "memory" cannot list resource "configmaps" in API group "" in the namespace "default"/,
    );
  });

  it('strike only what they match, as often as they shall, until they are removed', async () => {
    const match = {
      verb: ['patch', 'delete'],
      resource: 'configmaps',
      namespace: 'default',
      name: 'target',
      subresource: '',
      userAgent: 'fault-test',
    } as const;
    const fault = server.faults.add({ match, effect: { type: 'status', code: 503 }, times: 2 });
    await create('target');
    await create('other');
    await api.patch({ ...CONFIG_MAPS, name: 'other' }, {});
    await assert.rejects(api.patch({ ...CONFIG_MAPS, name: 'target' }, {}), { code: 503 });
    await assert.rejects(api.delete({ ...CONFIG_MAPS, name: 'target' }), { code: 503 });
    await api.delete({ ...CONFIG_MAPS, name: 'target' });
    assert.equal(fault.struck, 2);
    const lasting = server.faults.add({ effect: { type: 'status', code: 500 } });
    await assert.rejects(create(name()));
    lasting.remove();
    await create(name());
  });

  it('match a user agent by pattern too', async () => {
    const fault = server.faults.add({ match: { userAgent: /^other/ }, effect: { type: 'drop' } });
    await create(name());
    assert.equal(fault.struck, 0);
    fault.remove();
  });

  it('staleList: lists show what there was when the fault was added', async () => {
    await create('before');
    const fault = server.faults.add({ match: { resource: 'configmaps' }, effect: { type: 'staleList' } });
    const old = await api.list({ ...CONFIG_MAPS });
    await create('after');
    assert.deepEqual(await api.list({ ...CONFIG_MAPS }), old);
    assert.equal(await exists('after'), true);
    fault.remove();
    assert.equal((await api.list({ ...CONFIG_MAPS })).items.length, old.items.length + 1);
  });

  it('endWatch: ends open watches and new ones', async () => {
    const open = await api.watch({ ...CONFIG_MAPS });
    const fault = server.faults.add({ match: { resource: 'configmaps' }, effect: { type: 'endWatch' }, times: 2 });
    await open.end();
    await (await api.watch({ ...CONFIG_MAPS })).end();
    assert.equal(fault.struck, 2);
  });

  it('expireWatch: sends an ERROR event 410 and ends', async () => {
    const open = await api.watch({ ...CONFIG_MAPS });
    once({ type: 'expireWatch' }, { verb: 'watch', resource: 'configmaps' });
    const error = await open.next(({ type }) => type === 'ERROR');
    assert.equal((error.object as unknown as { code: number }).code, 410);
    await open.end();
  });

  it('silenceWatch: the connection stays and no event comes', async () => {
    const [silent, loud] = [
      await api.watch({ ...CONFIG_MAPS }),
      await api.watch({ ...CONFIG_MAPS }, { labelSelector: '!none' }),
    ];
    await eventually(async () => server.openWatches === 2);
    once({ type: 'silenceWatch' }, { verb: 'watch' });
    const object = name();
    await create(object);
    await loud.next((event) => event.object.metadata.name === object);
    assert(!silent.events.some((event) => event.object.metadata.name === object));
    assert.equal(silent.ended, false);
    silent.stop();
    loud.stop();
  });

  it('dropWatches cuts every watch', async () => {
    const watches = [await api.watch({ ...CONFIG_MAPS }), await api.watch({ apiVersion: 'v1', kind: 'Namespace' })];
    server.dropWatches();
    for (const watch of watches) await watch.end();
    await eventually(async () => server.openWatches === 0);
  });
});
