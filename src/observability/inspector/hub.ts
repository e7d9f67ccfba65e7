import type { Transition } from '../../actors/system-options.ts';
import type { Timers } from '../../kubernetes/timers.ts';
import { type ActorKey, type Feed, type LogEntry, logEntry, type Sink } from './feed.ts';
import { PageFeed, type PageSources } from './page-feed.ts';

/** What all browsers are told of. */
export interface HubSources extends PageSources {
  /** The line at the top of the page: small, compared as JSON. */
  readonly status: () => unknown;
  /** The last browser went. */
  readonly onUnwatched: () => void;
}

export interface Subscription {
  /** The socket has room again. */
  drained(): void;
  end(): void;
}

export interface HubTimings {
  /** Changes within this time reach a browser together, in milliseconds. */
  readonly tickMs: number;
  /** How often the status is looked at, and a browser is told that we are alive. */
  readonly beatMs: number;
}

export const hubTimings: HubTimings = { tickMs: 200, beatMs: 5_000 };

/** Transitions of one tick that are kept: a person reads none of ten thousand. */
const logPerTick = 200;

/** Tells all browsers what happens, in ticks. Costs nothing while none is attached. */
export class Hub {
  readonly #sources: HubSources;
  readonly #timers: Pick<Timers, 'after' | 'now'>;
  readonly #timings: HubTimings;
  readonly #feeds = new Set<Feed>();
  readonly #dirty = new Set<ActorKey>();
  #log: LogEntry[] = [];
  #dropped = 0;
  #poolChanges = 0;
  #lastStatus = '';
  #cancelTick: (() => void) | undefined;
  #cancelBeat: (() => void) | undefined;

  constructor(sources: HubSources, timers: Pick<Timers, 'after' | 'now'>, timings: HubTimings = hubTimings) {
    this.#sources = sources;
    this.#timers = timers;
    this.#timings = timings;
  }

  get isWatched(): boolean {
    return this.#feeds.size > 0;
  }

  get count(): number {
    return this.#feeds.size;
  }

  /** A browser with our page comes: it is told everything, then what changes. */
  attach(sink: Sink): Subscription {
    const feed = new PageFeed(sink, this.#sources);
    feed.tell('status', this.#sources.status());
    return this.join(feed);
  }

  /** The same for any other client. */
  join(feed: Feed): Subscription {
    this.#feeds.add(feed);
    feed.mark(this.#sources.keys());
    feed.send();
    this.#cancelBeat ??= this.#timers.after(this.#timings.beatMs, () => this.#beat());
    return {
      drained: () => {
        feed.drained();
        feed.send();
      },
      end: () => {
        this.#feeds.delete(feed);
        if (this.#feeds.size > 0) return;
        this.stop();
        this.#sources.onUnwatched();
      },
    };
  }

  noteEvent(key: ActorKey): void {
    if (!this.isWatched) return;
    for (const feed of this.#feeds) feed.noteEvent(key);
    this.#dirty.add(key);
    this.#schedule();
  }

  noteTransition(transition: Transition): void {
    if (!this.isWatched) return;
    if (this.#log.length < logPerTick) this.#log.push(logEntry(transition, this.#timers.now()));
    else this.#dropped += 1;
    this.#schedule();
  }

  /** Who has which address may be different now. */
  notePool(): void {
    if (!this.isWatched) return;
    this.#poolChanges += 1;
    this.#schedule();
  }

  /** Everything is different: another set of actors is shown. */
  noteAll(): void {
    for (const feed of this.#feeds) feed.restart();
    if (this.isWatched) this.#schedule();
  }

  stop(): void {
    this.#cancelTick?.();
    this.#cancelBeat?.();
    this.#cancelTick = undefined;
    this.#cancelBeat = undefined;
    this.#dirty.clear();
    this.#log = [];
    this.#dropped = 0;
    this.#poolChanges = 0;
    this.#lastStatus = '';
  }

  #schedule(): void {
    this.#cancelTick ??= this.#timers.after(this.#timings.tickMs, () => this.#tick());
  }

  #tick(): void {
    this.#cancelTick = undefined;
    const status = this.#newStatus();
    const news = {
      dirty: this.#dirty,
      log: this.#log,
      dropped: this.#dropped,
      poolChanges: this.#poolChanges,
      ...(status !== undefined && { status }),
    };
    for (const feed of this.#feeds) {
      feed.take(news);
      feed.send();
    }
    this.#poolChanges = 0;
    this.#log = [];
    this.#dropped = 0;
    this.#dirty.clear();
  }

  #beat(): void {
    this.#cancelBeat = this.#timers.after(this.#timings.beatMs, () => this.#beat());
    for (const feed of this.#feeds) feed.beat();
    if (this.#cancelTick === undefined) this.#tick();
  }

  /** The status to be told; `undefined` where it was. */
  #newStatus(): unknown {
    const status = this.#sources.status();
    const text = JSON.stringify(status);
    if (text === this.#lastStatus) return undefined;
    this.#lastStatus = text;
    return status;
  }
}
