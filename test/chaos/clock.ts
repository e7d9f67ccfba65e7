interface Event {
  readonly at: number;
  readonly order: number;
  readonly action: () => void;
  isCancelled: boolean;
}

/** Time that passes only when it is told to: events in order of time, then of their planning. */
export class VirtualClock {
  #now: number;
  #planned = 0;
  readonly #heap: Event[] = [];
  /** Awaited after every event, until all that follows from it at once has happened. */
  readonly #settle: () => Promise<void>;

  /** @param start milliseconds since the epoch. */
  constructor(start: number, settle: () => Promise<void>) {
    this.#now = start;
    this.#settle = settle;
  }

  get now(): number {
    return this.#now;
  }

  /** Runs `action` in so many milliseconds. @returns what cancels it. */
  after(ms: number, action: () => void): () => void {
    this.#planned += 1;
    const event: Event = { at: this.#now + Math.max(0, ms), order: this.#planned, action, isCancelled: false };
    this.#push(event);
    return () => {
      event.isCancelled = true;
    };
  }

  /** Lets so many milliseconds pass, or fewer where `isOver` says so after an event. */
  async run(ms: number, isOver: () => boolean = () => false): Promise<void> {
    const end = this.#now + ms;
    for (let next = this.#heap[0]; next !== undefined && next.at <= end; next = this.#heap[0]) {
      this.#pop();
      if (next.isCancelled) continue;
      this.#now = next.at;
      next.action();
      await this.#settle();
      if (isOver()) return;
    }
    this.#now = end;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let child = heap.length;
    heap.push(event);
    while (child > 0) {
      const parent = (child - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, event)) break;
      heap[child] = above;
      child = parent;
    }
    heap[child] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let parent = 0;
    for (;;) {
      const left = heap[2 * parent + 1];
      const right = heap[2 * parent + 2];
      const child = left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || isBefore(last, child)) break;
      heap[parent] = child;
      parent = child === left ? 2 * parent + 1 : 2 * parent + 2;
    }
    heap[parent] = last;
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
