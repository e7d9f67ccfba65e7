import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Cluster } from '../../src/cluster/cluster.ts';
import type { ApiRequest, ApiResult } from '../../src/kubernetes/client.ts';
import type { Failure } from '../../src/kubernetes/failure.ts';
import type { Kind } from '../../src/objects/keys.ts';
import { Follow } from '../../src/watch/follow.ts';
import { Clock } from '../gateway/clock.ts';
import { FakeServer, type FakeWatch } from '../kubernetes/fake-server.ts';

/** A server that also answers discovery. */
class Server extends FakeServer {
  readonly served = new Map<string, readonly string[]>();
  isDown = false;

  override async request(request: ApiRequest): Promise<ApiResult> {
    if (this.isDown) return { failure: { kind: 'retry', code: 0, message: 'ECONNREFUSED' } };
    const names = this.served.get(request.path);
    if (names !== undefined) return { body: { resources: names.map((name) => ({ name })) } };
    return { failure: { kind: 'absent', code: 404, message: 'not found' } };
  }
}

class Bench {
  readonly server = new Server();
  readonly cluster = new Cluster();
  readonly told: string[] = [];
  readonly follow: Follow;
  readonly clock = new Clock();
  readonly #sleepers = new Set<() => void>();

  constructor(kinds: readonly Kind[], isOptional = false) {
    this.server.served.set('/api/v1', ['services']);
    const timers = {
      after: (ms: number, action: () => void) => this.clock.after(ms, action),
      sleep: (_ms: number, signal: AbortSignal) => this.#sleep(signal),
    };
    this.follow = new Follow({
      client: this.server,
      cluster: this.cluster,
      sources: kinds.map((kind) => ({ kind, namespace: '', selectors: {}, isOptional })),
      random: () => 0,
      timers,
      discoveryMs: 10_000,
      onSynced: () => this.told.push('synced'),
      onAvailability: (kind, why) => this.told.push(`${kind}: ${why ?? 'available'}`),
      onFailure: (what, { message }) => this.told.push(`${what} failed: ${message}`),
      onRejection: ({ name }) => this.told.push(`${name} is rejected`),
    });
  }

  async start(): Promise<void> {
    void this.follow.run();
    await settle();
  }

  /** All who sleep wake. */
  async wake(): Promise<void> {
    for (const wake of this.#sleepers) wake();
    await settle();
  }

  /** Sends the initial state of the newest watch. */
  async sync(watch: FakeWatch | undefined = this.server.watches.at(-1), names: readonly string[] = []): Promise<void> {
    assert.ok(watch);
    for (const name of names) watch.send('ADDED', serviceOf(name));
    watch.bookmark('10', true);
    await settle();
  }

  #sleep(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#sleepers.delete(wake);
        resolve();
      };
      this.#sleepers.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  stop(): void {
    this.follow.stop();
    assert.deepEqual(
      this.told.filter((line) => line.includes('undefined')),
      [],
    );
  }
}

function serviceOf(name: string, version = '5'): object {
  return { metadata: { name, namespace: 'default', uid: name, resourceVersion: version }, spec: {} };
}

function configMapOf(name: string): object {
  return { metadata: { name, namespace: 'default', uid: name, resourceVersion: '5' }, data: {} };
}

async function settle(): Promise<void> {
  for (let round = 0; round < 5; round += 1) await new Promise((resolve) => setImmediate(resolve));
}

const forbidden: Failure = { kind: 'forbidden', code: 403, message: 'services is forbidden' };

describe('following', () => {
  test('brings what the server has into the cluster, and is in sync when all kinds were read', async () => {
    const bench = new Bench(['Service']);
    await bench.start();
    assert.deepEqual([bench.follow.isSynced, bench.told], [false, []]);
    await bench.sync(undefined, ['a', 'b']);
    assert.deepEqual([...bench.cluster.keysOf('Service')], ['Service/default/a', 'Service/default/b']);
    assert.deepEqual([bench.follow.isSynced, bench.told], [true, ['synced']]);
    const watch = bench.server.watches.at(-1);
    watch?.send('DELETED', serviceOf('a', '12'));
    watch?.send('ADDED', serviceOf('c', '13'));
    await settle();
    assert.deepEqual([...bench.cluster.keysOf('Service')], ['Service/default/b', 'Service/default/c']);
    bench.stop();
  });

  test('goes on without a kind that is not served, and takes it up when it is', async () => {
    const bench = new Bench(['Service', 'UDPRoute']);
    await bench.start();
    await bench.sync();
    assert.deepEqual(bench.told, ['synced']);
    bench.server.served.set('/apis/gateway.networking.k8s.io/v1alpha2', ['udproutes']);
    await bench.wake();
    assert.equal(bench.server.watches.length, 2);
    assert.equal(bench.follow.versionOf('UDPRoute'), 'v1alpha2');
    assert.equal(bench.follow.versionOf('TCPRoute'), 'v1');
    await bench.sync();
    assert.equal(bench.cluster.isServed('UDPRoute'), true);
    bench.stop();
  });

  test('names a kind that is forbidden, goes on with the rest, and tells when it may be read', async () => {
    const bench = new Bench(['Service', 'UDPRoute']);
    bench.server.refusals.push(forbidden);
    await bench.start();
    assert.deepEqual(bench.told, [
      'watch of Service failed: services is forbidden',
      'Service: services is forbidden',
      'synced',
    ]);
    assert.equal(bench.cluster.unavailable('Service'), 'services is forbidden');
    assert.equal(bench.follow.isSynced, false);
    await bench.wake();
    await bench.sync();
    assert.equal(bench.cluster.unavailable('Service'), undefined);
    assert.equal(bench.told.at(-1), 'Service: available');
    assert.equal(bench.follow.isSynced, true);
    bench.stop();
  });

  test('is as ready without an optional kind that is forbidden as with it', async () => {
    const bench = new Bench(['Service'], true);
    bench.server.refusals.push(forbidden);
    await bench.start();
    assert.deepEqual([bench.follow.isSynced, bench.told.at(-1)], [true, 'synced']);
    assert.deepEqual(bench.follow.describe(), [{ kind: 'Service', stage: 'without' }]);
    bench.stop();
  });

  test('follows one object from when it is asked for until nobody wants it, and forgets it then', async () => {
    const bench = new Bench(['Service']);
    await bench.start();
    await bench.sync(undefined, ['other']);
    bench.follow.follow('ConfigMap/default/options');
    bench.follow.follow('ConfigMap/default/options');
    await settle();
    assert.deepEqual(
      [bench.server.watches.length, bench.follow.isSynced],
      [2, false],
      'one watch, however often asked',
    );
    const watch = bench.server.watches.at(-1);
    assert.equal(watch?.query.get('fieldSelector'), 'metadata.name=options');
    assert.equal(bench.cluster.isRead('ConfigMap/default/options'), false);
    watch?.send('ADDED', configMapOf('options'));
    watch?.bookmark('10', true);
    await settle();
    assert.ok(bench.cluster.get('ConfigMap/default/options'));
    assert.deepEqual([bench.cluster.isRead('ConfigMap/default/options'), bench.follow.isSynced], [true, true]);
    bench.follow.unfollow('ConfigMap/default/options');
    await settle();
    assert.equal(watch?.signal.aborted, true);
    assert.equal(bench.cluster.get('ConfigMap/default/options'), undefined);
    assert.equal(bench.cluster.isRead('ConfigMap/default/options'), false);
    bench.follow.follow('ConfigMap/default/options');
    await settle();
    bench.server.watches.at(-1)?.send('ADDED', configMapOf('options'));
    bench.server.watches.at(-1)?.bookmark('11', true);
    await settle();
    assert.ok(bench.cluster.get('ConfigMap/default/options'), 'that it was forgotten does not make it a dead one');
    bench.stop();
  });

  test('keeps apart the single objects of one namespace', async () => {
    const bench = new Bench([]);
    await bench.start();
    for (const name of ['a', 'b']) {
      bench.follow.follow(`ConfigMap/default/${name}`);
      await settle();
      bench.server.watches.at(-1)?.send('ADDED', configMapOf(name));
      bench.server.watches.at(-1)?.bookmark('10', true);
      await settle();
    }
    assert.deepEqual([...bench.cluster.keysOf('ConfigMap')], ['ConfigMap/default/a', 'ConfigMap/default/b']);
    bench.stop();
  });

  test('says of a single object that is forbidden why, and nothing of its kind', async () => {
    const bench = new Bench([]);
    await bench.start();
    bench.server.refusals.push(forbidden);
    bench.follow.follow('ConfigMap/default/options');
    await settle();
    assert.equal(bench.cluster.unreadable('ConfigMap/default/options'), 'services is forbidden');
    assert.equal(bench.cluster.unavailable('ConfigMap'), undefined);
    assert.equal(bench.follow.isSynced, true);
    await bench.wake();
    bench.server.watches.at(-1)?.bookmark('10', true);
    await settle();
    assert.equal(bench.cluster.unreadable('ConfigMap/default/options'), undefined);
    assert.equal(bench.cluster.isRead('ConfigMap/default/options'), true);
    bench.stop();
  });

  test('waits for a server that is down at the start, with a line each time', async () => {
    const bench = new Bench(['Service']);
    bench.server.isDown = true;
    await bench.start();
    await bench.wake();
    assert.deepEqual(bench.told, ['discovery failed: ECONNREFUSED', 'discovery failed: ECONNREFUSED']);
    bench.server.isDown = false;
    await bench.wake();
    await bench.sync();
    assert.equal(bench.told.at(-1), 'synced');
    bench.stop();
  });

  test('reports what it cannot decode, and keeps the rest', async () => {
    const bench = new Bench(['Service']);
    await bench.start();
    const watch = bench.server.watches.at(-1);
    watch?.send('ADDED', { ...serviceOf('broken'), spec: { ports: 'all' } });
    watch?.send('ADDED', { metadata: {} });
    await bench.sync(watch, ['a']);
    assert.deepEqual(bench.told, ['broken is rejected', 'synced']);
    assert.ok(bench.cluster.get('Service/default/a'));
    assert.ok(bench.cluster.unreadable('Service/default/broken'));
    watch?.send('DELETED', { ...serviceOf('broken', '14'), spec: { ports: 'all' } });
    await settle();
    assert.equal(bench.cluster.unreadable('Service/default/broken'), undefined);
    bench.stop();
  });

  test('takes up anew a kind whose definition goes and comes', async () => {
    const bench = new Bench(['Service']);
    await bench.start();
    await bench.sync();
    bench.server.refusals.push({ kind: 'absent', code: 404, message: 'gone' });
    bench.server.watches.at(-1)?.bookmark('20');
    await settle();
    bench.server.watches.at(-1)?.close();
    await settle();
    await bench.wake();
    assert.equal(bench.server.watches.at(-1)?.query.get('sendInitialEvents'), 'true');
    bench.stop();
  });

  test('is in doubt after a watch broke: others may have been dead as long', async () => {
    const breaks: readonly ((bench: Bench) => void)[] = [
      ({ server }) => server.watches.at(-1)?.close(new Error('read ECONNRESET')),
      ({ clock }) => clock.advance(150_000),
      ({ follow }) => follow.distrust(),
    ];
    for (const breakIt of breaks) {
      const bench = new Bench(['Service']);
      await bench.start();
      await bench.sync();
      assert.equal(bench.follow.isDoubtful, false);
      breakIt(bench);
      await settle();
      assert.equal(bench.follow.isDoubtful, true);
      bench.stop();
    }
  });

  test('is not in doubt after a watch that ended in good order', async () => {
    const bench = new Bench(['Service']);
    await bench.start();
    await bench.sync();
    bench.server.watches.at(-1)?.close();
    await settle();
    assert.equal(bench.server.watches.length, 2);
    assert.equal(bench.follow.isDoubtful, false);
    bench.stop();
  });

  test('is not in doubt where the server cannot serve a kind for the first time yet', async () => {
    const bench = new Bench(['Service']);
    bench.server.refusals.push({ kind: 'retry', code: 429, message: 'storage is (re)initializing' });
    await bench.start();
    await bench.wake();
    await bench.sync();
    assert.equal(bench.follow.isDoubtful, false);
    bench.server.refusals.push({ kind: 'retry', code: 429, message: 'storage is (re)initializing' });
    bench.server.watches.at(-1)?.close();
    await settle();
    assert.equal(bench.follow.isDoubtful, true, 'of one that was served before');
    bench.stop();
  });
});
