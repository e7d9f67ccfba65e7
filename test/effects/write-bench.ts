import assert from 'node:assert/strict';
import { WriteQueue, type WriteTask } from '../../src/effects/write-queue.ts';
import type { ApiRequest, ApiResult } from '../../src/kubernetes/client.ts';
import type { Failure } from '../../src/kubernetes/failure.ts';
import type { Timers } from '../../src/kubernetes/timers.ts';
import { Clock } from '../gateway/clock.ts';
import { settle } from '../support/settle.ts';

/** A server that answers when the test says so, and one task a key whose wish the test sets. */
export class Bench {
  readonly clock = new Clock();
  readonly log: string[] = [];
  readonly turns: string[] = [];
  readonly errors: string[] = [];
  readonly #answers: ((result: ApiResult) => void)[] = [];
  readonly #wishes = new Map<string, string | undefined>();
  readonly queue: WriteQueue;
  /** By how much the wall clock was set, in milliseconds. */
  clockOffset = 0;
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
      decide: (): ApiRequest | undefined => {
        const body = this.#wishes.get(id);
        return body === undefined ? undefined : { method: 'PATCH', path: `/${id}`, body };
      },
      accept: () => note('accept'),
      confirm: () => this.confirm?.(),
      refresh: async () => note('refresh'),
      failed: ({ kind }) => note(`failed ${kind}`),
      retryDue: () => note('retryDue'),
      dropped: () => note('dropped'),
    };
  }
}
