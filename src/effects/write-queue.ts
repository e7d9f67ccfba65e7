import PQueue from 'p-queue';
import { Backoff } from '../kubernetes/backoff.ts';
import type { ApiRequest, ApiResult } from '../kubernetes/client.ts';
import type { Failure } from '../kubernetes/failure.ts';
import type { Timers } from '../kubernetes/timers.ts';
import type { WorkWatcher } from '../objects/work-watcher.ts';
import { Pace } from './pace.ts';
import { digestOf, longestOfUndoneMs, Repeats } from './repeats.ts';

/** One thing to write: at most one request for it is on its way at any time. */
export interface WriteTask {
  /** Tasks of one id are one task. */
  readonly id: string;
  /** Whether writes in a row are spaced, so that one tells of what many changes came to. */
  readonly isPaced?: boolean;
  /** The request to send, from the newest state; `undefined` where nothing differs any more. */
  decide(): ApiRequest | undefined;
  /**
   * Reads again what a request rests on, where it would do harm if we did not know the newest: it is decided once more
   * after that. `undefined` where nothing needs to be read.
   */
  confirm?(request: ApiRequest): Promise<{ readonly failure?: Failure }> | undefined;
  /** The server took it, and answered with this. */
  accept(request: ApiRequest, body: unknown): void;
  /** Reads the object again: somebody else wrote it, or it is not what we thought. */
  refresh(): Promise<void>;
  /**
   * The server refuses the request, or has not taken it for the fifth time in a row; it is tried again later, or at once
   * when another one is decided.
   */
  failed(failure: Failure): void;
  /** The time for another try has come. */
  retryDue(): void;
  /** Its turn came, and nothing differs any more: what it failed of before is over. */
  dropped(): void;
}

export interface WriteQueueOptions {
  readonly send: (request: ApiRequest) => Promise<ApiResult>;
  readonly concurrency: number;
  readonly random: () => number;
  /** Pauses are measured by a clock that is never set: one that is set back would make them hours long. */
  readonly timers: Pick<Timers, 'monotonic' | 'after'>;
  /** A task threw: a bug. Its key is free for the next request. */
  readonly onError: (task: WriteTask, error: unknown) => void;
  /** The same request is wanted again and again, though the server took it: somebody undoes it. */
  readonly onRepeated?: (task: WriteTask) => void;
  /** Told how each turn ended, for metrics. */
  readonly watcher?: WorkWatcher<string>;
  readonly onTurn?: (task: WriteTask, result: 'written' | 'avoided' | Failure['kind']) => void;
}

interface Entry {
  task: WriteTask;
  stage: 'queued' | 'running' | 'waiting';
  /** Asked for again while running: decide once more afterwards. */
  isAskedAgain: boolean;
  /** When it was last asked for, in milliseconds of the clock that is never set. */
  askedAt: number;
  readonly backoff: Backoff;
  /** How often in a row the server did not take it. */
  failures: number;
  /** Digest of the request that failed, or is repeated: the same one is not sent again before its time. */
  withheld?: string | undefined;
  /** Whether it waits after its task was told that it failed. */
  hasFailed: boolean;
  cancelWait?: () => void;
}

const quickRetries = 5;
/** What the server does not take for so often may never be taken: that is told, though it is tried again. */
const toldAfter = 5;
const refusedFirstMs = 5_000;
const longestMs = 300_000;

/** A server that does not answer is asked again as often as the watches do: it may be back at any time, for all writes. */
function longestOf({ code }: Failure): number {
  return code === 0 ? 30_000 : longestMs;
}

/** The server takes it, and it does not stay: nothing comes of it until somebody gives in. */
function undoneFor(pause: number): Failure {
  const message = `somebody undoes it again and again; it is tried anew in ${Math.ceil(pause / 1_000)} s`;
  return { kind: 'conflict', code: 409, message };
}

/** The one way to write: keyed, bounded in number, retried by class of failure. */
export class WriteQueue {
  readonly #options: WriteQueueOptions;
  readonly #queue: PQueue;
  readonly #entries = new Map<string, Entry>();
  /** Those that wait for their turn, in its order: p-queue is given one when it can take it, as each costs it a kilobyte. */
  readonly #turns = new Set<Entry>();
  readonly #repeats: Repeats;
  readonly #pace: Pace;
  #isClosed = false;

  constructor(options: WriteQueueOptions) {
    this.#options = options;
    this.#repeats = new Repeats(options.timers.monotonic);
    this.#pace = new Pace(options.timers.monotonic);
    this.#queue = new PQueue({ concurrency: options.concurrency });
  }

  /** Writes that wait for their turn, are on their way, or wait for another try. */
  get depth(): number {
    return this.#entries.size;
  }

  request(task: WriteTask): void {
    if (this.#isClosed) return;
    const askedAt = this.#options.timers.monotonic();
    const entry = this.#entries.get(task.id);
    if (entry === undefined) {
      const backoff = new Backoff({ firstMs: 200, longestMs, random: this.#options.random });
      this.#enqueue({ task, stage: 'queued', isAskedAgain: false, askedAt, failures: 0, hasFailed: false, backoff });
      return;
    }
    entry.task = task;
    entry.askedAt = askedAt;
    if (entry.stage === 'running') entry.isAskedAgain = true;
    if (entry.stage !== 'waiting' || entry.withheld === undefined) return;
    const request = task.decide();
    if (request !== undefined && digestOf(request) === entry.withheld) return;
    entry.cancelWait?.();
    entry.hasFailed = false;
    this.#enqueue(entry);
  }

  /** Resolves when none is on its way or waits for its turn; those that wait for another try do not count. */
  whenIdle(): Promise<void> {
    return this.#queue.onIdle();
  }

  /** Takes nothing new, and resolves when what is on its way has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const entry of this.#entries.values()) entry.cancelWait?.();
    this.#turns.clear();
    this.#queue.clear();
    await this.#queue.onIdle();
  }

  #enqueue(entry: Entry): void {
    entry.stage = 'queued';
    this.#entries.set(entry.task.id, entry);
    entry.withheld = undefined;
    this.#options.watcher?.added(entry.task.id);
    this.#turns.add(entry);
    this.#feed();
  }

  #feed(): void {
    while (this.#queue.size === 0) {
      const [entry] = this.#turns;
      if (entry === undefined) return;
      this.#turns.delete(entry);
      const ended = (): void => {
        this.#options.watcher?.ended(entry.task.id);
        this.#feed();
      };
      this.#queue
        .add(() => this.#turn(entry).finally(ended))
        .catch((error: unknown) => {
          this.#entries.delete(entry.task.id);
          this.#options.onError(entry.task, error);
        });
    }
  }

  async #turn(entry: Entry): Promise<void> {
    entry.stage = 'running';
    this.#options.watcher?.began(entry.task.id);
    for (let quick = 0; ; quick += 1) {
      entry.isAskedAgain = false;
      const request = entry.task.decide();
      if (request === undefined) {
        if (quick === 0) this.#options.onTurn?.(entry.task, 'avoided');
        this.#entries.delete(entry.task.id);
        entry.task.dropped();
        return;
      }
      const pause = this.#pauseBefore(entry, request);
      if (pause > 0) return this.#wait(entry, pause);
      const confirmed = await this.#confirm(entry, request, quick);
      if (confirmed === 'waiting') return;
      if (confirmed !== 'changed' && !(await this.#send(entry, confirmed, quick))) return;
    }
  }

  /** In milliseconds, for a repetition, and for a write in a row of them. */
  #pauseBefore(entry: Entry, request: ApiRequest): number {
    const { id, isPaced = false } = entry.task;
    const pause = this.#repeats.delayOf(id, request);
    if (pause > 0) {
      entry.withheld = digestOf(request);
      if (request.method !== 'POST' || pause > longestOfUndoneMs) this.#options.onRepeated?.(entry.task);
      if (pause > longestOfUndoneMs) this.#tellFailure(entry, request, undoneFor(pause));
    }
    return pause > 0 || !isPaced ? pause : this.#pace.delayOf(id, entry.askedAt);
  }

  /** @returns the request as it is decided after what it rests on was read again, or that it is another one then. */
  async #confirm(entry: Entry, request: ApiRequest, quick: number): Promise<ApiRequest | 'changed' | 'waiting'> {
    const premise = entry.task.confirm?.(request);
    if (premise === undefined) return request;
    const { failure } = await premise;
    if (failure !== undefined) {
      this.#wait(entry, failure.retryAfterMs ?? entry.backoff.next());
      return 'waiting';
    }
    const again = entry.task.decide();
    if (again !== undefined && digestOf(again) === digestOf(request)) return again;
    if (quick < quickRetries) return 'changed';
    this.#wait(entry, entry.backoff.next());
    return 'waiting';
  }

  /** @returns whether to decide once more at once. */
  async #send(entry: Entry, request: ApiRequest, quick: number): Promise<boolean> {
    const { task } = entry;
    const result = await this.#options.send(request);
    if ('failure' in result) {
      this.#options.onTurn?.(task, result.failure.kind);
      return this.#mayTryAtOnce(entry, request, result.failure, quick);
    }
    this.#options.onTurn?.(task, 'written');
    entry.backoff.reset();
    entry.failures = 0;
    this.#repeats.noteSent(task.id, request);
    if (task.isPaced === true) this.#pace.noteSent(task.id);
    task.accept(request, result.body);
    if (!this.#isClosed && entry.isAskedAgain) return true;
    this.#entries.delete(task.id);
    return false;
  }

  async #mayTryAtOnce(entry: Entry, request: ApiRequest, failure: Failure, quick: number): Promise<boolean> {
    switch (failure.kind) {
      case 'conflict':
      case 'exists':
      case 'absent':
      case 'gone':
        await entry.task.refresh();
        if (quick < quickRetries && !this.#isClosed) return true;
        this.#noteFailure(entry, request, failure);
        this.#wait(entry, entry.backoff.next());
        return false;
      case 'retry':
        this.#noteFailure(entry, request, failure);
        this.#wait(entry, failure.retryAfterMs ?? Math.min(entry.backoff.next(), longestOf(failure)));
        return false;
      case 'unauthorized':
      case 'forbidden':
      case 'refused':
        this.#tellFailure(entry, request, failure);
        this.#wait(entry, Math.max(entry.backoff.next(), refusedFirstMs));
        return false;
    }
  }

  /** A server that does not answer at all is told of elsewhere: it is so for every write. */
  #noteFailure(entry: Entry, request: ApiRequest, failure: Failure): void {
    entry.failures += 1;
    if (entry.failures >= toldAfter && failure.code !== 0) this.#tellFailure(entry, request, failure);
  }

  #tellFailure(entry: Entry, request: ApiRequest, failure: Failure): void {
    entry.withheld = digestOf(request);
    entry.hasFailed = true;
    entry.task.failed(failure);
  }

  #wait(entry: Entry, ms: number): void {
    if (this.#isClosed) {
      this.#entries.delete(entry.task.id);
      return;
    }
    entry.stage = 'waiting';
    entry.cancelWait = this.#options.timers.after(ms, () => {
      if (entry.hasFailed) entry.task.retryDue();
      entry.hasFailed = false;
      this.#enqueue(entry);
    });
  }
}
