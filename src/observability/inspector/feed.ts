import type { Transition } from '../../actors/system.ts';
import type { ActorKind, ObjectKey } from '../../objects/keys.ts';

export type ActorKey = ObjectKey<ActorKind>;

/** One actor in the list: key, state, since, last event, its time, how often in a row; times in ms since the epoch. */
export type Row = readonly [key: string, state: string, since: number, event: string, at: number, times: number];

/** One transition of the stream. */
export type LogEntry = readonly [at: number, key: string, event: string, from: string, to: string];

/** Where frames go: a socket, which says when it has enough. */
export interface Sink {
  /** @returns false when it wants no more before `drain`. */
  write(text: string): boolean;
  /** Ends the connection. */
  close(): void;
}

export interface FeedLimits {
  readonly rowsPerFrame: number;
  /** Keys that may wait for a slow browser; one with more gets everything anew. */
  readonly waitingKeys: number;
  readonly waitingLog: number;
  /** Beats that a browser may take nothing. */
  readonly beatsFull: number;
}

export const feedLimits: FeedLimits = { rowsPerFrame: 500, waitingKeys: 50_000, waitingLog: 300, beatsFull: 6 };

/**
 * What one browser has not been told yet. An actor that changes a thousand times while the browser is busy is told
 * once, as it is then; the stream of transitions is cut, and says by how much. So it is bounded, whoever is slow.
 */
export class Feed {
  readonly #sink: Sink;
  readonly #limits: FeedLimits;
  readonly #keys = new Set<ActorKey>();
  readonly #frames = new Map<string, unknown>();
  #log: LogEntry[] = [];
  #dropped = 0;
  #isFull = false;
  #isReset = false;
  #beatsFull = 0;

  constructor(sink: Sink, limits: FeedLimits = feedLimits) {
    this.#sink = sink;
    this.#limits = limits;
  }

  /** How much waits for the browser. */
  get depth(): number {
    return this.#keys.size + this.#log.length + this.#frames.size;
  }

  /** Whether the socket takes no more at the moment. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** These actors changed. */
  mark(keys: Iterable<ActorKey>): void {
    for (const key of keys) this.#keys.add(key);
    if (this.#keys.size <= this.#limits.waitingKeys) return;
    this.#keys.clear();
    this.#isReset = true;
  }

  /** @param dropped how many there were besides. */
  log(entries: readonly LogEntry[], dropped = 0): void {
    this.#log.push(...entries);
    this.#dropped += dropped;
    const excess = this.#log.length - this.#limits.waitingLog;
    if (excess <= 0) return;
    this.#log = this.#log.slice(excess);
    this.#dropped += excess;
  }

  /** A frame of which only the newest counts. */
  tell(event: string, data: unknown): void {
    this.#frames.set(event, data);
  }

  /** The socket has room again. */
  drained(): void {
    this.#isFull = false;
    this.#beatsFull = 0;
  }

  /** Tells the browser that we are alive; one that has taken nothing for several beats is given up. */
  beat(): void {
    if (!this.#isFull) {
      this.#isFull = !this.#sink.write(': alive\n\n');
      return;
    }
    this.#beatsFull += 1;
    if (this.#beatsFull >= this.#limits.beatsFull) this.#sink.close();
  }

  /**
   * Sends as much as the socket takes.
   * @param rowOf an actor as it is now; `undefined`: it is gone.
   * @param all every actor, for a browser that has to begin anew.
   */
  send(rowOf: (key: ActorKey) => Row | undefined, all: () => Iterable<ActorKey>): void {
    if (this.#isReset && !this.#isFull) {
      this.#isReset = false;
      this.#frame('reset', {});
      for (const key of all()) this.#keys.add(key);
    }
    for (const [event, data] of this.#frames) {
      if (this.#isFull) return;
      this.#frames.delete(event);
      this.#frame(event, data);
    }
    while (!this.#isFull && this.#keys.size > 0) this.#sendRows(rowOf);
    if (this.#isFull || this.#log.length + this.#dropped === 0) return;
    this.#frame('log', { entries: this.#log, dropped: this.#dropped });
    this.#log = [];
    this.#dropped = 0;
  }

  #sendRows(rowOf: (key: ActorKey) => Row | undefined): void {
    const rows: Row[] = [];
    const gone: ActorKey[] = [];
    for (const key of this.#keys) {
      if (rows.length + gone.length >= this.#limits.rowsPerFrame) break;
      this.#keys.delete(key);
      const row = rowOf(key);
      if (row === undefined) gone.push(key);
      else rows.push(row);
    }
    this.#frame('rows', { rows, gone, left: this.#keys.size });
  }

  #frame(event: string, data: unknown): void {
    this.#isFull = !this.#sink.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}

export function logEntry({ key, event, from, to }: Transition, at: number): LogEntry {
  return [at, key, event, from ?? '', to];
}
