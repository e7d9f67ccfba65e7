/**
 * What was decided since the last change of anything that decisions look at: a Gateway, each of its routes and their
 * effects ask the same. It remembers only while its owner works on what does not change by itself.
 */
export class Memo {
  readonly #known = new Map<unknown, unknown>();
  #isKept = false;

  /** @param subject what is decided over: an object, the key of one, or an earlier decision; each has one decision. */
  once<T>(subject: unknown, decide: () => T): T {
    if (this.#known.has(subject)) return this.#known.get(subject) as T;
    const decided = decide();
    if (this.#isKept) this.#known.set(subject, decided);
    return decided;
  }

  /** Remembers while this work goes on, in which nothing changes but what `forget` tells of. */
  during(work: () => void): void {
    this.#isKept = true;
    try {
      work();
    } finally {
      this.#isKept = false;
      this.forget();
    }
  }

  /** Something changes. */
  forget(): void {
    this.#known.clear();
  }
}
