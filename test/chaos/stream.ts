/** The bytes of one watch as its client reads them. */
export class Stream implements AsyncIterable<Uint8Array> {
  readonly #lines: Uint8Array[] = [];
  #end: { readonly error: Error | undefined } | undefined;
  #wake: (() => void) | undefined;

  push(line: Uint8Array): void {
    if (this.#end !== undefined) return;
    this.#lines.push(line);
    this.#wake?.();
  }

  /** Ends after what has come; with an error where the connection broke. */
  finish(error?: Error): void {
    this.#end ??= { error };
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) {
        yield line;
        continue;
      }
      if (this.#end?.error !== undefined) throw this.#end.error;
      if (this.#end !== undefined) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
