/** Timers that run when they are told to. */
export class Clock {
  readonly waiting = new Map<() => void, number>();
  readonly soon = setImmediate;
  readonly now = (): number => 0;
  readonly after = (ms: number, action: () => void): (() => void) => {
    this.waiting.set(action, ms);
    return () => this.waiting.delete(action);
  };

  /** Runs what waits for that long. */
  pass(ms: number): void {
    for (const [action, wait] of Array.from(this.waiting)) {
      if (wait > ms) continue;
      this.waiting.delete(action);
      action();
    }
  }
}
