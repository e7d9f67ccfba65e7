import { type ActorKey, Feed, type FeedLimits, feedLimits, type LogEntry, type News, type Sink } from './feed.ts';

/** One actor in the list: key, state, since, last event, its time, how often in a row; times in ms since the epoch. */
export type Row = readonly [key: string, state: string, since: number, event: string, at: number, times: number];

export interface PageSources {
  /** An actor as it is now; `undefined`: it is gone. */
  readonly rowOf: (key: ActorKey) => Row | undefined;
  readonly keys: () => Iterable<ActorKey>;
}

/** What one browser with our page has not been told yet, as server-sent events; what is cut of the log is counted. */
export class PageFeed extends Feed {
  readonly #sources: PageSources;
  readonly #frames = new Map<string, unknown>();
  #log: LogEntry[] = [];
  #dropped = 0;

  constructor(sink: Sink, sources: PageSources, limits: FeedLimits = feedLimits) {
    super(sink, limits);
    this.#sources = sources;
  }

  override get depth(): number {
    return super.depth + this.#log.length + this.#frames.size;
  }

  take({ dirty, log, dropped, poolChanges, status }: News): void {
    if (status !== undefined) this.tell('status', status);
    if (poolChanges > 0) this.tell('pool', { changes: poolChanges });
    this.mark(dirty);
    this.log(log, dropped);
  }

  /** @param dropped how many there were besides. */
  log(entries: readonly LogEntry[], dropped = 0): void {
    this.#log.push(...entries);
    this.#dropped += dropped;
    const excess = this.#log.length - this.limits.waitingLog;
    if (excess <= 0) return;
    this.#log = this.#log.slice(excess);
    this.#dropped += excess;
  }

  /** A frame of which only the newest counts. */
  tell(event: string, data: unknown): void {
    this.#frames.set(event, data);
  }

  protected everyone(): Iterable<ActorKey> {
    return this.#sources.keys();
  }

  protected sendBeat(): boolean {
    return this.sink.write(': alive\n\n');
  }

  protected override sendReset(): void {
    this.#frame('reset', {});
  }

  protected override sendFacts(): void {
    for (const [event, data] of this.#frames) {
      if (this.isFull) return;
      this.#frames.delete(event);
      this.#frame(event, data);
    }
  }

  protected sendActors(keys: readonly ActorKey[], left: number): void {
    const rows: Row[] = [];
    const gone: ActorKey[] = [];
    for (const key of keys) {
      const row = this.#sources.rowOf(key);
      if (row === undefined) gone.push(key);
      else rows.push(row);
    }
    this.#frame('rows', { rows, gone, left });
  }

  protected sendLog(): void {
    if (this.#log.length + this.#dropped === 0) return;
    this.#frame('log', { entries: this.#log, dropped: this.#dropped });
    this.#log = [];
    this.#dropped = 0;
  }

  #frame(event: string, data: unknown): void {
    this.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}
