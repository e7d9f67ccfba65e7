import { createHash } from 'node:crypto';
import type { Happening } from '../gateway/happening.ts';
import { partsOf } from '../gateway/keys.ts';
import type { ApiRequest, ApiResult } from '../kubernetes/client.ts';
import type { Failure } from '../kubernetes/failure.ts';
import { EventBudget } from './event-budget.ts';
import { type EventReporter, eventCreation, eventIncrement, type Occurrences } from './event-manifest.ts';

export interface EventsOptions extends EventReporter {
  readonly send: (request: ApiRequest) => Promise<ApiResult>;
  /** Resolves when no other write is under way. */
  readonly whenIdle: () => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Runs `action` after so many milliseconds; returns what cancels it. */
  readonly after: (ms: number, action: () => void) => () => void;
  /** A bug. */
  readonly onError: (error: unknown) => void;
  readonly onResult: (result: EventResult) => void;
  /** Told why one was not written; `undefined`: there were too many at once. */
  readonly onFailure: (failure: Failure | undefined) => void;
}

export type EventResult = 'written' | 'known' | 'limited' | 'dropped' | 'failed';

/** The same thing, that happened once or several times: one Event. */
interface Series extends Occurrences {
  readonly id: string;
  name: string;
  first: number;
  last: number;
  count: number;
  /** The count that the server has; 0 where it has no such Event. */
  written: number;
}

/** A series that nothing is added to for so long is over (as in client-go). */
const seriesMs = 360_000;
const mostSeries = 2_000;
const mostQueued = 10_000;
/** So long an Event lets other writes go first. */
const yieldMs = 1_000;
/** So long the end of the process waits for Events. */
const closingMs = 1_000;
const tries = 2;
const lateMs = 10_000;
const longestName = 253;

/**
 * Writes `events.k8s.io/v1` Events, one after the other and apart from all other writes: nothing waits for them, and they
 * wait until all else is written (one a second does not). What happens again is a series in one Event. An object has so
 * many at once, then so many a minute; of too many for all the oldest are dropped; one that is refused is given up.
 */
export class Events {
  readonly #options: EventsOptions;
  readonly #series = new Map<string, Series>();
  readonly #queued = new Map<string, Series>();
  readonly #late = new Map<string, Series>();
  readonly #told = new Set<string>();
  readonly #budget: EventBudget;
  #names = 0;
  #running: Promise<void> | undefined;
  #cancelLate: (() => void) | undefined;
  /** Ends the wait of the Event that lets other writes go first. */
  #hurry: (() => void) | undefined;
  #isClosed = false;

  constructor(options: EventsOptions) {
    this.#options = options;
    this.#budget = new EventBudget(options.now);
  }

  record(happening: Happening): void {
    if (this.#isClosed || this.#isTold(happening)) return;
    const id = idOf(happening);
    const series = this.#continued(id) ?? this.#begun(id, happening);
    series.count += 1;
    series.last = this.#options.now();
    this.#series.delete(id);
    this.#series.set(id, series);
    shorten(this.#series, mostSeries);
    this.#ask(series);
  }

  /** Takes nothing new, and resolves when what is queued is written, the server takes no more, or a second is over. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelLate?.();
    this.#hurry?.();
    const cancel = this.#options.after(closingMs, () => this.#queued.clear());
    await this.#running;
    cancel();
  }

  #isTold({ once }: Happening): boolean {
    if (once === undefined) return false;
    if (this.#told.has(once)) return true;
    this.#told.add(once);
    shorten(this.#told, mostSeries);
    return false;
  }

  #continued(id: string): Series | undefined {
    const series = this.#series.get(id);
    return series !== undefined && this.#options.now() - series.last <= seriesMs ? series : undefined;
  }

  #begun(id: string, happening: Happening): Series {
    const now = this.#options.now();
    return { id, happening, name: this.#nameOf(happening), first: now, last: now, count: 0, written: 0 };
  }

  /** As in client-go the object's name and a mark; the same one for what is told once. */
  #nameOf({ regarding, once }: Happening): string {
    this.#names += 1;
    const mark =
      once === undefined
        ? `${this.#options.now().toString(16)}${(this.#names % 0x1000).toString(16).padStart(3, '0')}`
        : createHash('sha256').update(once).digest('hex').slice(0, 16);
    const stem = partsOf(regarding.key).name.replaceAll(':', '-');
    return `${stem.slice(0, longestName - mark.length - 1).replace(/[^a-z0-9]+$/, '')}.${mark}`;
  }

  #ask(series: Series): void {
    if (this.#queued.has(series.id)) return;
    if (!this.#budget.take(series.happening.regarding.uid)) {
      this.#options.onResult('limited');
      if (series.written === 0) this.#series.delete(series.id);
      else this.#askLater(series);
      return;
    }
    this.#queued.set(series.id, series);
    for (const id of this.#queued.keys()) {
      if (this.#queued.size <= mostQueued) break;
      this.#queued.delete(id);
      this.#series.delete(id);
      this.#options.onResult('dropped');
      this.#options.onFailure(undefined);
    }
    this.#running ??= this.#drain()
      .catch(this.#options.onError)
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** The count of a series is brought up to date when its object may have Events again. */
  #askLater(series: Series): void {
    this.#late.set(series.id, series);
    this.#cancelLate ??= this.#options.after(lateMs, () => {
      this.#cancelLate = undefined;
      const late = [...this.#late.values()];
      this.#late.clear();
      for (const one of late) this.#ask(one);
    });
  }

  async #drain(): Promise<void> {
    await Promise.resolve();
    for (let [series] = this.#queued.values(); series !== undefined; [series] = this.#queued.values()) {
      await this.#yield();
      if (!this.#queued.delete(series.id)) continue;
      const failure = await this.#write(series);
      if (failure === undefined) continue;
      this.#series.delete(series.id);
      this.#options.onResult('failed');
      this.#options.onFailure(failure);
      if (this.#isClosed) this.#queued.clear();
    }
  }

  /** Lets other writes go first, for a while. */
  async #yield(): Promise<void> {
    if (this.#isClosed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#hurry = resolve;
    const cancel = this.#options.after(yieldMs, resolve);
    this.#options.whenIdle().then(resolve, this.#options.onError);
    await promise;
    cancel();
  }

  /** @returns why it was given up. */
  async #write(series: Series): Promise<Failure | undefined> {
    for (let left = tries; series.written < series.count; ) {
      const failure = await this.#step(series);
      if (failure === undefined) continue;
      left -= 1;
      const mayWorkAtOnce = failure.kind === 'conflict' || (failure.kind === 'retry' && failure.code === 0);
      if (!mayWorkAtOnce || left === 0) return failure;
    }
    return undefined;
  }

  /** One request. @returns why it was refused. */
  async #step(series: Series): Promise<Failure | undefined> {
    const isNew = series.written === 0;
    const { count } = series;
    const result = await this.#options.send(isNew ? eventCreation(series, this.#options) : eventIncrement(series));
    if (!('failure' in result)) {
      series.written = isNew ? 1 : count;
      this.#options.onResult('written');
      return undefined;
    }
    if (result.failure.kind === 'exists') {
      series.written = count;
      this.#options.onResult('known');
      return undefined;
    }
    if (result.failure.kind !== 'absent' || isNew) return result.failure;
    // It has expired: what is happening now begins a new one.
    Object.assign(series, { name: this.#nameOf(series.happening), first: series.last, count: 1, written: 0 });
    return undefined;
  }
}

function idOf({ type, reason, note, regarding }: Happening): string {
  return [regarding.uid, type, reason, note].join('\n');
}

/** Drops the oldest. */
function shorten(keyed: Map<string, unknown> | Set<string>, most: number): void {
  for (const id of keyed.keys()) {
    if (keyed.size <= most) return;
    keyed.delete(id);
  }
}
