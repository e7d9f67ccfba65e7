import { setTimeout as sleepFor } from 'node:timers/promises';

/** Time as the controller uses it; tests bring their own. */
export interface Timers {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds of a clock that is never set. */
  readonly monotonic: () => number;
  /** Resolves after so many milliseconds, or when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Runs `action` after so many milliseconds. @returns what cancels it. */
  readonly after: (ms: number, action: () => void) => () => void;
  /** Runs `action` soon, when I/O had its turn. */
  readonly soon: (action: () => void) => void;
}

export const realTimers: Timers = {
  now: Date.now,
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    await sleepFor(ms, undefined, { signal }).catch(() => {});
  },
  after: (ms, action) => {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
  soon: setImmediate,
};
