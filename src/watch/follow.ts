import type { Cluster } from '../cluster/cluster.ts';
import { partsOf } from '../gateway/keys.ts';
import { Backoff } from '../kubernetes/backoff.ts';
import { Breather } from '../kubernetes/breather.ts';
import type { ApiClient } from '../kubernetes/client.ts';
import { discover } from '../kubernetes/discovery.ts';
import type { Failure } from '../kubernetes/failure.ts';
import { collectionPath, kinds } from '../kubernetes/kinds.ts';
import { ListWatch, namespacedNameOf } from '../kubernetes/list-watch.ts';
import type { Timers } from '../kubernetes/timers.ts';
import type { Kind, ObjectKey } from '../objects/keys.ts';
import type { Rejection } from '../objects/rejection.ts';
import type { FollowedObject } from '../objects/view.ts';
import { type Decoded, decode } from './decode.ts';
import { Doubt } from './doubt.ts';

/** One collection to follow. */
export interface Source {
  readonly kind: Kind;
  /** Empty: all namespaces. */
  readonly namespace: string;
  readonly selectors: Readonly<Record<string, string>>;
  /** Where it is one object only, in each namespace. */
  readonly name?: string | undefined;
  /** Without the permission to read it we are as ready as with it. */
  readonly isOptional?: boolean;
  /** Beside other sources of its kind, of which it says nothing: without the permission nobody is told. */
  readonly isExtra?: boolean;
}

export interface FollowOptions {
  readonly client: ApiClient;
  readonly cluster: Cluster;
  readonly sources: readonly Source[];
  readonly random: () => number;
  readonly timers: Pick<Timers, 'sleep' | 'after' | 'soon' | 'monotonic'>;
  /** How often kinds that are not served are looked for, in milliseconds; 10 s, if left out. */
  readonly discoveryMs?: number | undefined;
  /** All kinds that can be read were read once. */
  readonly onSynced: () => void;
  /** A kind can be read now that could not before, or the other way round. */
  readonly onAvailability: (kind: Kind, why: string | undefined) => void;
  /** One of the objects that `follow` was asked for may not be read. */
  readonly onUnreadable?: (key: ObjectKey, why: string) => void;
  readonly onFailure: (what: string, failure: Failure) => void;
  readonly onRejection: (rejection: Rejection) => void;
  /** A bug: what was told of is read anew. */
  readonly onCrash: (what: string, error: unknown) => void;
  readonly onWatchEnded?: (kind: Kind, failure: Failure | undefined) => void;
}

const defaultDiscoveryMs = 10_000;

export type Stage = 'starting' | 'absent' | 'synced' | 'forbidden' | 'without';

/**
 * Follows all kinds at the version that the cluster serves, also those that arrive later; and single objects, from when
 * they are asked for until nobody wants them any more.
 */
export class Follow {
  readonly #options: FollowOptions;
  readonly #stages = new Map<Source, Stage>();
  readonly #versions = new Map<Kind, string>();
  readonly #running = new Map<Source, ListWatch<Decoded | undefined>>();
  readonly #single = new Map<ObjectKey, Source>();
  readonly #stop = new AbortController();
  readonly #doubt: Doubt;
  readonly #breather: Breather;
  #hasSynced = false;

  constructor(options: FollowOptions) {
    this.#options = options;
    this.#doubt = new Doubt(options.timers.after);
    this.#breather = new Breather(options.timers);
    for (const source of options.sources) this.#stages.set(source, 'starting');
  }

  /** The version at which a kind is served; the newest known where it is not served. */
  versionOf(kind: Kind): string {
    return this.#versions.get(kind) ?? kinds[kind].versions[0] ?? 'v1';
  }

  get isSynced(): boolean {
    return [...this.#stages.values()].every((stage) => stage !== 'starting' && stage !== 'forbidden');
  }

  /** Whether what was read may be older than it looks: a watch broke not long ago, or `distrust` was called. */
  get isDoubtful(): boolean {
    return this.#doubt.isOpen;
  }

  /** What was read long ago is to be acted upon: any of the watches may be dead. */
  distrust(): void {
    this.#doubt.arise();
  }

  /** Kinds that were not read yet. */
  get unread(): readonly Kind[] {
    return this.describe().flatMap(({ kind, stage }) => (stage === 'starting' ? [kind] : []));
  }

  /** What stands between us and a full view, one line a kind; also kinds that the cluster does not serve. */
  describe(): readonly { readonly kind: Kind; readonly stage: Stage }[] {
    return [...this.#stages].map(([{ kind }, stage]) => ({ kind, stage }));
  }

  /** Runs until `stop`. Never rejects. */
  async run(): Promise<void> {
    const { client, random, timers, discoveryMs = defaultDiscoveryMs, onFailure } = this.#options;
    const backoff = new Backoff({ firstMs: 800, longestMs: 30_000, random });
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const missing = [...this.#stages].filter(([, stage]) => stage === 'starting' || stage === 'absent');
      const wanted = missing.filter(([source]) => !this.#running.has(source)).map(([source]) => source);
      const found = await discover(client, [...new Set(wanted.map(({ kind }) => kind))]);
      if (signal.aborted) return;
      if ('failure' in found) {
        onFailure('discovery', found.failure);
        await timers.sleep(found.failure.retryAfterMs ?? backoff.next(), signal);
        continue;
      }
      backoff.reset();
      for (const source of wanted) this.#begin(source, found.served.get(source.kind));
      this.#checkSynced();
      await timers.sleep(discoveryMs, signal);
    }
  }

  /** Follows one object more. What cannot be read of it counts against it alone, not against its kind. */
  follow(key: ObjectKey): void {
    const { kind, namespace, name } = partsOf(key);
    // One that is extra may be forbidden, or is about to be.
    const isFollowed = [...this.#stages.keys()].some((source) => {
      const isOfIt = source.kind === kind && ['', namespace].includes(source.namespace) && source.name === name;
      return isOfIt && source.isExtra !== true;
    });
    if (isFollowed || this.#stop.signal.aborted) return;
    const selectors = { fieldSelector: `metadata.name=${name}` };
    const source: Source = { kind, namespace, name, selectors, isOptional: true };
    this.#single.set(key, source);
    this.#begin(source, this.versionOf(kind));
  }

  /** Ends what `follow` began, and forgets the object; no others. */
  unfollow(key: ObjectKey): void {
    const source = this.#single.get(key);
    if (source === undefined) return;
    this.#single.delete(key);
    this.#stages.delete(source);
    this.#running.get(source)?.stop();
    this.#options.cluster.forget(key);
    this.#checkSynced();
  }

  stop(): void {
    this.#stop.abort();
    this.#doubt.end();
    for (const watch of this.#running.values()) watch.stop();
  }

  #begin(source: Source, version: string | undefined): void {
    if (version === undefined) {
      this.#stages.set(source, 'absent');
      return;
    }
    const { client, random, timers } = this.#options;
    this.#versions.set(source.kind, version);
    this.#stages.set(source, 'starting');
    const path = collectionPath(source.kind, version, source.namespace);
    const backoff = new Backoff({ firstMs: 800, longestMs: 30_000, random });
    const watch = new ListWatch(
      { client, path, selectors: source.selectors, backoff, random, timers, breather: this.#breather },
      {
        keep: (raw) => this.#keep(source, raw),
        replaced: (objects, resourceVersion) => this.#replace(source, objects, resourceVersion),
        changed: (type, object) => this.#change(source, type, object),
        failed: (failure) => this.#fail(source, failure),
        crashed: (error) => this.#options.onCrash(`watch of ${source.kind}`, error),
        watchEnded: (failure) => {
          // Where the server answers that it cannot serve a kind yet, as soon after a start, that tells nothing of the others.
          const isYetToBegin = this.#stages.get(source) === 'starting' && failure?.code !== 0;
          if (!isYetToBegin) this.#doubt.watchEnded(failure);
          // One that is done without is tried again for ever: nothing is wrong.
          const isWithout = (source.isOptional === true || source.isExtra === true) && isDenied(failure);
          if (!isWithout) this.#options.onWatchEnded?.(source.kind, failure);
        },
      },
    );
    this.#running.set(source, watch);
    void watch.run().finally(() => {
      this.#running.delete(source);
      if (!this.#stop.signal.aborted && this.#stages.has(source)) this.#stages.set(source, 'absent');
    });
  }

  /** Before all was read once nobody decides anything, and objects are taken in as they come: at the end, all would be many. */
  #keep(source: Source, raw: unknown): Decoded | undefined {
    const decoded = decode(source.kind, raw);
    const isTaken = !this.#hasSynced && this.#stages.has(source) && decoded !== undefined && 'object' in decoded;
    if (isTaken) this.#options.cluster.apply(decoded.object);
    return decoded;
  }

  #replace(source: Source, all: readonly (Decoded | undefined)[], resourceVersion: string): void {
    if (!this.#stages.has(source)) return;
    const { cluster } = this.#options;
    const { kind, namespace, name } = source;
    const objects: FollowedObject[] = [];
    const rejections: Rejection[] = [];
    for (const decoded of all) {
      if (decoded === undefined) continue;
      if ('object' in decoded) objects.push(decoded.object);
      else rejections.push(this.#report(decoded.rejection));
    }
    cluster.replace({ kind, namespace, name, resourceVersion, objects, rejections });
    this.#stages.set(source, 'synced');
    if (!this.#isSingle(source) && cluster.setUnavailable(kind, undefined)) {
      this.#options.onAvailability(kind, undefined);
    }
    this.#checkSynced();
  }

  #isSingle(source: Source): boolean {
    return [...this.#single.values()].includes(source);
  }

  #change(source: Source, type: 'ADDED' | 'MODIFIED' | 'DELETED', raw: unknown): void {
    if (!this.#stages.has(source)) return;
    const { kind } = source;
    const { cluster } = this.#options;
    if (type !== 'DELETED' && cluster.isKnown(`${kind}/${namespacedNameOf(raw)}`, raw)) return;
    const decoded = decode(kind, raw);
    if (decoded === undefined) return;
    if (type === 'DELETED') {
      const { namespace, name, uid } = 'object' in decoded ? decoded.object.metadata : decoded.rejection;
      cluster.remove(`${kind}/${namespace}/${name}`, uid);
    } else if ('object' in decoded) cluster.apply(decoded.object);
    else cluster.reject(this.#report(decoded.rejection));
  }

  #report(rejection: Rejection): Rejection {
    this.#options.onRejection(rejection);
    return rejection;
  }

  #fail(source: Source, failure: Failure): void {
    if (!this.#stages.has(source)) return;
    const { kind, namespace, name } = source;
    const { cluster, onFailure, onAvailability } = this.#options;
    if (isDenied(failure) && source.isExtra === true) {
      this.#stages.set(source, 'without');
      this.#checkSynced();
      return;
    }
    onFailure(`watch of ${kind}`, failure);
    // One object that cannot be asked for must not keep all others waiting.
    const isOfOne = this.#isSingle(source) && name !== undefined;
    if (!isDenied(failure) && !(isOfOne && failure.kind === 'refused')) return;
    this.#stages.set(source, source.isOptional === true ? 'without' : 'forbidden');
    if (isOfOne) {
      const { message } = failure;
      const key: ObjectKey = `${kind}/${namespace}/${name}`;
      const isNews = cluster.unreadable(key) !== message;
      cluster.reject({ kind, namespace, name, uid: '', resourceVersion: '', message, addresses: [] });
      if (isNews) this.#options.onUnreadable?.(key, message);
    } else if (cluster.setUnavailable(kind, failure.message)) onAvailability(kind, failure.message);
    this.#checkSynced();
  }

  #checkSynced(): void {
    if (this.#hasSynced || [...this.#stages.values()].includes('starting')) return;
    this.#hasSynced = true;
    // What follows is work for a turn of its own, if it is not stopped before.
    this.#options.timers.soon(() => {
      if (!this.#stop.signal.aborted) this.#options.onSynced();
    });
  }
}

function isDenied(failure: Failure | undefined): boolean {
  return failure?.kind === 'forbidden' || failure?.kind === 'unauthorized';
}
