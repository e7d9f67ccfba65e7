import type { Transition } from '../../actors/system-options.ts';
import type { ActorKind, ObjectKey } from '../../objects/keys.ts';

export type ActorKey = ObjectKey<ActorKind>;

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
  /** Actors that are told together. */
  readonly rowsPerFrame: number;
  /** Keys that may wait for a slow client; one with more gets everything anew. */
  readonly waitingKeys: number;
  readonly waitingLog: number;
  /** Beats that a client may take nothing. */
  readonly beatsFull: number;
}

export const feedLimits: FeedLimits = { rowsPerFrame: 500, waitingKeys: 50_000, waitingLog: 300, beatsFull: 6 };

/** What one tick brought. */
export interface News {
  /** Actors that changed. */
  readonly dirty: ReadonlySet<ActorKey>;
  readonly log: readonly LogEntry[];
  /** Transitions that there were besides. */
  readonly dropped: number;
  readonly poolChanges: number;
  /** Absent where it is as it was. */
  readonly status?: unknown;
}

/**
 * What one client has not been told yet. An actor that changes a thousand times while the client is busy is told once,
 * as it is then; the stream of what happened is cut. So it is bounded, whoever is slow.
 */
export abstract class Feed<S extends Sink = Sink> {
  protected readonly sink: S;
  protected readonly limits: FeedLimits;
  readonly #keys = new Set<ActorKey>();
  #isFull = false;
  #isReset = false;
  #beatsFull = 0;

  constructor(sink: S, limits: FeedLimits) {
    this.sink = sink;
    this.limits = limits;
  }

  /** How much waits for the client. */
  get depth(): number {
    return this.#keys.size;
  }

  /** Whether the socket takes no more at the moment. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** These actors changed. */
  mark(keys: Iterable<ActorKey>): void {
    for (const key of keys) this.#keys.add(key);
    if (this.#keys.size > this.limits.waitingKeys) this.restart();
  }

  /** The client begins anew, with everything there is. */
  restart(): void {
    this.#keys.clear();
    this.#isReset = true;
  }

  /** One event of an actor, at once: for those who want more than how it is at the next tick. */
  noteEvent(_key: ActorKey): void {}

  /** What happened in a tick. */
  abstract take(news: News): void;

  /** The socket has room again. */
  drained(): void {
    this.#isFull = false;
    this.#beatsFull = 0;
  }

  /** Tells the client that we are alive; one that has taken nothing for several beats is given up. */
  beat(): void {
    if (!this.#isFull) {
      this.#isFull = !this.sendBeat();
      return;
    }
    this.#beatsFull += 1;
    if (this.#beatsFull >= this.limits.beatsFull) this.sink.close();
  }

  /** Sends as much as the socket takes. */
  send(): void {
    if (this.#isReset && !this.#isFull) {
      this.#isReset = false;
      this.sendReset();
      for (const key of this.everyone()) this.#keys.add(key);
    }
    this.sendFacts();
    while (!this.#isFull && this.#keys.size > 0) this.sendActors(this.#takeKeys(), this.#keys.size);
    if (!this.#isFull) this.sendLog();
  }

  #takeKeys(): readonly ActorKey[] {
    const keys = [...this.#keys.values().take(this.limits.rowsPerFrame)];
    for (const key of keys) this.#keys.delete(key);
    return keys;
  }

  protected write(text: string): void {
    this.#isFull = !this.sink.write(text);
  }

  /** Every actor that a client which begins anew has to be told of. */
  protected abstract everyone(): Iterable<ActorKey>;
  /** @returns false when the socket wants no more. */
  protected abstract sendBeat(): boolean;
  /** What the client was told before counts no more. */
  protected sendReset(): void {}
  /** What comes before the actors. */
  protected sendFacts(): void {}
  /**
   * These actors, as they are now.
   * @param left how many wait besides.
   */
  protected abstract sendActors(keys: readonly ActorKey[], left: number): void;
  /** What happened to actors that the client knows. */
  protected abstract sendLog(): void;
}

export function logEntry({ key, event, from, to }: Transition, at: number): LogEntry {
  return [at, key, event, from ?? '', to];
}
