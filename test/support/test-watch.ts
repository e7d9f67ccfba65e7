import type { Dispatcher } from 'undici';
import type { TestObject } from './objects.ts';

export interface WatchEvent {
  readonly type: string;
  readonly object: TestObject;
}

/** An open watch; its events are kept in order. */
export class TestWatch {
  readonly events: WatchEvent[] = [];
  readonly #body: Dispatcher.ResponseData['body'];
  readonly #wakers = new Set<() => void>();
  #ended = false;

  constructor(body: Dispatcher.ResponseData['body']) {
    this.#body = body;
    this.#read().then(
      () => this.#end(),
      () => this.#end(),
    );
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The first event, among those that came and will come, that matches. */
  async next(matches: (event: WatchEvent) => boolean = () => true, deadlineMs = 20_000): Promise<WatchEvent> {
    const deadline = performance.now() + deadlineMs;
    for (let tested = 0; ; ) {
      for (; tested < this.events.length; tested += 1) {
        const event = this.events[tested];
        if (event && matches(event)) return event;
      }
      const left = deadline - performance.now();
      if (this.#ended || left <= 0) throw new Error(`no such event (${this.#ended ? 'the watch ended' : 'too late'})`);
      await this.#news(left);
    }
  }

  /** Waits until the server has ended the watch. */
  async end(deadlineMs = 20_000): Promise<void> {
    const deadline = performance.now() + deadlineMs;
    while (!this.#ended) {
      if (performance.now() > deadline) throw new Error('the watch does not end');
      await this.#news(deadline - performance.now());
    }
  }

  stop(): void {
    this.#body.destroy();
  }

  async #news(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#wakers.add(resolve);
    await promise;
    clearTimeout(timer);
    this.#wakers.delete(resolve);
  }

  #wake(): void {
    for (const waker of this.#wakers) waker();
  }

  #end(): void {
    this.#ended = true;
    this.#wake();
  }

  async #read(): Promise<void> {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of this.#body) {
      const lines = (text + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
      text = lines.pop() ?? '';
      this.events.push(...lines.filter((line) => line !== '').map((line) => JSON.parse(line) as WatchEvent));
      this.#wake();
    }
  }
}
