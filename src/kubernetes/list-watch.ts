import type { Backoff } from './backoff.ts';
import type { Breather } from './breather.ts';
import type { ApiClient } from './client.ts';
import type { Failure } from './failure.ts';
import { readLines, untilAborted } from './lines.ts';
import { listAll } from './list.ts';
import type { Timers } from './timers.ts';
import { parseWatchEvent, type WatchEvent } from './watch-event.ts';

/** Who is told of what a list-watch sees, in the order of the server. */
export interface ListWatchHandler<Kept> {
  /**
   * What is kept of an object until all that were there at first have come. It is called as each comes: a large
   * collection is neither held as it was sent nor decoded at one go.
   */
  keep(object: unknown): Kept;
  /** Everything that was there at this resourceVersion; what was known before then and is not here is gone. */
  replaced(objects: readonly Kept[], resourceVersion: string): void;
  changed(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: unknown): void;
  /** A list or watch could not be had. It is tried again, unless the kind is `absent`: then the follow ends. */
  failed(failure: Failure): void;
  /** A watch is over, or could not be had; another one follows. @param failure `undefined`: in good order. */
  watchEnded?(failure: Failure | undefined): void;
  /** One of the others threw: what it was told of may be lost, and everything is read anew. */
  crashed(error: unknown): void;
}

export interface ListWatchOptions {
  readonly client: ApiClient;
  /** Of the collection. */
  readonly path: string;
  /** `labelSelector`, `fieldSelector`. */
  readonly selectors: Readonly<Record<string, string>>;
  readonly backoff: Backoff;
  readonly random: () => number;
  readonly timers: Pick<Timers, 'sleep' | 'after'>;
  /** One for all that are read at the same time; none where nobody else waits for the event loop. */
  readonly breather?: Pick<Breather, 'pause'>;
}

/** A watch is ended by the server after 5 to 10 minutes, as client-go asks for. */
const shortestWatchSeconds = 300;
/** Bookmarks come about once a minute: a stream that is silent for longer than this is dead. */
const silenceMs = 150_000;
const mustListAnew: ReadonlySet<Failure['kind']> = new Set(['gone', 'forbidden', 'unauthorized']);
const silent = broken(`nothing came for ${silenceMs / 1000} s`);
const endOfInitialEvents = 'k8s.io/initial-events-end';

/**
 * Follows one collection after client-go's reflector: the initial state streamed in the watch itself, or listed in
 * pages where the server cannot; resumed from the last resourceVersion; listed anew on 410.
 */
export class ListWatch<Kept> {
  readonly #options: ListWatchOptions;
  readonly #handler: ListWatchHandler<Kept>;
  readonly #stop = new AbortController();
  #resourceVersion: string | undefined;
  #canStream = true;
  /** Whether this turn brought anything: one that ends at once without is not repeated at once. */
  #heard = false;

  constructor(options: ListWatchOptions, handler: ListWatchHandler<Kept>) {
    this.#options = options;
    this.#handler = handler;
  }

  /** Runs until `stop`, or until the kind is found absent. Never rejects. */
  async run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const pauseMs = await this.#turn(signal).catch((error: unknown) => this.#crash(error));
      if (pauseMs === undefined) return;
      if (pauseMs > 0) await this.#options.timers.sleep(pauseMs, signal);
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  /** @returns milliseconds to wait before the next turn; `undefined` where there is none. */
  async #turn(signal: AbortSignal): Promise<number | undefined> {
    const { backoff } = this.#options;
    this.#heard = false;
    const failure = await this.#once(signal);
    if (signal.aborted) return undefined;
    if (failure === undefined) return this.#heard ? 0 : backoff.next();
    // Of what was denied for a while all is read anew: only `replaced` says that it can be read again.
    if (mustListAnew.has(failure.kind)) this.#resourceVersion = undefined;
    if (failure.kind !== 'gone') this.#handler.failed(failure);
    return failure.kind === 'absent' ? undefined : (failure.retryAfterMs ?? backoff.next());
  }

  #crash(error: unknown): number {
    this.#resourceVersion = undefined;
    this.#handler.crashed(error);
    return this.#options.backoff.next();
  }

  /** One list (where needed) and one watch. @returns why it ended, or `undefined` for an ordinary end. */
  async #once(signal: AbortSignal): Promise<Failure | undefined> {
    if (this.#resourceVersion !== undefined) return this.#watch(signal, { resourceVersion: this.#resourceVersion });
    if (this.#canStream) {
      const failure = await this.#watch(signal, { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' });
      if (failure?.code !== 400 && failure?.code !== 422) return failure;
      this.#canStream = false;
    }
    return this.#list();
  }

  async #list(): Promise<Failure | undefined> {
    const { client, path, selectors } = this.#options;
    const listing = await listAll({ client, path, selectors, keep: (object) => this.#handler.keep(object) });
    if ('failure' in listing) return listing.failure;
    this.#handler.replaced(listing.objects, listing.resourceVersion);
    this.#resourceVersion = listing.resourceVersion;
    this.#options.backoff.reset();
    this.#heard = true;
    return undefined;
  }

  async #watch(signal: AbortSignal, start: Readonly<Record<string, string>>): Promise<Failure | undefined> {
    const failure = await this.#stream(signal, start);
    if (!signal.aborted) this.#handler.watchEnded?.(failure);
    return failure;
  }

  async #stream(signal: AbortSignal, start: Readonly<Record<string, string>>): Promise<Failure | undefined> {
    const reader = new EventReader(this.#handler, 'sendInitialEvents' in start ? new Map() : undefined);
    for await (const event of this.#events(signal, start)) {
      if (signal.aborted) return undefined;
      if (event.type === 'ERROR') return event.failure;
      this.#take(event, reader);
      await this.#options.breather?.pause();
    }
    return undefined;
  }

  /** Whatever befalls the connection is the last event: what throws beside is a bug of who is told of these. */
  async *#events(signal: AbortSignal, start: Readonly<Record<string, string>>): AsyncGenerator<WatchEvent> {
    const connection = new AbortController();
    const abort = (): void => connection.abort();
    signal.addEventListener('abort', abort);
    const silence = new SilenceLimit(abort, this.#options.timers.after);
    try {
      const result = await this.#options.client.watch(this.#watchPath(start), connection.signal);
      if ('failure' in result) return yield { type: 'ERROR', failure: result.failure };
      for await (const line of readLines(untilAborted(result.stream, connection.signal))) {
        if (connection.signal.aborted) break;
        silence.restart();
        yield parseWatchEvent(line);
      }
      if (connection.signal.aborted) yield silent;
    } catch (error) {
      yield connection.signal.aborted ? silent : broken(error);
    } finally {
      silence.end();
      signal.removeEventListener('abort', abort);
      connection.abort();
    }
  }

  #take(event: Exclude<WatchEvent, { type: 'ERROR' }>, reader: EventReader<Kept>): void {
    reader.take(event);
    if (!reader.isComplete) return;
    this.#heard = true;
    this.#options.backoff.reset();
    this.#resourceVersion = event.resourceVersion ?? this.#resourceVersion;
  }

  #watchPath(start: Readonly<Record<string, string>>): string {
    const seconds = Math.floor(shortestWatchSeconds * (1 + this.#options.random()));
    const query = { ...this.#options.selectors, ...start, allowWatchBookmarks: 'true', timeoutSeconds: `${seconds}` };
    return this.#path({ ...query, watch: 'true' });
  }

  #path(query: Readonly<Record<string, string>>): string {
    return `${this.#options.path}?${new URLSearchParams(query).toString()}`;
  }
}

function broken(why: unknown): WatchEvent {
  const message = why instanceof Error ? why.message : String(why);
  return { type: 'ERROR', failure: { kind: 'retry', code: 0, message: `watch ended: ${message}` } };
}

/** Ends a connection on which nothing has come for too long. */
class SilenceLimit {
  readonly #onSilence: () => void;
  readonly #after: Timers['after'];
  #cancel: () => void;

  constructor(onSilence: () => void, after: Timers['after']) {
    this.#onSilence = onSilence;
    this.#after = after;
    this.#cancel = after(silenceMs, onSilence);
  }

  restart(): void {
    this.#cancel();
    this.#cancel = this.#after(silenceMs, this.#onSilence);
  }

  end(): void {
    this.#cancel();
  }
}

/** Holds initial events back until their end is marked, so that the state before them is replaced as a whole. */
class EventReader<Kept> {
  readonly #handler: ListWatchHandler<Kept>;
  /** By namespace and name: what changes or goes before their end comes among them, too. */
  #initial: Map<string, Kept> | undefined;

  constructor(handler: ListWatchHandler<Kept>, initial: Map<string, Kept> | undefined) {
    this.#handler = handler;
    this.#initial = initial;
  }

  get isComplete(): boolean {
    return this.#initial === undefined;
  }

  take(event: Exclude<WatchEvent, { type: 'ERROR' }>): void {
    if (event.type === 'BOOKMARK') {
      if (this.#initial === undefined || event.annotations[endOfInitialEvents] !== 'true') return;
      const objects = [...this.#initial.values()];
      this.#initial = undefined;
      this.#handler.replaced(objects, event.resourceVersion ?? '0');
    } else if (this.#initial === undefined) {
      this.#handler.changed(event.type, event.object);
    } else if (event.type === 'DELETED') {
      this.#initial.delete(namespacedNameOf(event.object));
    } else {
      this.#initial.set(namespacedNameOf(event.object), this.#handler.keep(event.object));
    }
  }
}

/** `namespace/name` of an object as it was sent; without a namespace `/name`. */
export function namespacedNameOf(object: unknown): `${string}/${string}` {
  const { metadata } = (object ?? {}) as {
    readonly metadata?: { readonly namespace?: string; readonly name?: string };
  };
  return `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;
}
