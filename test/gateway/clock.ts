/** A clock that stands still until a test turns it on. */
export class Clock {
  #now = Date.parse('2026-01-01T12:00:00Z');
  readonly #timers = new Set<{ readonly at: number; readonly action: () => void }>();

  /** Milliseconds since the epoch. */
  get now(): number {
    return this.#now;
  }

  get timestamp(): string {
    return new Date(this.#now).toISOString().replace(/\.\d{3}Z$/, 'Z');
  }

  after(ms: number, action: () => void): () => void {
    const timer = { at: this.#now + ms, action };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Delays of the timers that run, in milliseconds. */
  get delays(): readonly number[] {
    return [...this.#timers].map(({ at }) => at - this.#now);
  }

  /** Lets what is due by then happen, one after the other. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [due] = [...this.#timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.action();
    }
    this.#now = end;
  }
}
