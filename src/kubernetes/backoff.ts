export interface BackoffSettings {
  readonly firstMs: number;
  readonly longestMs: number;
  /** 0 up to, not including, 1. */
  readonly random: () => number;
}

/** Delays that double from the first to the longest, each with up to its half again as jitter. */
export class Backoff {
  readonly #settings: BackoffSettings;
  #failures = 0;

  constructor(settings: BackoffSettings) {
    this.#settings = settings;
  }

  /** Milliseconds to wait after one more failure. */
  next(): number {
    const { firstMs, longestMs, random } = this.#settings;
    const base = Math.min(firstMs * 2 ** this.#failures, longestMs);
    this.#failures += 1;
    return Math.min(base * (1 + random() / 2), longestMs);
  }

  reset(): void {
    this.#failures = 0;
  }
}
