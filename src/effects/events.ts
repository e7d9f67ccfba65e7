import { createHash } from 'node:crypto';
import type { Happening, Regarding } from '../gateway/happening.ts';
import { partsOf } from '../gateway/keys.ts';
import { labelValue } from '../gateway/names.ts';
import type { ApiRequest, ApiResult } from '../kubernetes/client.ts';
import type { Failure } from '../kubernetes/failure.ts';
import { groupPath, kinds } from '../kubernetes/kinds.ts';
import type { Kind } from '../objects/keys.ts';
import { EventBudget } from './event-budget.ts';

export interface EventsOptions {
  readonly send: (request: ApiRequest) => Promise<ApiResult>;
  readonly versionOf: (kind: Kind) => string;
  readonly controllerName: string;
  /** Name of this process. */
  readonly instance: string;
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
interface Series {
  readonly id: string;
  readonly happening: Happening;
  name: string;
  /** Milliseconds since the epoch. */
  first: number;
  last: number;
  count: number;
  /** The count that the server has; 0 where it has no such Event. */
  written: number;
}

/** A series that nothing is added to for so long is over (as in client-go). */
const seriesMs = 360_000;
const mostSeries = 2_000;
const mostQueued = 1_000;
const tries = 2;
const lateMs = 10_000;
const longestNote = 1_024;
const longestName = 253;
const longestInstance = 128;

/**
 * Writes `events.k8s.io/v1` Events, one after the other and apart from all other writes: nothing waits for them. What
 * happens again is a series in one Event. There are so many a minute for each object; of too many at once the oldest are
 * dropped; one that is refused is given up.
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

  /** Takes nothing new, and resolves when what is queued is written, or the server takes no more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelLate?.();
    await this.#running;
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
      this.#queued.delete(series.id);
      const failure = await this.#write(series);
      if (failure === undefined) continue;
      this.#series.delete(series.id);
      this.#options.onResult('failed');
      this.#options.onFailure(failure);
      if (this.#isClosed) this.#queued.clear();
    }
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
    const result = await this.#options.send(isNew ? this.#creation(series) : this.#increment(series));
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

  #creation({ happening, name, first }: Series): ApiRequest {
    const { type, reason, action, note, regarding, related } = happening;
    const namespace = namespaceOf(regarding);
    const { controllerName, instance } = this.#options;
    const body = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { namespace, name },
      eventTime: microTime(first),
      reportingController: qualifiedName(controllerName),
      reportingInstance: instance.slice(0, longestInstance),
      type,
      reason,
      action,
      note: clipped(note),
      regarding: this.#reference(regarding),
      ...(related && { related: this.#reference(related) }),
    };
    return { method: 'POST', path: pathOf(namespace), body };
  }

  #increment({ happening, name, count, last }: Series): ApiRequest {
    const path = `${pathOf(namespaceOf(happening.regarding))}/${name}`;
    const body = { series: { count, lastObservedTime: microTime(last) } };
    return { method: 'PATCH', path, contentType: 'application/merge-patch+json', body };
  }

  #reference({ key, uid }: Regarding): Readonly<Record<string, string>> {
    const { kind, namespace, name } = partsOf(key);
    const apiVersion = groupPath(kinds[kind].group, this.#options.versionOf(kind)).replace(/^\/apis?\//, '');
    return { apiVersion, kind, name, uid, ...(namespace !== '' && { namespace }) };
  }
}

function idOf({ type, reason, note, regarding }: Happening): string {
  return [regarding.uid, type, reason, note].join('\n');
}

/** Events about objects without a namespace live in `default`. */
function namespaceOf({ key }: Regarding): string {
  return partsOf(key).namespace || 'default';
}

function pathOf(namespace: string): string {
  return `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
}

/** `metav1.MicroTime`. */
function microTime(ms: number): string {
  return new Date(ms).toISOString().replace(/Z$/, '000Z');
}

/** A controllerName may have more in its path than a qualified name. */
function qualifiedName(controllerName: string): string {
  const slash = controllerName.indexOf('/');
  return `${controllerName.slice(0, slash)}/${labelValue(controllerName.slice(slash + 1))}`;
}

/** The API counts bytes. */
function clipped(note: string): string {
  const bytes = Buffer.from(note);
  if (bytes.length <= longestNote) return note;
  return `${bytes
    .subarray(0, longestNote - 6)
    .toString()
    .replace(/\uFFFD+$/, '')}...`;
}

/** Drops the oldest. */
function shorten(keyed: Map<string, unknown> | Set<string>, most: number): void {
  for (const id of keyed.keys()) {
    if (keyed.size <= most) return;
    keyed.delete(id);
  }
}
