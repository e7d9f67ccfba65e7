import type { ApiClient, ApiRequest, ApiResult, WatchResult } from '../../src/kubernetes/client.ts';
import type { Failure } from '../../src/kubernetes/failure.ts';

/** One open watch, into which a test writes. */
export class FakeWatch {
  readonly query: URLSearchParams;
  readonly signal: AbortSignal;
  readonly #chunks: Uint8Array[] = [];
  #end: 'open' | 'closed' | Error = 'open';
  #wake: () => void = () => {};

  constructor(path: string, signal: AbortSignal) {
    this.query = new URL(path, 'http://fake').searchParams;
    this.signal = signal;
    signal.addEventListener('abort', () => this.#wake());
  }

  send(type: string, object: unknown): void {
    this.#chunks.push(Buffer.from(`${JSON.stringify({ type, object })}\n`));
    this.#wake();
  }

  object(type: string, name: string, resourceVersion: string): void {
    this.send(type, { metadata: { name, resourceVersion } });
  }

  bookmark(resourceVersion: string, isEndOfInitial = false): void {
    const annotations = isEndOfInitial ? { 'k8s.io/initial-events-end': 'true' } : {};
    this.send('BOOKMARK', { metadata: { resourceVersion, annotations } });
  }

  close(error?: Error): void {
    this.#end = error ?? 'closed';
    this.#wake();
  }

  async *stream(isDeaf: boolean): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) yield chunk;
      else if (this.#end instanceof Error) throw this.#end;
      else if (this.#end === 'closed' || (this.signal.aborted && !isDeaf)) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}

/** Answers as the test has laid out; watches stay open until the test closes them. */
export class FakeServer implements ApiClient {
  readonly watches: FakeWatch[] = [];
  readonly lists: URLSearchParams[] = [];
  /** Answers of the next lists, in order. */
  readonly pages: ApiResult[] = [];
  /** Failures of the next watches, in order. */
  readonly refusals: Failure[] = [];
  /** Whether streams go on after they were aborted, as bytes on their way do. */
  isDeaf = false;

  async request({ path }: ApiRequest): Promise<ApiResult> {
    this.lists.push(new URL(path, 'http://fake').searchParams);
    return this.pages.shift() ?? { failure: { kind: 'retry', code: 500, message: 'no page' } };
  }

  async watch(path: string, signal: AbortSignal): Promise<WatchResult> {
    const watch = new FakeWatch(path, signal);
    this.watches.push(watch);
    const failure = this.refusals.shift();
    return failure === undefined ? { stream: watch.stream(this.isDeaf) } : { failure };
  }

  async close(): Promise<void> {}
}
