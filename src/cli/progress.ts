/** What takes longer than this is worth a word, in milliseconds. */
const silentMs = 1_000;
/** Without a terminal, so often at most. */
const repeatedMs = 10_000;

/** Says what a command is busy with, where it takes longer than a second: on stderr, so that stdout stays the answer. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #timer: NodeJS.Timeout;
  #step: string;
  #isShown = false;
  #saidAt = 0;

  constructor(step: string, stream: NodeJS.WriteStream = process.stderr) {
    this.#step = step;
    this.#stream = stream;
    this.#timer = setTimeout(() => {
      this.#isShown = true;
      this.#show();
    }, silentMs);
  }

  /** What it is busy with now. */
  say(step: string): void {
    this.#step = step;
    if (this.#isShown) this.#show();
  }

  /** Takes the line away. */
  end(): void {
    clearTimeout(this.#timer);
    if (this.#isShown && this.#stream.isTTY) this.#stream.write('\r\u001b[K');
    this.#isShown = false;
  }

  #show(): void {
    if (this.#stream.isTTY) {
      this.#stream.write(`\r\u001b[K${this.#step} ...`);
      return;
    }
    const now = performance.now();
    if (this.#saidAt !== 0 && now - this.#saidAt < repeatedMs) return;
    this.#saidAt = now;
    this.#stream.write(`${this.#step} ...\n`);
  }
}
