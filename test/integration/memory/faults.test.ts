import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Fault, MemoryApiServer } from '../../api-server/index.ts';
import type { Fixture } from '../../support/fixture.ts';
import { gateway, route, service } from '../objects.ts';
import { outcomeOf } from '../outcome.ts';
import { memoryOnly, useMemory } from './memory.ts';

const ours = { userAgent: 'gateway-api-controller' };
const writing = ['create', 'update', 'patch', 'delete'] as const;
const listeners = [
  { name: 'tcp', port: 8080 },
  { name: 'copy', port: 8081 },
  { name: 'own', port: 8082 },
  { name: 'udp', port: 5353, protocol: 'UDP' },
];

/** A little life: everything is made, edited, moved, and some of it deleted. */
async function live(f: Fixture): Promise<void> {
  await f.create(gateway(f, 'gw', { listeners }), gateway(f, 'old'), service(f, 'web'), service(f, 'api'));
  await f.create(
    route(f, 'made', { selector: ['app', 'made'], backendRefs: [{ name: 'made', port: 80 }] }),
    route(f, 'copied', { behaviour: 'duplicate', parentRefs: [{ name: 'old', sectionName: 'tcp' }] }),
    route(f, 'updated', {
      behaviour: 'update',
      parentRefs: [{ name: 'gw', sectionName: 'own' }],
      backendRefs: [{ name: 'api', port: 80 }],
    }),
    route(f, 'dns', { kind: 'UDPRoute', selector: ['app', 'dns'], backendRefs: [{ name: 'dns', port: 53 }] }),
  );
  await f.patch('TCPRoute', 'copied', { spec: { parentRefs: [{ name: 'gw', sectionName: 'copy' }] } });
  await f.patch('Service', 'web', { spec: { ports: [{ port: 80, targetPort: 8111 }] } });
  await f.delete('UDPRoute', 'dns');
  await f.delete('Gateway', 'old');
}

const faults: readonly (readonly [name: string, faults: readonly Fault[]])[] = [
  ['every watch is expired twice', [{ match: { ...ours }, effect: { type: 'expireWatch' }, times: 16 }]],
  ['watches end early', [{ match: { ...ours }, effect: { type: 'endWatch' }, times: 16 }]],
  [
    'watches cannot be opened for a while',
    [{ match: { ...ours, verb: 'watch' }, effect: { type: 'reset' }, times: 8 }],
  ],
  ['answers of writes are lost', [{ match: { ...ours, verb: writing }, effect: { type: 'loseResponse' }, times: 6 }]],
  ['writes are dropped', [{ match: { ...ours, verb: writing }, effect: { type: 'drop' }, times: 6 }]],
  ['writes conflict', [{ match: { ...ours, verb: writing }, effect: { type: 'status', code: 409 }, times: 6 }]],
  ['writes fail with 500', [{ match: { ...ours, verb: writing }, effect: { type: 'status', code: 500 }, times: 6 }]],
  ['everything is throttled', [{ match: ours, effect: { type: 'status', code: 429, retryAfter: 1 }, times: 6 }]],
  ['the server is slow', [{ match: ours, effect: { type: 'delay', ms: 30 } }]],
];

async function converge(f: Fixture, server: MemoryApiServer, given: readonly Fault[]): Promise<unknown> {
  for (const fault of given) server.faults.add(fault);
  await f.start();
  await live(f);
  await f.settle(30_000);
  const since = (await f.writes()).length;
  assert.deepEqual(await f.quietWrites(since), [], 'no write at rest');
  return outcomeOf(f);
}

describe('Whatever the API server does, the outcome is the same', memoryOnly, () => {
  for (const [name, given] of faults) {
    test(`when ${name}`, async (t) => {
      const calm = await useMemory(t);
      const stormy = await useMemory(t);
      const [expected, actual] = await Promise.all([
        converge(calm.f, calm.server, []),
        converge(stormy.f, stormy.server, given),
      ]);
      assert.deepEqual(actual, expected);
    });
  }

  test('when its watches break while things change', async (t) => {
    const calm = await useMemory(t);
    const expected = await converge(calm.f, calm.server, []);
    const { f, server } = await useMemory(t);
    await f.run();
    server.dropWatches();
    await live(f);
    server.compact();
    await f.settle(30_000);
    assert.deepEqual(await outcomeOf(f), expected);
  });

  test('429: the time that it asks for is waited', async (t) => {
    const { f, server } = await useMemory(t);
    await f.run();
    const began = performance.now();
    server.faults.add({
      match: { ...ours, resource: 'gateways', verb: 'patch', subresource: '' },
      effect: { type: 'status', code: 429, retryAfter: 1 },
      times: 1,
    });
    await f.create(gateway(f, 'gw'));
    await f.settle();
    const patches = (await f.writes()).filter(({ resource, name }) => resource === 'gateways' && name === 'gw');
    assert.deepEqual(
      patches.map(({ code }) => code),
      [429, 200],
    );
    assert.ok(performance.now() - began >= 1_000);
  });
});
