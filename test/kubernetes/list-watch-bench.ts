import assert from 'node:assert/strict';
import { Backoff } from '../../src/kubernetes/backoff.ts';
import { ListWatch } from '../../src/kubernetes/list-watch.ts';
import { Clock } from '../gateway/clock.ts';
import { settle } from '../support/settle.ts';
import { FakeServer, type FakeWatch } from './fake-server.ts';

/** A list-watch on a fake server; what it tells of, and how long it sleeps. */
export class Bench {
  readonly server = new FakeServer();
  readonly clock = new Clock();
  readonly told: string[] = [];
  readonly sleeps: number[] = [];
  isDone = false;
  /** Where the handler throws, once. */
  bug: 'keep' | 'replaced' | 'changed' | undefined;
  readonly listWatch: ListWatch<unknown>;
  #wake: () => void = () => {};

  constructor() {
    const options = {
      client: this.server,
      path: '/api/v1/services',
      selectors: { labelSelector: 'a=b' },
      backoff: new Backoff({ firstMs: 800, longestMs: 30_000, random: () => 0 }),
      random: () => 0,
      timers: {
        after: (ms: number, action: () => void) => this.clock.after(ms, action),
        sleep: (ms: number, signal: AbortSignal) => this.#sleep(ms, signal),
      },
    };
    this.listWatch = new ListWatch(options, {
      keep: (object) => {
        this.#stumble('keep');
        return object;
      },
      replaced: (objects, version) => {
        this.#stumble('replaced');
        this.told.push(`all ${objects.map(nameOf).join(',')} at ${version}`);
      },
      changed: (type, object) => {
        this.#stumble('changed');
        this.told.push(`${type} ${nameOf(object)}`);
      },
      failed: ({ kind, message }) => this.told.push(`failed ${kind}: ${message}`),
      crashed: (error) => this.told.push(String(error)),
    });
  }

  #stumble(where: Bench['bug']): void {
    if (this.bug !== where) return;
    this.bug = undefined;
    throw new Error(`bug in ${where}`);
  }

  async start(): Promise<FakeWatch> {
    void this.listWatch.run().then(() => {
      this.isDone = true;
    });
    await settle();
    return this.watch;
  }

  /** The newest watch. */
  get watch(): FakeWatch {
    return this.server.watches.at(-1) ?? assert.fail('no watch');
  }

  async wake(): Promise<FakeWatch> {
    this.#wake();
    await settle();
    return this.watch;
  }

  async stop(): Promise<void> {
    this.listWatch.stop();
    await settle();
    assert.ok(this.isDone, 'does not end');
    assert.deepEqual(this.clock.delays, [], 'a timer is left');
  }

  #sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.sleeps.push(ms);
    return new Promise((resolve) => {
      this.#wake = resolve;
      signal.addEventListener('abort', () => resolve());
    });
  }
}

/** One that has read its initial state. */
export async function synced(): Promise<Bench> {
  const bench = new Bench();
  const watch = await bench.start();
  watch.object('ADDED', 'a', '3');
  watch.bookmark('5', true);
  await settle();
  bench.told.length = 0;
  return bench;
}

function nameOf(object: unknown): string {
  return (object as { metadata: { name: string } }).metadata.name;
}
