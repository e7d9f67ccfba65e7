import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Failure } from '../../src/kubernetes/failure.ts';
import { settle } from '../support/settle.ts';
import { Bench, synced } from './list-watch-bench.ts';

function refusal(kind: Failure['kind'], code: number, retryAfterMs?: number): Failure {
  return { kind, code, message: `HTTP ${code}`, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

function page(names: readonly string[], next = ''): { readonly body: unknown } {
  const items = names.map((name) => ({ metadata: { name } }));
  return { body: { items, metadata: { resourceVersion: '5', continue: next } } };
}

describe('a list-watch', () => {
  test('has the initial state streamed, and tells of it as a whole, then of each change', async () => {
    const bench = new Bench();
    const watch = await bench.start();
    assert.equal(watch.query.get('sendInitialEvents'), 'true');
    assert.equal(watch.query.get('resourceVersionMatch'), 'NotOlderThan');
    assert.equal(watch.query.get('allowWatchBookmarks'), 'true');
    assert.equal(watch.query.get('labelSelector'), 'a=b');
    assert.equal(watch.query.get('timeoutSeconds'), '300');
    watch.object('ADDED', 'a', '3');
    watch.object('ADDED', 'b', '4');
    watch.bookmark('4');
    await settle();
    assert.deepEqual(bench.told, []);
    watch.bookmark('5', true);
    watch.object('MODIFIED', 'a', '6');
    watch.object('DELETED', 'b', '7');
    await settle();
    assert.deepEqual(bench.told, ['all a,b at 5', 'MODIFIED a', 'DELETED b']);
    await bench.stop();
  });

  test('does not count what goes again before the initial state is complete, and what changes only once', async () => {
    const bench = new Bench();
    const watch = await bench.start();
    for (const name of ['a', 'b', 'c']) watch.object('ADDED', name, '3');
    watch.object('DELETED', 'a', '4');
    watch.object('MODIFIED', 'b', '5');
    watch.object('DELETED', 'c', '6');
    watch.object('ADDED', 'c', '7');
    watch.bookmark('8', true);
    await settle();
    assert.deepEqual(bench.told, ['all b,c at 8']);
    await bench.stop();
  });

  test('keeps apart what has one name in two namespaces', async () => {
    const bench = new Bench();
    const watch = await bench.start();
    for (const namespace of ['one', 'two']) watch.send('ADDED', { metadata: { name: 'a', namespace } });
    watch.bookmark('8', true);
    await settle();
    assert.deepEqual(bench.told, ['all a,a at 8']);
    await bench.stop();
  });

  for (const code of [400, 422]) {
    test(`lists in pages where the server cannot stream (${code}), and watches from there`, async () => {
      const bench = new Bench();
      bench.server.refusals.push(refusal('refused', code));
      bench.server.pages.push(page(['a', 'b'], 'more'), page(['c']));
      await bench.start();
      assert.deepEqual(bench.told, ['all a,b,c at 5']);
      assert.deepEqual(
        bench.server.lists.map((query) => query.get('continue')),
        [null, 'more'],
      );
      assert.equal(bench.watch.query.get('resourceVersion'), '5');
      assert.equal(bench.watch.query.get('sendInitialEvents'), null);
      await bench.stop();
    });
  }

  test('resumes from the newest version it has seen, that of a bookmark too', async () => {
    const bench = await synced();
    bench.watch.object('MODIFIED', 'a', '8');
    bench.watch.bookmark('12');
    await settle();
    bench.watch.close();
    await settle();
    assert.equal(bench.watch.query.get('resourceVersion'), '12');
    assert.deepEqual([bench.told, bench.sleeps], [['MODIFIED a'], []]);
    await bench.stop();
  });

  for (const how of ['as an answer', 'as an event'] as const) {
    test(`begins anew where its version is too old, told ${how}`, async () => {
      const bench = await synced();
      if (how === 'as an event') bench.watch.send('ERROR', { code: 410, message: 'too old' });
      else {
        bench.server.refusals.push(refusal('gone', 410));
        bench.watch.close();
      }
      await settle();
      if (how === 'as an answer') bench.watch.close();
      const watch = await bench.wake();
      assert.equal(watch.query.get('sendInitialEvents'), 'true');
      watch.object('ADDED', 'b', '20');
      watch.bookmark('21', true);
      await settle();
      assert.deepEqual(bench.told, ['all b at 21']);
      await bench.stop();
    });
  }

  test('tells of another error, and resumes later where it was', async () => {
    const bench = await synced();
    bench.watch.send('ERROR', { code: 500, message: 'broken' });
    await settle();
    assert.deepEqual([bench.told, bench.sleeps], [['failed retry: broken'], [800]]);
    const watch = await bench.wake();
    assert.equal(watch.query.get('resourceVersion'), '5');
    await bench.stop();
  });

  test('survives a connection that breaks', async () => {
    const bench = await synced();
    bench.watch.close(new Error('ECONNRESET'));
    await settle();
    assert.deepEqual(bench.told, ['failed retry: watch ended: ECONNRESET']);
    assert.equal((await bench.wake()).query.get('resourceVersion'), '5');
    await bench.stop();
  });

  for (const bug of ['keep', 'replaced', 'changed'] as const) {
    test(`tells of a bug in ${bug} as such, and reads all anew`, async () => {
      const bench = bug === 'changed' ? await synced() : new Bench();
      bench.bug = bug;
      const watch = bug === 'changed' ? bench.watch : await bench.start();
      watch.object('ADDED', 'a', '6');
      watch.bookmark('7', true);
      await settle();
      assert.deepEqual([bench.told, bench.sleeps], [[`Error: bug in ${bug}`], [800]]);
      assert.equal(watch.signal.aborted, true);
      const next = await bench.wake();
      assert.equal(next.query.get('sendInitialEvents'), 'true');
      next.object('ADDED', 'a', '6');
      next.bookmark('8', true);
      await settle();
      assert.equal(bench.told.at(-1), 'all a at 8');
      await bench.stop();
    });
  }

  for (const bug of ['keep', 'replaced'] as const) {
    test(`tells of a bug in ${bug} as such where it lists, too`, async () => {
      const bench = new Bench();
      bench.bug = bug;
      bench.server.refusals.push(refusal('refused', 400));
      bench.server.pages.push(page(['a']), page(['a', 'b']));
      await bench.start();
      assert.deepEqual([bench.told, bench.sleeps], [[`Error: bug in ${bug}`], [800]]);
      await bench.wake();
      assert.equal(bench.told.at(-1), 'all a,b at 5');
      await bench.stop();
    });
  }

  test('waits as long as the server asks, else longer each time, until something comes', async () => {
    const bench = new Bench();
    bench.server.refusals.push(refusal('retry', 429, 7_000), refusal('retry', 500), refusal('retry', 500));
    await bench.start();
    await bench.wake();
    await bench.wake();
    await bench.wake();
    assert.deepEqual(bench.sleeps, [7_000, 800, 1_600]);
    bench.watch.bookmark('1', true);
    await settle();
    bench.watch.close(new Error('cut'));
    await settle();
    assert.equal(bench.sleeps.at(-1), 800);
    await bench.stop();
  });

  test('tells of a kind that is forbidden, and tries again', async () => {
    const bench = new Bench();
    bench.server.refusals.push(refusal('forbidden', 403));
    await bench.start();
    assert.deepEqual(bench.told, ['failed forbidden: HTTP 403']);
    (await bench.wake()).bookmark('1', true);
    await settle();
    assert.equal(bench.told.at(-1), 'all  at 1');
    await bench.stop();
  });

  test('ends where the kind is absent', async () => {
    const bench = new Bench();
    bench.server.refusals.push(refusal('absent', 404));
    await bench.start();
    assert.deepEqual([bench.told, bench.isDone], [['failed absent: HTTP 404'], true]);
  });

  test('does not repeat at once a stream that ends before the initial state is complete', async () => {
    const bench = new Bench();
    const watch = await bench.start();
    watch.object('ADDED', 'a', '3');
    watch.close();
    await settle();
    assert.equal(bench.sleeps.length, 1);
    assert.deepEqual(
      bench.told.filter((line) => line.startsWith('all')),
      [],
    );
    await bench.stop();
  });

  test('does not repeat at once a watch that ends without a word', async () => {
    const bench = await synced();
    bench.watch.close();
    await settle();
    bench.watch.close();
    await settle();
    assert.deepEqual(bench.sleeps, [800]);
    await bench.stop();
  });

  test('gives up a connection on which nothing comes, and ignores what comes there later', async () => {
    const bench = await synced();
    bench.server.isDeaf = true;
    bench.watch.close();
    await settle();
    const stale = bench.watch;
    bench.server.isDeaf = false;
    stale.bookmark('6');
    await settle();
    bench.clock.advance(149_999);
    assert.equal(stale.signal.aborted, false);
    bench.clock.advance(1);
    assert.equal(stale.signal.aborted, true);
    stale.object('MODIFIED', 'a', '9');
    await settle();
    assert.deepEqual(bench.told, ['failed retry: watch ended: nothing came for 150 s']);
    assert.equal((await bench.wake()).query.get('resourceVersion'), '6');
    await bench.stop();
  });

  test('tells nothing any more once it is stopped, in whatever it was', async () => {
    const bench = await synced();
    bench.server.isDeaf = true;
    bench.watch.close();
    await settle();
    bench.listWatch.stop();
    bench.watch.object('MODIFIED', 'a', '9');
    await settle();
    assert.deepEqual([bench.told, bench.isDone], [[], true]);
    const sleeping = new Bench();
    sleeping.server.refusals.push(refusal('retry', 500));
    await sleeping.start();
    await sleeping.stop();
  });
});
