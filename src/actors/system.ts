import type { Change } from '../cluster/cluster.ts';
import type { World } from '../gateway/graph.ts';
import { isGatewayKey, isRouteKey, isServiceKey, keyOf } from '../gateway/keys.ts';
import { Memo } from '../gateway/memo.ts';
import type { ResultEvent } from '../objects/facts.ts';
import type { ActorKind, ObjectKey } from '../objects/keys.ts';
import type { ActorState } from '../objects/states.ts';
import type { ActorEntry } from './actor-entry.ts';
import { addressMovesOf } from './address-moves.ts';
import { affectedBy, haveOwnPortsChanged, rivalsOf } from './affected.ts';
import { type Charts, connectCharts } from './charts.ts';
import { Crashes } from './crashes.ts';
import { actorKinds, Dirty, type Rank } from './dirty.ts';
import { GraphCache } from './graph-cache.ts';
import type { ActorSystemOptions } from './system-options.ts';
import { spawn } from './wiring.ts';

/** One turn works so long at most, in milliseconds, before it lets I/O in. */
const turnMs = 25;

/**
 * All actors, and the latest-wins mailboxes before them: a change marks who has to look again, and one turn lets
 * each of these look once, however many changes there were.
 */
export class ActorSystem {
  readonly world: World;
  readonly #options: ActorSystemOptions;
  readonly #charts: Charts;
  readonly #graphs: GraphCache;
  readonly #memo = new Memo();
  readonly #entries = new Map<ObjectKey<ActorKind>, ActorEntry>();
  readonly #dirty = new Dirty();
  /** Those that wait for an address, so that a freed one does not have all others asked. */
  readonly #waiting = new Set<ObjectKey<ActorKind>>();
  readonly #crashes = new Crashes();
  /** Of the pool, when those who wait for it were last told to look again. */
  #poolRevision = 0;
  readonly #unsubscribe: () => void;
  #isOpen = false;
  #isScheduled = false;
  /** The pass that is under way. */
  #sweep = this.#lookAround();
  #isAtWork = false;

  constructor(options: ActorSystemOptions) {
    this.#options = options;
    this.#graphs = new GraphCache(options.world);
    this.world = { ...options.world, graph: (key) => this.#graphs.get(key), memo: this.#memo };
    this.#charts = connectCharts({
      request: options.request,
      release: (gateway, uid) => this.#release(gateway, uid),
      claim: (gateway, uid, request) => options.pool.claimFor(gateway, uid, request),
    });
    this.#unsubscribe = options.cluster.onChange((change) => this.#take(change));
  }

  /** The caches are in sync: from now on actors look, decide and write. */
  open(): void {
    this.#isOpen = true;
    this.#options.pool.open();
    this.markAll();
    this.flushSoon();
  }

  get entries(): ReadonlyMap<ObjectKey<ActorKind>, ActorEntry> {
    return this.#entries;
  }

  /** Nobody has to look again. */
  get isIdle(): boolean {
    return !this.#isAtWork && this.#dirty.isEmpty;
  }

  /** Whether this object is to be looked at again: its mailbox is latest-wins, so that at most one look waits there. */
  isDirty(key: ObjectKey<ActorKind>): boolean {
    return this.#dirty.has(key);
  }

  get crashed(): readonly ObjectKey<ActorKind>[] {
    return this.#crashes.keys;
  }

  /** Everybody has to look again. */
  markAll(): void {
    const { cluster } = this.#options;
    for (const key of cluster.keysOf(...actorKinds, 'Service')) {
      if (isGatewayKey(key)) this.#graphs.invalidate(key);
      if (isServiceKey(key)) this.#markNamed(cluster.tokensOf(key));
      else this.#mark(key as ObjectKey<ActorKind>);
    }
    for (const key of this.#entries.keys()) this.#mark(key);
  }

  #markNamed(tokens: Iterable<string>): void {
    for (const token of tokens) if (isRouteKey(token) || isGatewayKey(token)) this.#mark(token);
  }

  /** The pool is another one, or an address became free: those who wait for one look again. */
  markWaiting(): void {
    for (const key of this.#waiting) this.#mark(key);
  }

  /** Something happened to an object that it does not tell of itself: all that it concerns look again. */
  lookAgainAround(key: ObjectKey): void {
    const object = this.#options.cluster.get(key);
    this.#take({ key, before: object, after: object, tokens: this.#options.cluster.tokensOf(key) });
  }

  /** Something that no object tells of concerns this one: it looks again. */
  lookAgain(key: ObjectKey<ActorKind>): void {
    this.#mark(key);
  }

  /** A result of an effect, or of a claim. That something was written tells nothing new: the object's change does. */
  deliver(key: ObjectKey<ActorKind>, event: ResultEvent): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    const { state, context } = entry;
    entry.deliver(event);
    this.#note(entry, event.type, state);
    const isNews = event.type !== 'Written' || !event.isKept || entry.context.failures !== context.failures;
    if (isNews) this.#mark(key);
  }

  stop(): void {
    this.#isOpen = false;
    this.#unsubscribe();
    for (const entry of this.#entries.values()) entry.stop();
  }

  /** Before the caches are in sync there is nobody to tell: `open` has everybody look. */
  #take(change: Change): void {
    if (!this.#isOpen) return;
    const { cluster, pool, world } = this.#options;
    const { extent, actors, graphs, owners } = affectedBy(change, cluster);
    const { holders, isAnyFree } = addressMovesOf(change, { cluster, pool, world, waiting: this.#waiting });
    for (const key of graphs) this.#graphs.invalidate(key, change.key);
    // Most often it is the status that was written for it.
    const isTold = extent === 'status' && this.#options.isTold?.(change.key) === true;
    for (const key of [...actors, ...holders]) if (!isTold || key !== change.key) this.#mark(key);
    for (const key of owners) for (const route of this.#graphs.servingRoutes(key)) this.#mark(route);
    const gateways = haveOwnPortsChanged(change) ? [...actors].filter(isGatewayKey) : [];
    this.#markNamed(gateways.flatMap((key) => this.#graphs.dependentRoutes(key)));
    if (!isAnyFree) return;
    pool.noteFreed();
    this.markWaiting();
  }

  #mark(key: ObjectKey<ActorKind>): void {
    if (this.#dirty.add(key)) this.#options.watcher?.added(key);
    this.flushSoon();
  }

  /** A turn comes soon: those that are dirty look then, and wishes are decided, also those made outside of a turn. */
  flushSoon(): void {
    if (!this.#isOpen || this.#isScheduled) return;
    this.#isScheduled = true;
    this.#options.soon(() => this.#turn());
  }

  #turn(): void {
    this.#isScheduled = false;
    if (!this.#isOpen) return;
    const end = this.#options.now() + turnMs;
    this.#memo.during(() => {
      do {
        if (this.#sweep.next().done === true) this.#sweep = this.#lookAround();
      } while (this.#isAtWork && this.#options.now() < end);
      this.#options.flush();
    });
    if (this.#isAtWork) this.flushSoon();
  }

  /**
   * All that are dirty, in order. Claims are settled when all Gateways have said what they have, and go on their way before
   * others look. It stops after each step, for another turn. Decisions hold until an address is granted or let go.
   */
  *#lookAround(): Generator<void, void> {
    this.#isAtWork = true;
    yield* this.#pass('classes');
    if (yield* this.#pass('gateways')) yield* this.#settleClaims();
    yield* this.#pass('gateways');
    yield* this.#pass('attached');
    this.#isAtWork = !this.#dirty.isEmpty || this.#options.pool.hasClaims;
  }

  /** Whether all have looked: it ends where one of those before them has come, or a claim of theirs, which goes first. */
  *#pass(rank: Rank): Generator<void, boolean> {
    for (const key of Array.from(this.#dirty[rank])) {
      if (this.#dirty.isAnyBefore(rank) || (rank === 'attached' && this.#options.pool.hasClaims)) return false;
      if (this.#dirty[rank].delete(key)) this.#lookAt(key);
      yield;
    }
    return true;
  }

  *#settleClaims(): Generator<void, void> {
    const { pool } = this.#options;
    this.#memo.forget();
    const moved = new Set<ObjectKey<ActorKind>>();
    for (const { gateway, event } of pool.settle()) {
      if (event === undefined) this.#mark(gateway);
      else this.deliver(gateway, event);
      for (const route of this.#options.cluster.routesOf(gateway).map(keyOf)) {
        this.#mark(route);
        moved.add(route);
      }
      yield;
    }
    yield* this.#markRivals(moved);
    if (pool.revision !== this.#poolRevision) this.markWaiting();
    this.#poolRevision = pool.revision;
  }

  #lookAt(key: ObjectKey<ActorKind>): void {
    this.#options.watcher?.began(key);
    this.#look(key);
    this.#options.watcher?.ended(key);
  }

  #look(key: ObjectKey<ActorKind>): void {
    try {
      const entry = this.#entryFor(key);
      if (entry !== undefined) this.#observe(entry);
      else this.#crashes.forget(key);
    } catch (error) {
      // A bug in a decision over this object: it waits for its next change, all others go on.
      this.#options.onCrash(key, error);
      this.#crashes.note(key, undefined);
      return;
    }
    const shifted = isGatewayKey(key) ? this.#graphs.takeShifted(key) : [];
    for (const route of shifted) this.#mark(route);
    Array.from(this.#markRivals(shifted));
  }

  /** All who may want the same Services as these routes look again. It stops after each Service. */
  *#markRivals(routes: Iterable<ObjectKey<ActorKind>>): Generator<void, void> {
    for (const rivals of rivalsOf(routes, this.#options.cluster)) {
      for (const key of rivals) this.#mark(key);
      yield;
    }
  }

  /** The actor of an object, made where one is needed. */
  #entryFor(key: ObjectKey<ActorKind>): ActorEntry | undefined {
    const { cluster, onCrash } = this.#options;
    const object = cluster.get(key);
    const rejection = cluster.rejection(key);
    const uid = object?.metadata.uid ?? rejection?.uid ?? '';
    const known = this.#entries.get(key);
    if (known !== undefined && (uid === '' || known.uid === uid)) return known;
    if (known !== undefined) this.#retire(known);
    if (rejection !== undefined && isGatewayKey(key)) this.#options.pool.reserve(key, rejection);
    const entry = spawn(key, uid, { charts: this.#charts, world: this.world }, (error) => onCrash(key, error));
    if (entry !== undefined) this.#entries.set(key, entry);
    return entry;
  }

  #observe(entry: ActorEntry): void {
    const { key, state: from } = entry;
    const facts = entry.observe();
    if (entry.hasCrashed) {
      this.#drop(key);
      if (this.#crashes.note(key, facts)) this.#mark(key);
      return;
    }
    this.#crashes.forget(key);
    this.#note(entry, 'Observed', from);
    if (entry.isFinished) this.#drop(key);
  }

  /** Another object has taken the name: what the old one held is free, its Services follow their routes. */
  #retire(entry: ActorEntry): void {
    entry.stop();
    this.#release(entry.key, entry.uid);
    this.#drop(entry.key);
  }

  /** It looks again then: what it found is not so any more. */
  #release(key: ObjectKey<ActorKind>, uid: string): void {
    if (this.#options.pool.held(uid).length > 0) this.#mark(key);
    this.#options.pool.release(uid);
    this.#memo.forget();
  }

  #drop(key: ObjectKey<ActorKind>): void {
    this.#entries.delete(key);
    this.#waiting.delete(key);
  }

  #note(entry: ActorEntry, event: string, from: ActorState): void {
    const to = entry.state;
    entry.mailbox.note(this.#options.now(), event, to);
    if (to === 'Pending.PoolExhausted' || to === 'Pending.AddressNotUsable') this.#waiting.add(entry.key);
    else this.#waiting.delete(entry.key);
    this.#options.onEvent?.(entry.key);
    if (from !== to) this.#options.onTransition({ key: entry.key, event, from, to });
  }
}
