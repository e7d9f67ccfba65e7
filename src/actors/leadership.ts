import { createActor } from 'xstate';
import { leadershipMachine } from '../../machines/leadership.ts';
import { type Lease, leaseTimings } from '../effects/lease.ts';

export interface LeadershipOptions {
  readonly lease: Lease;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly onLeading: () => void;
  /** The lease could not be kept: nothing may be written any more. */
  readonly onLost: () => void;
  readonly onError: (error: unknown) => void;
}

/** The singleton that decides whether this replica writes. */
export class Leadership {
  readonly #options: LeadershipOptions;
  readonly #stop = new AbortController();
  readonly #actor;
  #running: Promise<void> = Promise.resolve();
  #release: Promise<void> = Promise.resolve();

  constructor(options: LeadershipOptions) {
    this.#options = options;
    const machine = leadershipMachine.provide({
      actions: {
        startLeading: () => options.onLeading(),
        stopLeading: () => options.onLost(),
        releaseLease: () => {
          // A try that is on its way would take it again.
          this.#release = this.#running.then(() => options.lease.release());
        },
      },
    });
    this.#actor = createActor(machine);
    this.#actor.subscribe({ error: options.onError });
    this.#actor.start();
  }

  /**
   * Whether a write may be sent *now*: also a process that was stopped in the middle of its writes, and wakes when
   * its lease is over, sends none.
   */
  get mayWrite(): boolean {
    return this.isLeading && this.#options.lease.sinceHeldMs < leaseTimings.renewDeadlineMs;
  }

  get isLeading(): boolean {
    return this.#actor.getSnapshot().value === 'Leading';
  }

  /** What stands before it may write. */
  get waitsFor(): readonly string[] {
    return this.isLeading ? [] : ['the lease'];
  }

  /** Tries for the lease, and keeps it, until it is lost or `stop`. */
  run(): Promise<void> {
    this.#running = this.#keepTrying();
    return this.#running;
  }

  /**
   * Call it when no write is on its way any more: gives the lease back. Takes as long as the requests that are on their
   * way; who wants to end sooner must not wait for it.
   */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#actor.send({ type: 'Stopped' });
    await this.#running;
    await this.#release;
  }

  async #keepTrying(): Promise<void> {
    const { lease, sleep } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted && this.#actor.getSnapshot().status === 'active') {
      const result = await lease.tryToHold();
      // Also a standby gives back what it gets after it was told to stop.
      if (signal.aborted && result === 'held') return lease.release();
      const { renewDeadlineMs } = leaseTimings;
      this.#actor.send({ type: 'Tried', outcome: { result, sinceHeldMs: lease.sinceHeldMs, renewDeadlineMs } });
      await sleep(leaseTimings.retryMs, signal);
    }
  }
}
