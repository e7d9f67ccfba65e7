import type { Timers } from './timers.ts';

/** What comes in is worked on so long at most, in milliseconds, before all others have their turn. */
const workMs = 20;

/**
 * Lets the event loop breathe: several streams that have much to read at once would keep it for themselves, as each
 * goes on as long as there is something to read.
 */
export class Breather {
  readonly #timers: Pick<Timers, 'monotonic' | 'soon'>;
  /** When the work of this round of the event loop began. */
  #since: number | undefined;

  constructor(timers: Pick<Timers, 'monotonic' | 'soon'>) {
    this.#timers = timers;
  }

  /** To be asked before each piece of work. @returns what to wait for first; most often `undefined`. */
  pause(): Promise<void> | undefined {
    const now = this.#timers.monotonic();
    if (this.#since === undefined) {
      this.#since = now;
      this.#timers.soon(() => {
        this.#since = undefined;
      });
    }
    if (now - this.#since < workMs) return undefined;
    return new Promise((resolve) => this.#timers.soon(resolve));
  }
}
