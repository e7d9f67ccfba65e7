import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Pace } from '../../src/effects/pace.ts';
import { WriteQueue, type WriteTask } from '../../src/effects/write-queue.ts';
import { Clock } from '../gateway/clock.ts';
import { settle } from '../support/settle.ts';

describe('the pace of writes', () => {
  /** A pace after so many writes, so many milliseconds apart. */
  function after(writes: number, apartMs = 10): { readonly pace: Pace; readonly clock: Clock } {
    const clock = new Clock();
    const pace = new Pace(() => clock.now);
    for (let write = 0; write < writes; write += 1) {
      clock.advance(apartMs);
      pace.noteSent('a');
    }
    return { pace, clock };
  }

  for (const [what, writes, expected] of [
    ['nothing was written', 0, 0],
    ['one was written', 1, 0],
    ['two were', 2, 0],
    ['three were in a row', 3, 200],
    ['thirty were', 30, 200],
  ] as const) {
    test(`when ${what}, the next one waits for ${expected} ms of quiet`, () => {
      const { pace, clock } = after(writes);
      assert.equal(pace.delayOf('a', clock.now), expected);
      assert.equal(pace.delayOf('b', clock.now), 0, 'another object has its own');
    });
  }

  test('the quiet is counted from the last time that it was asked for', () => {
    const { pace, clock } = after(3);
    clock.advance(150);
    assert.equal(pace.delayOf('a', clock.now - 50), 150);
    clock.advance(150);
    assert.equal(pace.delayOf('a', clock.now - 200), 0);
  });

  test('where it is never quiet, one goes out three seconds after the last', () => {
    const { pace, clock } = after(3);
    clock.advance(2_900);
    assert.equal(pace.delayOf('a', clock.now), 100);
    clock.advance(100);
    assert.equal(pace.delayOf('a', clock.now), 0);
  });

  test('writes with more than five seconds between them are in no row', () => {
    const { pace, clock } = after(30, 5_001);
    assert.equal(pace.delayOf('a', clock.now), 0);
  });
});

describe('a paced task', () => {
  /** Asks for a write each 20 ms while `ms` pass; each is another one. @returns how many were sent. */
  async function sentDuring(ms: number, isPaced: boolean): Promise<{ readonly sent: readonly number[]; last: number }> {
    const clock = new Clock();
    const sent: number[] = [];
    let wanted: number | undefined;
    const queue = new WriteQueue({
      concurrency: 1,
      random: () => 0,
      timers: { monotonic: () => clock.now, after: (delay, action) => clock.after(delay, action) },
      onError: (_task, error) => assert.fail(String(error)),
      send: (request) => {
        sent.push(request.body as number);
        wanted = wanted === request.body ? undefined : wanted;
        return Promise.resolve({ body: {} });
      },
    });
    const task: WriteTask = {
      id: 'status',
      isPaced,
      decide: () => (wanted === undefined ? undefined : { method: 'PATCH', path: '/status', body: wanted }),
      accept: () => {},
      refresh: () => Promise.resolve(),
      failed: ({ message }) => assert.fail(message),
      retryDue: () => {},
      dropped: () => {},
    };
    let last = 0;
    for (let passed = 0; passed < ms; passed += 20) {
      last += 1;
      wanted = last;
      queue.request(task);
      await settle();
      clock.advance(20);
      await settle();
    }
    clock.advance(200);
    await settle();
    await queue.close();
    return { sent, last };
  }

  test('is written a few times for ten seconds of changes, and the last one tells of all', async () => {
    const { sent, last } = await sentDuring(10_000, true);
    assert.equal(last, 500);
    assert.ok(sent.length <= 8, `${sent.length} writes`);
    assert.deepEqual(sent.slice(0, 3), [1, 2, 3]);
    assert.equal(sent.at(-1), last);
  });

  test('that is not paced is written each time', async () => {
    const { sent, last } = await sentDuring(1_000, false);
    assert.equal(sent.length, last);
  });
});
