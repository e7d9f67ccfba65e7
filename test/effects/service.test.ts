import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { Effects } from '../../src/effects/effects.ts';
import { premiseOfService, writeService } from '../../src/effects/service.ts';
import { WriteQueue } from '../../src/effects/write-queue.ts';
import { ledgerManifest } from '../../src/gateway/ledger.ts';
import type { ApiRequest, ApiResult } from '../../src/kubernetes/client.ts';
import { decode } from '../../src/watch/decode.ts';
import { Clock } from '../gateway/clock.ts';
import { type Manifest, stored } from '../gateway/manifests.ts';
import {
  address,
  gatewayClass,
  pinnedGateway,
  route,
  type Situation,
  wantedService,
  worldOf,
} from '../machines/worlds.ts';
import { contextIn } from './context.ts';

const key = 'Service/default/web';
const manifests = [gatewayClass(), pinnedGateway(), route()];
const held: Situation = { manifests, holder: 'gw', served: ['Service', 'Gateway', 'GatewayClass', 'TCPRoute'] };
const doubtful = { isDoubtful: () => true };

function entryOf(name: string): Manifest {
  const owner = { uid: `gateway-${name}`, namespace: 'default', name };
  const { metadata, spec } = ledgerManifest(address, owner, contextIn(worldOf(held)).world.settings);
  return { kind: 'IPAddress', metadata: { ...(metadata as object), name: address }, spec };
}

interface Answers {
  readonly entry: ApiResult;
  readonly gateway: ApiResult;
}

/** Asks for the Service by the effects, as the queue has them, on a server that answers a GET so. */
async function methodsSent({ entry, gateway }: Answers, isDoubtful: boolean): Promise<readonly string[]> {
  const world = worldOf(held);
  const cluster = world.view as Cluster;
  const sent: ApiRequest[] = [];
  const send = async (request: ApiRequest): Promise<ApiResult> => {
    sent.push(request);
    if (request.method === 'GET') return request.path.includes('/gateways/') ? gateway : entry;
    return { body: stored(request.body as Manifest, 100) };
  };
  const onError = (_what: unknown, error: unknown): void => assert.fail(String(error));
  const clock = new Clock();
  const timers = { monotonic: () => clock.now, after: (ms: number, act: () => void) => clock.after(ms, act) };
  const queue = new WriteQueue({ send, concurrency: 1, random: () => 0, timers, onError });
  const effects = new Effects({
    context: contextIn(world, { isDoubtful: () => isDoubtful }),
    queue,
    send,
    fold: (_key, body) => {
      const decoded = decode((body as Manifest).kind, body);
      if (decoded !== undefined && 'object' in decoded) cluster.apply(decoded.object);
    },
    forget: (gone, uid) => cluster.remove(gone, uid),
    deliver: () => {},
    onError,
    onFailure: () => {},
  });
  effects.request('service', key, 'TCPRoute/default/web');
  effects.flush();
  await new Promise((resolve) => setImmediate(resolve));
  await queue.close();
  return sent.map(({ method, path }) => `${method} ${path.split('/').at(-1)}`);
}

describe('a Service that gets an address', () => {
  const isOurs: ApiResult = { body: stored(entryOf('gw'), 50) };
  const isOthers: ApiResult = { body: stored(entryOf('other'), 50) };
  const isThere: ApiResult = { body: stored(pinnedGateway(), 50) };
  const isGone: ApiResult = { failure: { kind: 'absent', code: 404, message: 'not found', isOfObject: true } };
  const cases: readonly (readonly [string, Answers, 'POST services' | undefined])[] = [
    ['is made where its Gateway still has the address', { entry: isOurs, gateway: isThere }, 'POST services'],
    ['is not made where another Gateway has it by now', { entry: isOthers, gateway: isThere }, undefined],
    ['is not made where the ledger has it no more', { entry: isGone, gateway: isThere }, undefined],
    ['is not made where its Gateway is gone', { entry: isOurs, gateway: isGone }, undefined],
  ];
  for (const [name, answers, made] of cases) {
    test(`in doubt ${name}`, async () => {
      const expected = [`GET ${address}`, 'GET gw', ...(made === undefined ? [] : [made])];
      assert.deepEqual(await methodsSent(answers, true), expected);
    });
  }

  test('costs no question where nothing is doubtful', async () => {
    assert.deepEqual(await methodsSent({ entry: isOurs, gateway: isThere }, false), ['POST services']);
  });

  test('is not asked about in doubt either where it keeps the address that it has, or where there is no ledger', () => {
    const world = worldOf(held);
    const there = wantedService(key, world);
    const named = { ...there, metadata: { ...there.metadata, labels: {} } };
    const patched = contextIn(worldOf({ ...held, manifests: [...manifests, named] }), doubtful);
    const request = writeService(key, patched);
    assert.equal(request?.method, 'PATCH');
    assert.deepEqual(premiseOfService(request, patched), []);
    const unserved = contextIn(worldOf({ ...held, ledger: 'not served' }), doubtful);
    const created = writeService(key, unserved);
    assert.equal(created?.method, 'POST');
    assert.deepEqual(premiseOfService(created, unserved), []);
  });
});
