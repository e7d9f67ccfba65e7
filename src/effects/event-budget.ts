interface Account {
  /** How many it may have at once now. */
  left: number;
  /** Milliseconds since the epoch. */
  at: number;
}

/** Events that one object may have at once: in the first minute there can be almost twice as many. */
const most = 10;
/** The time in which one more may follow: 10 a minute. */
const refillMs = 6_000;
const mostAccounts = 2_000;

/** Keeps one object from having too many Events, whatever happens to it. */
export class EventBudget {
  readonly #accounts = new Map<string, Account>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns whether this object may have one more Event now. */
  take(uid: string): boolean {
    const now = this.#now();
    const { left, at } = this.#accounts.get(uid) ?? { left: most, at: now };
    // A clock that was set back gives nothing, and takes nothing away.
    const earned = Math.max(0, now - at) / refillMs;
    const available = Math.min(most, left + earned);
    const isAllowed = available >= 1;
    this.#accounts.delete(uid);
    this.#accounts.set(uid, { left: isAllowed ? available - 1 : available, at: now });
    for (const oldest of this.#accounts.keys()) {
      if (this.#accounts.size <= mostAccounts) break;
      this.#accounts.delete(oldest);
    }
    return isAllowed;
  }
}
