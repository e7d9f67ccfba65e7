import { createRequire } from 'node:module';
import pino, { type Logger } from 'pino';
import { parseConfig } from '../../src/config.ts';
import type { ApiClient } from '../../src/kubernetes/client.ts';
import type { Timers } from '../../src/kubernetes/timers.ts';
import { type Controller, startController } from '../../src/main.ts';
import { findStaleFacts } from '../support/stale-facts.ts';
import type { VirtualClock } from './clock.ts';
import type { Caller, Network } from './network.ts';
import type { Random } from './random.ts';

/** What tests put in the place of the controller's parts, to plant a bug. */
export interface Plant {
  readonly client?: (client: ApiClient, timers: Timers) => ApiClient;
  /** Changes a controller that has just been built. */
  readonly controller?: (controller: Controller, client: ApiClient) => void;
  /** Goes on when the lease is lost. */
  readonly staysWithoutLease?: boolean;
}

export interface ProcessOptions {
  /** Author of its writes. */
  readonly name: string;
  readonly flags: readonly string[];
  readonly clock: VirtualClock;
  readonly network: Network;
  readonly random: Random;
  readonly plant: Plant;
  /** It is no more: killed, or it ended itself. */
  readonly onEnd: () => void;
  /** Something that only a bug can bring about. */
  readonly onWrong: (what: string) => void;
}

/** One controller process in virtual time: it can be stopped, woken and killed. */
export class ControllerProcess implements Caller {
  readonly name: string;
  readonly #options: ProcessOptions;
  #isAlive = true;
  #isPaused = false;
  readonly #held: (() => void)[] = [];
  /** How far its clock is off, in milliseconds. */
  #clockOffset = 0;
  #controller: Controller | undefined;

  constructor(options: ProcessOptions) {
    this.name = options.name;
    this.#options = options;
    this.#start().catch((error: unknown) => options.onWrong(`crashed: start: ${String(error)}`));
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  latency(): number {
    return this.#options.random.between(1, 6);
  }

  later(ms: number, action: () => void): () => void {
    let isCancelled = false;
    const run = (): void => {
      if (!this.#isAlive || isCancelled) return;
      if (this.#isPaused) this.#held.push(run);
      else action();
    };
    const cancel = this.#options.clock.after(ms, run);
    return () => {
      isCancelled = true;
      cancel();
    };
  }

  /** As SIGKILL. */
  kill(): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.#held.length = 0;
    this.#options.network.forget(this);
    this.#options.onEnd();
  }

  /** As SIGSTOP. */
  pause(): void {
    this.#isPaused = true;
  }

  /** As SIGCONT. */
  wake(): void {
    this.#isPaused = false;
    for (const action of this.#held.splice(0)) this.later(0, action);
  }

  stepClock(ms: number): void {
    this.#clockOffset += ms;
  }

  /** As SIGTERM: ends by itself, or is killed when it takes too long. */
  stop(): void {
    this.later(9_000, () => this.kill());
    this.#controller
      ?.stop()
      .then(() => this.kill())
      .catch((error: unknown) => this.#options.onWrong(`crashed: stop: ${String(error)}`));
    if (this.#controller === undefined) this.kill();
  }

  async #start(): Promise<void> {
    const { network, random, flags, plant, onWrong } = this.#options;
    const client = network.client(this);
    const timers = this.#timers();
    const started = withoutProcessMetrics(() =>
      startController(
        parseConfig(['-metrics-bind-address=0', '-health-probe-bind-address=0', '-events=false', ...flags]),
        {
          logger: crashLogger(onWrong),
          environment: { POD_NAMESPACE: 'infra' },
          timers,
          client: plant.client?.(client, timers) ?? client,
          random: random.next,
        },
      ),
    );
    this.#controller = await started;
    plant.controller?.(this.#controller, client);
    await this.#controller.lost;
    if (plant.staysWithoutLease !== true) this.stop();
  }

  /** When all have looked, nobody may go by what is not so any more. */
  #checkFacts(): void {
    const { actors } = this.#controller ?? {};
    if (actors?.isIdle !== true) return;
    for (const what of findStaleFacts(actors)) this.#options.onWrong(`goes by what is not so: ${what}`);
  }

  /** How long its event loop is busy with what came at the same time: a turn may find several answers taken in. */
  #busyMs(): number {
    const { random } = this.#options;
    return random.chance(0.3) ? random.between(1, 40) : 0;
  }

  #timers(): Timers {
    const { clock } = this.#options;
    return {
      now: () => Math.floor(clock.now) + this.#clockOffset,
      monotonic: () => clock.now,
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          if (signal.aborted) return resolve();
          const wake = (): void => {
            signal.removeEventListener('abort', wake);
            cancel();
            resolve();
          };
          const cancel = this.later(ms, wake);
          signal.addEventListener('abort', wake);
        }),
      after: (ms, action) => this.later(ms, action),
      soon: (action) =>
        void this.later(this.#busyMs(), () => {
          action();
          this.#checkFacts();
        }),
    };
  }
}

/** Logs nothing; tells of what only a bug logs. */
function crashLogger(onWrong: (what: string) => void): Logger {
  const write = (line: string): void => {
    const { msg, object, error } = JSON.parse(line) as { msg: string; object?: string; error?: string };
    if (msg === 'actor crashed') onWrong(`crashed: ${object}: ${error}`);
  };
  return pino({ level: 'error', base: null, timestamp: false }, { write });
}

/**
 * prom-client watches the event loop and the garbage collector for each registry, for as long as the process lives:
 * thousands of controllers in one process would drown in it.
 */
function withoutProcessMetrics<T>(build: () => T): T {
  const hooks = createRequire(import.meta.url)('node:perf_hooks') as Record<string, unknown>;
  const { monitorEventLoopDelay, PerformanceObserver } = hooks;
  hooks.monitorEventLoopDelay = undefined;
  hooks.PerformanceObserver = class {
    observe(): void {}
  };
  try {
    return build();
  } finally {
    Object.assign(hooks, { monitorEventLoopDelay, PerformanceObserver });
  }
}
