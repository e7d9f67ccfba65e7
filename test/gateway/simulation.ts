import { AddressPool } from '../../src/actors/address-pool.ts';
import { LedgerKeeper } from '../../src/actors/ledger-keeper.ts';
import { poolSource, readPool } from '../../src/actors/pool-source.ts';
import { reportsOf, settledReportsOf } from '../../src/actors/reports.ts';
import { ActorSystem } from '../../src/actors/system.ts';
import { Cluster } from '../../src/cluster/cluster.ts';
import { type Config, parseConfig } from '../../src/config.ts';
import { Effects } from '../../src/effects/effects.ts';
import { digestOf } from '../../src/effects/repeats.ts';
import type { WriteQueue, WriteTask } from '../../src/effects/write-queue.ts';
import { happeningsOf } from '../../src/gateway/events.ts';
import type { Happening } from '../../src/gateway/happening.ts';
import { isGatewayKey, partsOf } from '../../src/gateway/keys.ts';
import type { Failure } from '../../src/kubernetes/failure.ts';
import { kinds } from '../../src/kubernetes/kinds.ts';
import type { Kind, ObjectKey } from '../../src/objects/keys.ts';
import type { Rejection } from '../../src/objects/rejection.ts';
import type { FollowedObject } from '../../src/objects/view.ts';
import { decode } from '../../src/watch/decode.ts';
import { findStaleFacts } from '../support/stale-facts.ts';
import { Clock } from './clock.ts';
import type { Manifest, Stored } from './manifests.ts';
import { MemoryApi, type Write } from './memory-api.ts';

export interface SimulationOptions {
  /** Flags of the command line. */
  readonly flags: readonly string[];
  readonly api?: MemoryApi;
  readonly clock?: Clock;
  /** Kinds that the cluster does not serve. */
  readonly notServed?: readonly Kind[];
  /** Writes that the API server refuses, as `<effect> <key>`; they are tried again only by a restart. */
  readonly refused?: readonly string[];
}

/** The controller without its client: the real rooms in memory, turn after turn until nobody wants anything. */
export class Simulation {
  readonly api: MemoryApi;
  readonly clock: Clock;
  readonly cluster = new Cluster();
  readonly flags: readonly string[];
  readonly config: Config;
  /** All that was written so far. */
  readonly writes: Write[] = [];
  /** All that would be Events. */
  readonly happenings: Happening[] = [];
  readonly pool: AddressPool;
  readonly actors: ActorSystem;
  readonly #keeper: LedgerKeeper;
  readonly #effects: Effects;
  readonly #withheld = new Map<string, string>();
  readonly #refused: ReadonlySet<string>;
  readonly #crashes: unknown[] = [];
  readonly #turns: (() => void)[] = [];
  readonly #tasks = new Map<string, WriteTask>();

  constructor({ flags, api = new MemoryApi(), clock = new Clock(), notServed = [], refused = [] }: SimulationOptions) {
    this.api = api;
    this.clock = clock;
    this.flags = flags;
    this.config = parseConfig(flags);
    this.#refused = new Set(refused);
    this.pool = new AddressPool({
      cluster: this.cluster,
      settings: this.config,
      onReleased: (addresses) => {
        for (const address of addresses) this.#keeper.look(address);
      },
      onAdopted: () => this.#keeper.sweep(),
      onError: (error) => this.#crashes.push(error),
    });
    this.actors = this.#buildActors();
    this.#keeper = this.#buildKeeper();
    this.#effects = this.#buildEffects();
    this.#list(new Set(notServed));
    this.cluster.onChange(({ key }) => {
      if (key.startsWith('ConfigMap/')) this.#readPool();
    });
    this.#readPool();
    this.actors.open();
  }

  /** As `kubectl apply`. */
  put(manifest: Manifest): Stored {
    return this.#tell(this.api.put(manifest));
  }

  patch(key: ObjectKey, body: unknown): Stored {
    return this.#tellOrForget(key, this.api.patch(key, body));
  }

  remove(key: ObjectKey): Stored | undefined {
    const gone = this.api.remove(key);
    return gone && this.#tellOrForget(key, gone);
  }

  /** @throws where an actor crashes, or it does not come to rest. */
  run(): this {
    for (let step = 0; step < 2_000; step += 1) {
      if (this.#crashes.length > 0) throw new Error('an actor crashed', { cause: this.#crashes[0] });
      const turn = this.#turns.shift();
      const [task] = this.#tasks.values();
      if (turn !== undefined) turn();
      else if (task !== undefined) this.#write(task);
      else return this.#assertNothingIsStale();
    }
    const last = this.writes.slice(-6).map((write) => `${write.verb} ${write.key}`);
    throw new Error(`does not come to rest: ${last.join(', ')}`);
  }

  #assertNothingIsStale(): this {
    const stale = findStaleFacts(this.actors);
    if (stale.length > 0) throw new Error(`at rest, but ${stale.join('; ')}`);
    return this;
  }

  stop(): void {
    this.actors.stop();
    this.#keeper.stop();
  }

  #write(task: WriteTask): void {
    this.#tasks.delete(task.id);
    const request = task.decide();
    if (request === undefined) return;
    if (this.#refused.has(task.id)) {
      this.#refuse(task, digestOf(request));
      return;
    }
    const { result, write } = this.api.handle(request);
    this.writes.push(write);
    const known = this.cluster.get(write.key);
    if (known !== undefined && this.api.get(write.key) === undefined) {
      this.cluster.remove(write.key, known.metadata.uid);
    }
    task.accept(request, 'body' in result ? result.body : undefined);
  }

  /** As the write queue does: the same request is not sent again because it is asked for again. */
  #refuse(task: WriteTask, digest: string): void {
    if (this.#withheld.get(task.id) === digest) return;
    this.#withheld.set(task.id, digest);
    const failure: Failure = { kind: 'refused', code: 422, message: 'not allowed here' };
    task.failed(failure);
  }

  #tellOrForget(key: ObjectKey, object: Stored): Stored {
    if (this.api.get(key) !== undefined) return this.#tell(object);
    this.cluster.remove(key, object.metadata.uid);
    return object;
  }

  #list(notServed: ReadonlySet<Kind>): void {
    for (const kind of (Object.keys(kinds) as Kind[]).filter((candidate) => !notServed.has(candidate))) {
      const objects: FollowedObject[] = [];
      const rejections: Rejection[] = [];
      for (const object of this.api.objects.filter((candidate) => candidate.kind === kind)) {
        const decoded = decode(kind, object);
        if (decoded !== undefined && 'object' in decoded) objects.push(decoded.object);
        else if (decoded !== undefined) rejections.push(decoded.rejection);
      }
      this.cluster.replace({ kind, namespace: '', resourceVersion: '1', objects, rejections });
    }
  }

  #tell(object: Stored): Stored {
    const decoded = decode(object.kind, object);
    if (decoded === undefined) throw new Error(`${object.kind} ${object.metadata.name} cannot be named`);
    if ('object' in decoded) this.cluster.apply(decoded.object);
    else this.cluster.reject(decoded.rejection);
    return object;
  }

  #readPool(): void {
    this.pool.setPool(readPool(poolSource(this.config, undefined), this.cluster));
    this.#keeper.sweep();
    for (const key of this.cluster.keysOf('Gateway')) if (isGatewayKey(key)) this.actors.lookAgain(key);
  }

  #buildActors(): ActorSystem {
    return new ActorSystem({
      cluster: this.cluster,
      pool: this.pool,
      world: {
        view: this.cluster,
        addresses: this.pool,
        settings: this.config,
        refusalOf: (key) => this.#effects.refusalOf(key),
      },
      request: (name, key, by) => this.#effects.request(name, key, by),
      flush: () => this.#effects.flush(),
      isTold: (key) => this.#effects.isTold(key),
      soon: (action) => this.#turns.push(action),
      now: () => this.clock.now,
      onTransition: () => {},
      onCrash: (_key, error) => this.#crashes.push(error),
    });
  }

  #buildKeeper(): LedgerKeeper {
    return new LedgerKeeper({
      cluster: this.cluster,
      pool: this.pool,
      settings: this.config,
      lookAgain: () => {},
      request: (entry, by) => {
        this.#effects.request('ledger-entry', entry, by);
        this.actors.flushSoon();
      },
      after: (ms, action) => this.clock.after(ms, action),
      now: () => this.clock.now,
    });
  }

  #buildEffects(): Effects {
    const queue: Pick<WriteQueue, 'request'> = { request: (task) => this.#tasks.set(task.id, task) };
    return new Effects({
      onError: (_what, error) => this.#crashes.push(error),
      context: {
        world: this.actors.world,
        reports: settledReportsOf(this.actors),
        versionOf: (kind) => kinds[kind].versions[0] ?? 'v1',
        quarantineMs: () => this.pool.quarantineMs,
        isDoubtful: () => false,
        timestamp: () => this.clock.timestamp,
      },
      queue: queue as WriteQueue,
      send: () => Promise.reject(new Error('nothing is read again')),
      fold: (key, body) => {
        this.#tell({ ...(body as Stored), kind: partsOf(key).kind });
      },
      forget: (key, uid) => this.cluster.remove(key, uid),
      deliver: (key, event) => this.actors.deliver(key, event),
      onWritten: (write) => {
        const scope = { world: this.actors.world, reports: reportsOf(this.actors) };
        this.happenings.push(...happeningsOf(write, scope));
      },
      onFailure: (_what, key) => this.actors.lookAgainAround(key),
    });
  }
}
