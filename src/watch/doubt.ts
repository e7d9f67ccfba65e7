import type { Failure } from '../kubernetes/failure.ts';
import type { Timers } from '../kubernetes/timers.ts';

/** Longer than a watch can be dead before that is noticed, and than its first tries to come back take. */
const lastsMs = 300_000;

/**
 * Whether what is known may be older than it looks. Where one watch breaks others may have been dead for as long, without
 * a word; whichever comes back first is acted upon while the others still tell of the past.
 */
export class Doubt {
  readonly #after: Timers['after'];
  #cancel: (() => void) | undefined;

  constructor(after: Timers['after']) {
    this.#after = after;
  }

  get isOpen(): boolean {
    return this.#cancel !== undefined;
  }

  /** A watch is over. One that is refused tells nothing of the others: it may be refused for ever. */
  watchEnded(failure: Failure | undefined): void {
    if (failure?.kind === 'retry' || failure?.kind === 'gone') this.arise();
  }

  /** Begins it, or lets it last anew. */
  arise(): void {
    this.#cancel?.();
    this.#cancel = this.#after(lastsMs, () => {
      this.#cancel = undefined;
    });
  }

  end(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
