import { setTimeout as sleepFor } from 'node:timers/promises';

/** Time as the controller uses it; tests bring their own. */
export interface Timers {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds of a clock that is never set. */
  readonly monotonic: () => number;
  /** Resolves after so many milliseconds (24 days at most), or when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Runs `action` after so many milliseconds (24 days at most). @returns what cancels it. */
  readonly after: (ms: number, action: () => void) => () => void;
  /** Runs `action` soon, when I/O had its turn. */
  readonly soon: (action: () => void) => void;
}

/** Node takes what is longer, of timers, for a millisecond: who waits longer is woken in between, and waits anew. */
const longestMs = 2 ** 31 - 1;

export const realTimers: Timers = {
  now: Date.now,
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    await sleepFor(Math.min(ms, longestMs), undefined, { signal }).catch(() => {});
  },
  after: (ms, action) => {
    const timer = setTimeout(action, Math.min(ms, longestMs));
    return () => clearTimeout(timer);
  },
  soon: setImmediate,
};
