import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WriteQueue, type WriteTask } from '../../src/effects/write-queue.ts';
import type { ApiRequest, ApiResult } from '../../src/kubernetes/client.ts';
import type { Failure } from '../../src/kubernetes/failure.ts';
import type { Timers } from '../../src/kubernetes/timers.ts';
import { Clock } from '../gateway/clock.ts';
import { settle } from '../support/settle.ts';

/** A server that answers when the test says so, and one task a key whose wish the test sets. */
class Bench {
  readonly clock = new Clock();
  readonly log: string[] = [];
  readonly turns: string[] = [];
  readonly errors: string[] = [];
  readonly #answers: ((result: ApiResult) => void)[] = [];
  readonly #wishes = new Map<string, string | undefined>();
  readonly queue: WriteQueue;
  /** By how much the wall clock was set, in milliseconds. */
  clockOffset = 0;
  /** Of tasks, by id; 0 where nothing is said. */
  readonly priorities = new Map<string, number>();
  /** What has to be read again before a request is sent. */
  confirm: (() => Promise<{ readonly failure?: Failure }>) | undefined;
  readonly #timers: Pick<Timers, 'now' | 'monotonic' | 'after'> = {
    now: () => this.clock.now + this.clockOffset,
    monotonic: () => this.clock.now,
    after: (ms, action) => this.clock.after(ms, action),
  };

  constructor(concurrency = 8) {
    this.queue = new WriteQueue({
      concurrency,
      random: () => 0,
      timers: this.#timers,
      onError: ({ id }, error) => this.errors.push(`${id}: ${String(error)}`),
      onTurn: (_task, result) => this.turns.push(result),
      send: (request) => {
        this.log.push(`send ${String(request.body)}`);
        return new Promise((resolve) => this.#answers.push(resolve));
      },
    });
  }

  /** Asks for a write; `undefined`: nothing differs any more. */
  async want(id: string, body: string | undefined): Promise<void> {
    this.wish(id, body);
    this.queue.request(this.#task(id));
    await settle();
  }

  /** Changes what a task would write, without asking for it. */
  wish(id: string, body: string | undefined): void {
    this.#wishes.set(id, body);
  }

  async answer(failure?: Partial<Failure> & Pick<Failure, 'kind'>): Promise<void> {
    const resolve = this.#answers.shift();
    assert.ok(resolve, 'nothing was sent');
    resolve(failure === undefined ? { body: {} } : { failure: { code: 0, message: failure.kind, ...failure } });
    await settle();
  }

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await settle();
  }

  get pending(): number {
    return this.#answers.length;
  }

  #task(id: string): WriteTask {
    const note = (text: string): void => void this.log.push(text);
    return {
      id,
      priority: this.priorities.get(id) ?? 0,
      decide: (): ApiRequest | undefined => {
        const body = this.#wishes.get(id);
        return body === undefined ? undefined : { method: 'PATCH', path: `/${id}`, body };
      },
      accept: () => note('accept'),
      confirm: () => this.confirm?.(),
      refresh: async () => note('refresh'),
      succeeded: () => note('succeeded'),
      failed: ({ kind }) => note(`failed ${kind}`),
      retryDue: () => note('retryDue'),
    };
  }
}

describe('the write queue', () => {
  test('sends what is wanted when its turn comes, and takes in the answer before it tells of it', async () => {
    const bench = new Bench();
    await bench.want('a', 'one');
    await bench.answer();
    assert.deepEqual(bench.log, ['send one', 'accept', 'succeeded']);
    assert.equal(bench.queue.depth, 0);
  });

  test('sends nothing where nothing differs any more', async () => {
    const bench = new Bench();
    await bench.want('a', undefined);
    assert.deepEqual([bench.log, bench.turns, bench.queue.depth], [[], ['avoided'], 0]);
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

  test('lets those of the highest priority go first of all that wait, and the others in their order', async () => {
    const bench = new Bench(1);
    bench.priorities.set('d', 1);
    for (const id of ['a', 'b', 'c', 'd']) await bench.want(id, id);
    for (let answers = 0; answers < 4; answers += 1) await bench.answer();
    assert.deepEqual(
      bench.log.filter((line) => line.startsWith('send')),
      ['send a', 'send d', 'send b', 'send c'],
    );
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
      priority: 0,
      decide: () => assert.fail('a bug'),
      accept: () => {},
      refresh: async () => {},
      succeeded: () => {},
      failed: () => {},
      retryDue: () => {},
    } satisfies WriteTask;
    bench.queue.request(broken);
    await settle();
    await bench.want('a', 'one');
    await bench.pass(300_000);
    assert.equal(bench.errors.length, 1);
    assert.equal(bench.log[0], 'send one');
  });

  test('reads again what a request rests on, and sends it as it is decided after that', async () => {
    const bench = new Bench();
    bench.confirm = async () => {
      bench.log.push('read');
      return {};
    };
    await bench.want('a', 'one');
    assert.deepEqual(bench.log, ['read', 'send one']);
  });

  test('sends nothing where what it rests on has changed and nothing differs any more', async () => {
    const bench = new Bench();
    bench.confirm = async () => {
      bench.log.push('read');
      bench.wish('a', undefined);
      return {};
    };
    await bench.want('a', 'one');
    assert.deepEqual([bench.log, bench.queue.depth], [['read'], 0]);
  });

  test('reads anew before another request that it comes to by then', async () => {
    const bench = new Bench();
    bench.confirm = async () => {
      bench.log.push('read');
      bench.wish('a', 'two');
      return {};
    };
    await bench.want('a', 'one');
    assert.deepEqual(bench.log, ['read', 'read', 'send two']);
  });

  test('backs off where what it rests on changes each time that it is read', async () => {
    const bench = new Bench();
    let reads = 0;
    bench.confirm = async () => {
      reads += 1;
      bench.wish('a', `wish ${reads}`);
      return {};
    };
    await bench.want('a', 'one');
    assert.deepEqual([bench.log, reads, bench.clock.delays], [[], 6, [200]]);
  });

  test('sends nothing while what it rests on cannot be read, and tries again', async () => {
    const bench = new Bench();
    bench.confirm = async () => ({ failure: { kind: 'retry', code: 429, message: 'slowly', retryAfterMs: 3_000 } });
    await bench.want('a', 'one');
    assert.deepEqual([bench.log, bench.clock.delays], [[], [3_000]]);
    bench.confirm = async () => ({});
    await bench.pass(3_000);
    assert.deepEqual(bench.log, ['send one']);
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
