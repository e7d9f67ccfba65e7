import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Failure } from '../../src/kubernetes/failure.ts';
import { settle } from '../support/settle.ts';
import { Bench, serviceOf } from './bench.ts';

const forbidden: Failure = { kind: 'forbidden', code: 403, message: 'services is forbidden' };

const selectors = { fieldSelector: 'metadata.name=options' };
const extra = { kind: 'ConfigMap', namespace: '', name: 'options', selectors, isExtra: true } as const;

function configMapOf(name: string): object {
  return { metadata: { name, namespace: 'default', uid: name, resourceVersion: '5' }, data: {} };
}

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

  test('tells nobody that it is in sync when it was stopped before their turn', async () => {
    const bench = new Bench(['Service']);
    const turns: (() => void)[] = [];
    bench.soon = (turn) => turns.push(turn);
    await bench.start();
    await bench.sync();
    bench.stop();
    for (const turn of turns) turn();
    assert.deepEqual([bench.follow.isSynced, bench.told], [true, []]);
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
    assert.deepEqual(bench.ended, ['Service: forbidden']);
    await bench.wake();
    await bench.sync();
    assert.equal(bench.cluster.unavailable('Service'), undefined);
    assert.equal(bench.told.at(-1), 'Service: available');
    assert.equal(bench.follow.isSynced, true);
    bench.stop();
  });

  for (const kind of ['forbidden', 'unauthorized'] as const) {
    test(`takes up again what a watch that was opened anew was ${kind} for a while`, async () => {
      const bench = new Bench(['Service']);
      await bench.start();
      await bench.sync(undefined, ['a', 'b']);
      bench.server.refusals.push({ ...forbidden, kind });
      bench.server.watches.at(-1)?.close();
      await bench.wake();
      assert.equal(bench.cluster.unavailable('Service'), 'services is forbidden');
      await bench.wake();
      await bench.sync(undefined, ['b']);
      assert.equal(bench.cluster.unavailable('Service'), undefined);
      assert.equal(bench.follow.isSynced, true);
      assert.deepEqual([...bench.cluster.keysOf('Service')], ['Service/default/b']);
      bench.stop();
    });
  }

  test('is as ready without an optional kind that is forbidden as with it', async () => {
    const bench = new Bench(['Service'], true);
    bench.server.refusals.push(forbidden);
    await bench.start();
    assert.deepEqual([bench.follow.isSynced, bench.told.at(-1)], [true, 'synced']);
    assert.deepEqual(bench.follow.describe(), [{ kind: 'Service', stage: 'without' }]);
    bench.server.refusals.push(forbidden);
    await bench.wake();
    assert.deepEqual(bench.ended, [], 'nothing is wrong, however often it is tried again');
    bench.server.refusals.push({ kind: 'retry', code: 0, message: 'ECONNREFUSED' });
    await bench.wake();
    assert.deepEqual(bench.ended, ['Service: retry']);
    bench.stop();
  });

  test('says nothing of an extra source that is forbidden, and follows one object of it all the same', async () => {
    const bench = new Bench([extra]);
    bench.server.refusals.push(forbidden);
    await bench.start();
    assert.deepEqual([bench.follow.isSynced, bench.told, bench.ended], [true, ['synced'], []]);
    assert.equal(bench.cluster.unavailable('ConfigMap'), undefined);
    bench.follow.follow('ConfigMap/default/options');
    await settle();
    bench.server.watches.at(-1)?.send('ADDED', configMapOf('options'));
    bench.server.watches.at(-1)?.bookmark('10', true);
    await settle();
    assert.ok(bench.cluster.get('ConfigMap/default/options'));
    bench.stop();
  });

  test('follows one object of an extra source apart from it: that may be about to be forbidden', async () => {
    const bench = new Bench([extra]);
    await bench.start();
    bench.follow.follow('ConfigMap/default/options');
    await settle();
    assert.equal(bench.server.watches.length, 2);
    bench.stop();
  });

  test('keeps nobody waiting for one object that the server refuses to be asked for', async () => {
    const bench = new Bench(['Service']);
    await bench.start();
    const failure = { kind: 'refused', code: 400, message: 'invalid selector' } as const;
    bench.server.refusals.push(failure);
    bench.server.request = async () => ({ failure });
    bench.follow.follow('ConfigMap/default/options');
    await settle();
    await bench.sync(bench.server.watches[0]);
    assert.equal(bench.follow.isSynced, true);
    assert.ok(bench.told.includes('synced'));
    assert.equal(bench.cluster.unreadable('ConfigMap/default/options'), 'invalid selector');
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

  test('follows no object a second time that it follows by its name in all namespaces', async () => {
    const bench = new Bench([{ kind: 'ConfigMap', namespace: '', name: 'ipam', selectors: {} }]);
    await bench.start();
    const watch = bench.server.watches.at(-1);
    watch?.send('ADDED', configMapOf('ipam'));
    watch?.bookmark('10', true);
    await settle();
    bench.follow.follow('ConfigMap/default/ipam');
    await settle();
    assert.equal(bench.server.watches.length, 1);
    bench.follow.unfollow('ConfigMap/default/ipam');
    assert.ok(bench.cluster.get('ConfigMap/default/ipam'));
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

  test('says of a single object that is forbidden why, once, and nothing of its kind', async () => {
    const bench = new Bench([]);
    await bench.start();
    bench.server.refusals.push(forbidden);
    bench.follow.follow('ConfigMap/default/options');
    await settle();
    assert.equal(bench.cluster.unreadable('ConfigMap/default/options'), 'services is forbidden');
    assert.equal(bench.cluster.unavailable('ConfigMap'), undefined);
    assert.equal(bench.follow.isSynced, true);
    bench.server.refusals.push(forbidden);
    await bench.wake();
    assert.deepEqual(
      bench.told.filter((line) => line.startsWith('ConfigMap')),
      ['ConfigMap/default/options: services is forbidden'],
    );
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

  test('tells of a bug of who hears of a change as such, does not doubt the connection, and goes on', async () => {
    const bench = new Bench(['Service']);
    await bench.start();
    await bench.sync();
    let isBroken = true;
    bench.cluster.onChange(() => {
      if (isBroken) throw new Error('a bug');
    });
    bench.server.watches.at(-1)?.send('ADDED', serviceOf('a', '11'));
    await settle();
    assert.deepEqual(bench.told, ['synced', 'watch of Service crashed: Error: a bug']);
    assert.equal(bench.follow.isDoubtful, false);
    isBroken = false;
    await bench.wake();
    await bench.sync(undefined, ['a', 'b']);
    assert.deepEqual([...bench.cluster.keysOf('Service')], ['Service/default/a', 'Service/default/b']);
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
});
