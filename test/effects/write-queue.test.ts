import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { WriteTask } from '../../src/effects/write-queue.ts';
import { settle } from '../support/settle.ts';

import { Bench } from './write-bench.ts';

describe('the write queue', () => {
  test('sends what is wanted when its turn comes, and takes in the answer before it tells of it', async () => {
    const bench = new Bench();
    await bench.want('a', 'one');
    await bench.answer();
    assert.deepEqual(bench.log, ['send one', 'accept']);
    assert.equal(bench.queue.depth, 0);
  });

  test('sends nothing where nothing differs any more', async () => {
    const bench = new Bench();
    await bench.want('a', undefined);
    assert.deepEqual([bench.log, bench.turns, bench.queue.depth], [['dropped'], ['avoided'], 0]);
  });

  test('has one write of a key on its way, and decides once more when asked meanwhile', async () => {
    const bench = new Bench();
    await bench.want('a', 'one');
    await bench.want('a', 'two');
    await bench.want('a', 'three');
    assert.equal(bench.pending, 1);
    await bench.answer();
    assert.equal(bench.pending, 1);
    await bench.answer();
    assert.deepEqual(
      bench.log.filter((line) => line.startsWith('send')),
      ['send one', 'send three'],
    );
    assert.equal(bench.queue.depth, 0);
  });

  test('sends writes of different keys side by side, up to the concurrency', async () => {
    const bench = new Bench(2);
    for (const id of ['a', 'b', 'c']) await bench.want(id, id);
    assert.deepEqual([bench.pending, bench.queue.depth], [2, 3]);
    await bench.answer();
    assert.equal(bench.log.includes('send c'), true);
  });

  for (const kind of ['conflict', 'exists', 'absent', 'gone'] as const) {
    test(`reads again and decides again at once after ${kind}`, async () => {
      const bench = new Bench();
      await bench.want('a', 'one');
      bench.wish('a', 'two');
      await bench.answer({ kind });
      assert.deepEqual(bench.log, ['send one', 'refresh', 'send two']);
    });
  }

  test('backs off when conflicts do not end', async () => {
    const bench = new Bench();
    await bench.want('a', 'one');
    for (let tries = 0; tries < 20 && bench.pending > 0; tries += 1) await bench.answer({ kind: 'conflict' });
    assert.equal(bench.pending, 0);
    assert.deepEqual([bench.queue.depth, bench.clock.delays.length], [1, 1]);
    await bench.pass(200);
    assert.equal(bench.pending, 1);
  });

  test('waits as long as the server asks, else twice as long each time', async () => {
    const bench = new Bench();
    await bench.want('a', 'one');
    await bench.answer({ kind: 'retry', retryAfterMs: 7_000 });
    assert.deepEqual(bench.clock.delays, [7_000]);
    await bench.pass(7_000);
    await bench.answer({ kind: 'retry' });
    assert.deepEqual(bench.clock.delays, [200]);
    await bench.pass(200);
    await bench.answer({ kind: 'retry' });
    assert.deepEqual(bench.clock.delays, [400]);
    await bench.pass(400);
    await bench.answer();
    assert.equal(bench.queue.depth, 0);
    assert.ok(!bench.log.includes('failed retry'));
  });

  for (const kind of ['refused', 'forbidden', 'unauthorized'] as const) {
    test(`tells of ${kind}, and tries again later`, async () => {
      const bench = new Bench();
      await bench.want('a', 'one');
      await bench.answer({ kind });
      assert.deepEqual(bench.log, ['send one', `failed ${kind}`]);
      await bench.pass(4_999);
      assert.equal(bench.pending, 0);
      await bench.pass(1);
      assert.deepEqual(bench.log.slice(2), ['retryDue', 'send one']);
    });
  }

  for (const kind of ['retry', 'conflict'] as const) {
    test(`tells of ${kind} that does not end, after five rounds, and sends another request at once`, async () => {
      const bench = new Bench();
      await bench.want('a', 'one');
      const failures = (): readonly string[] => bench.log.filter((line) => line.startsWith('failed'));
      for (let round = 1; round <= 5; round += 1) {
        assert.deepEqual(failures(), [], `before round ${round}`);
        while (bench.pending > 0) await bench.answer({ kind, code: 500 });
        if (round < 5) await bench.pass(100 * 2 ** round);
      }
      assert.deepEqual(failures(), [`failed ${kind}`]);
      await bench.want('a', 'one');
      assert.equal(bench.pending, 0);
      await bench.want('a', 'two');
      assert.equal(bench.log.at(-1), 'send two');
    });
  }

  test('tells nothing of a server that does not answer', async () => {
    const bench = new Bench();
    await bench.want('a', 'one');
    for (let round = 1; round <= 10; round += 1) {
      await bench.answer({ kind: 'retry', code: 0 });
      await bench.pass(100 * 2 ** round);
    }
    assert.deepEqual(
      bench.log.filter((line) => !line.startsWith('send')),
      [],
    );
  });

  test('is told of a refused write that is not wanted any more when its turn comes', async () => {
    const bench = new Bench();
    await bench.want('a', 'one');
    await bench.answer({ kind: 'refused' });
    await bench.want('a', undefined);
    assert.deepEqual(bench.log.slice(1), ['failed refused', 'dropped']);
    await bench.want('b', 'one');
    await bench.answer({ kind: 'refused' });
    await bench.want('b', 'two');
    bench.wish('b', undefined);
    await bench.answer({ kind: 'conflict' });
    assert.equal(bench.log.at(-1), 'dropped');
  });

  test('does not repeat a refused request because it is asked for again, and sends another one at once', async () => {
    const bench = new Bench();
    await bench.want('a', 'one');
    await bench.answer({ kind: 'refused' });
    await bench.want('a', 'one');
    assert.equal(bench.pending, 0);
    await bench.want('a', 'two');
    assert.equal(bench.log.at(-1), 'send two');
    assert.deepEqual(bench.clock.delays, []);
  });

  test('waits ever longer before it repeats what the server took already, and sends another request at once', async () => {
    const bench = new Bench();
    await bench.want('a', 'one');
    await bench.answer();
    await bench.want('a', 'one');
    assert.deepEqual([bench.pending, bench.clock.delays], [0, [500]]);
    await bench.want('a', 'two');
    assert.equal(bench.log.at(-1), 'send two');
  });

  test('tells of what the server took and does not keep, once it waits for seconds with it', async () => {
    const bench = new Bench();
    for (const pause of [0, 500, 1_000]) {
      await bench.want('a', 'one');
      await bench.pass(pause);
      await bench.answer();
    }
    assert.equal(bench.log.includes('failed conflict'), false);
    await bench.want('a', 'one');
    assert.equal(bench.log.at(-1), 'failed conflict');
    await bench.pass(2_000);
    assert.deepEqual(bench.log.slice(-2), ['retryDue', 'send one']);
  });

  test('waits no longer for a repetition when the clock was set back meanwhile', async () => {
    const bench = new Bench();
    await bench.want('a', 'one');
    await bench.answer();
    bench.clockOffset = -3_600_000;
    await bench.want('a', 'one');
    assert.deepEqual(bench.clock.delays, [500]);
  });

  test('goes on with a key whose task threw', async () => {
    const bench = new Bench();
    const broken = {
      id: 'a',
      decide: () => assert.fail('a bug'),
      accept: () => {},
      refresh: async () => {},
      failed: () => {},
      retryDue: () => {},
      dropped: () => {},
    } satisfies WriteTask;
    bench.queue.request(broken);
    await settle();
    await bench.want('a', 'one');
    await bench.pass(300_000);
    assert.equal(bench.errors.length, 1);
    assert.equal(bench.log[0], 'send one');
  });

  test('closes when what is on its way has ended, and sends nothing after', async () => {
    const bench = new Bench(1);
    await bench.want('a', 'one');
    await bench.want('b', 'two');
    let isClosed = false;
    const closing = bench.queue.close().then(() => {
      isClosed = true;
    });
    await settle();
    assert.equal(isClosed, false);
    await bench.want('c', 'three');
    await bench.answer({ kind: 'retry' });
    await closing;
    assert.deepEqual(bench.log, ['send one']);
    assert.deepEqual(bench.clock.delays, []);
  });
});
