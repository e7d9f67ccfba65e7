interface Written {
  /** Of the last one, in milliseconds of a clock that is never set. */
  readonly at: number;
  /** How many there were, each soon after the one before. */
  readonly times: number;
}

/** So many in a row are sent at once: an object's usual way to its end is not slowed down. */
const freeTimes = 3;
/** One that comes later than this after the last is the first of a new row, in milliseconds. */
const rowMs = 5_000;
/** In a row, a write waits until nobody has asked for it for this long, in milliseconds, ... */
const quietMs = 200;
/** ... but not longer than this after the last one. */
const longestMs = 3_000;

/**
 * Spaces the writes of an object that is written again and again while much comes in: each of a thousand routes
 * changes the number of routes in its Gateway's status, and one write can tell of all of them.
 */
export class Pace {
  readonly #written = new Map<string, Written>();
  readonly #now: () => number;

  /** @param monotonic milliseconds of a clock that is never set. */
  constructor(monotonic: () => number) {
    this.#now = monotonic;
  }

  /** Milliseconds to wait before the next write; 0: none. @param askedAt when it was last asked for. */
  delayOf(id: string, askedAt: number): number {
    const last = this.#written.get(id);
    if (last === undefined || last.times < freeTimes) return 0;
    const now = this.#now();
    if (now - last.at > rowMs) return 0;
    return Math.max(0, Math.min(askedAt + quietMs, last.at + longestMs) - now);
  }

  noteSent(id: string): void {
    const now = this.#now();
    const last = this.#written.get(id);
    const isInRow = last !== undefined && Math.abs(now - last.at) <= rowMs;
    // The newest last, so that those of old rows are found at the beginning.
    this.#written.delete(id);
    this.#written.set(id, { at: now, times: isInRow ? last.times + 1 : 1 });
    for (const [other, { at }] of this.#written) {
      if (Math.abs(now - at) <= rowMs) return;
      this.#written.delete(other);
    }
  }
}
