import { AddressPool } from './actors/address-pool.ts';
import type { Leadership } from './actors/leadership.ts';
import { LedgerKeeper } from './actors/ledger-keeper.ts';
import { ParameterSources } from './actors/parameter-sources.ts';
import { concernsPool, poolSource, readPool } from './actors/pool-source.ts';
import { settledReportsOf } from './actors/reports.ts';
import { ActorSystem } from './actors/system.ts';
import { Cluster } from './cluster/cluster.ts';
import type { Config } from './config.ts';
import { Effects } from './effects/effects.ts';
import type { WriteQueue } from './effects/write-queue.ts';
import { buildLeadership } from './election.ts';
import { EventDesk } from './event-desk.ts';
import { isGatewayKey } from './gateway/keys.ts';
import { type Inspection, inspectionOf } from './inspection.ts';
import type { ApiClient, ApiRequest, ApiResult } from './kubernetes/client.ts';
import { ownNamespace } from './kubernetes/connect.ts';
import { tellFailures } from './kubernetes/told-failures.ts';
import { metricsOf } from './measurement.ts';
import type { PoolSource } from './objects/pool-source.ts';
import type { Metrics } from './observability/metrics.ts';
import { Reporter } from './observability/reporter.ts';
import { openServers, type Servers } from './servers.ts';
import { clientOf, type Surroundings } from './surroundings.ts';
import { foldAnswer } from './watch/fold.ts';
import { Follow } from './watch/follow.ts';
import { sourcesOf } from './watch/sources.ts';
import { buildQueue } from './writes.ts';

/**
 * Builds, connects and starts all parts.
 * @throws KubeconfigError, BindError
 */
export async function startController(config: Config, surroundings: Surroundings): Promise<Controller> {
  const controller = new Controller(config, surroundings);
  try {
    await controller.start();
  } catch (error) {
    await controller.stop();
    throw error;
  }
  return controller;
}

/** A running controller: constructs the parts, some of them by the files beside this one, and connects them. */
export class Controller {
  readonly cluster = new Cluster();
  readonly pool: AddressPool;
  /** Resolves when the lease is lost: the process must end, another replica leads. */
  readonly lost: Promise<void>;
  readonly servers: Servers = {};
  readonly actors: ActorSystem;
  readonly #lose: () => void;
  readonly #config: Config;
  readonly #surroundings: Surroundings;
  readonly #reporter: Reporter;
  readonly #metrics: Metrics;
  readonly #client: ApiClient;
  readonly #asking: Pick<ApiClient, 'request'>;
  readonly #queue: WriteQueue;
  readonly #effects: Effects;
  readonly #follow: Follow;
  readonly #keeper: LedgerKeeper;
  readonly #poolSource: PoolSource | undefined;
  readonly #leadership: Leadership | undefined;
  readonly #inspection: Inspection | undefined;
  readonly #events: EventDesk;
  #running: Promise<unknown> = Promise.resolve();
  #hasSynced = false;
  #isOpen = false;

  constructor(config: Config, surroundings: Surroundings) {
    ({ promise: this.lost, resolve: this.#lose } = Promise.withResolvers<void>());
    this.#config = config;
    this.#surroundings = surroundings;
    this.#poolSource = poolSource(config, ownNamespace(surroundings.environment));
    this.#reporter = new Reporter(surroundings.logger, surroundings.timers.monotonic);
    const isLeading = (): boolean => this.#leadership?.isLeading ?? true;
    this.#metrics = metricsOf(this, { config, surroundings, isLeading, followed: () => this.#follow.describe() });
    this.#client = clientOf(config, surroundings, (method, code) => this.#metrics.requests.inc({ method, code }));
    this.#asking = tellFailures(this.#client, (request, failure) => this.#reporter.requestFailure(request, failure));
    this.pool = new AddressPool({
      cluster: this.cluster,
      settings: config,
      onReleased: (addresses) => {
        for (const address of addresses) this.#keeper.look(address);
      },
      onAdopted: () => this.#keeper.sweep(),
      onError: (error) => this.#reporter.crash('AddressPool', error),
    });
    const send = (request: ApiRequest): Promise<ApiResult> => this.#send(request);
    this.#queue = buildQueue({
      surroundings,
      metrics: this.#metrics,
      reporter: this.#reporter,
      onRepeated: (id) => this.#events.repeated(id, this.#effects.askersOf(id)),
      send,
    });
    this.actors = this.#buildActors();
    this.#leadership = config.leaderElect ? this.#buildLeadership() : undefined;
    this.#keeper = this.#buildKeeper();
    this.#follow = this.#buildFollow();
    this.#effects = this.#buildEffects();
    const parts = { config, surroundings, follow: this.#follow, reporter: this.#reporter };
    this.#inspection = inspectionOf({ controller: this, ...parts });
    this.#events = new EventDesk(this, { ...parts, metrics: this.#metrics, queue: this.#queue, send });
    const parameters = new ParameterSources({ cluster: this.cluster, settings: config, sources: this.#follow });
    this.cluster.onChange((change) => {
      parameters.look(change);
      if (concernsPool(change, this.#poolSource)) this.#refreshPool();
    });
  }

  async start(): Promise<void> {
    await openServers(this.servers, {
      config: this.#config,
      metrics: this.#metrics,
      follow: this.#follow,
      running: () => (this.#isOpen ? this.actors : undefined),
      inspection: this.#inspection,
    });
    this.#running = Promise.all([this.#follow.run(), this.#leadership?.run()]);
  }

  /** Caches in sync, nobody dirty, nothing queued or waiting for another try. */
  isAtRest(): boolean {
    return this.#hasSynced && this.#follow.isSynced && this.actors.isIdle && this.#queue.depth === 0;
  }

  /** What stands before it serves anything. */
  readonly waitsFor = (): readonly string[] => [...this.#follow.unread, ...(this.#leadership?.waitsFor ?? [])];
  /** Takes no more events, finishes the writes on their way, closes everything. */
  async stop(): Promise<void> {
    this.#follow.stop();
    this.#inspection?.stop();
    this.#keeper.stop();
    this.actors.stop();
    await this.#queue.close();
    await this.#events.close();
    await this.#leadership?.stop();
    await this.#running;
    await this.#client.close();
    for (const server of Object.values(this.servers)) server?.close().closeAllConnections();
  }

  #buildActors(): ActorSystem {
    return new ActorSystem({
      cluster: this.cluster,
      pool: this.pool,
      world: {
        view: this.cluster,
        addresses: this.pool,
        settings: this.#config,
        refusalOf: (key) => this.#effects.refusalOf(key),
      },
      request: (name, key, by) => this.#effects.request(name, key, by),
      flush: () => this.#effects.flush(),
      isTold: (key) => this.#effects.isTold(key),
      soon: this.#surroundings.timers.soon,
      now: this.#surroundings.timers.now,
      onTransition: (transition) => {
        this.#metrics.actors.transition(transition);
        this.#reporter.transition(transition);
        this.#inspection?.noteTransition(transition);
        this.#surroundings.onTransition?.(transition);
      },
      watcher: this.#metrics.actors.watcher,
      onEvent: this.#config.inspect === '' ? undefined : (key) => this.#inspection?.noteEvent(key),
      onCrash: (key, error) => {
        this.#metrics.actors.crashed(key);
        this.#reporter.crash(key, error);
      },
    });
  }

  /** Actors look and write from the moment that the caches are in sync and, with election, the lease is ours. */
  #open(): void {
    if (this.#isOpen || !this.#hasSynced || this.#leadership?.isLeading === false) return;
    this.#isOpen = true;
    if (this.#leadership !== undefined) this.#follow.distrust();
    this.#readPool();
    this.actors.open();
    this.#inspection?.opened();
  }

  /** A write of one who does not lead (any more) is not sent: it waits, and the process is about to end. */
  async #send(request: ApiRequest): Promise<ApiResult> {
    if (this.#leadership?.mayWrite === false) return { failure: { kind: 'retry', code: 0, message: 'not the leader' } };
    return this.#client.request(request);
  }

  #buildLeadership(): Leadership {
    return buildLeadership({
      config: this.#config,
      surroundings: this.#surroundings,
      client: this.#asking,
      reporter: this.#reporter,
      onLeading: () => queueMicrotask(() => this.#open()),
      onLost: () => {
        this.actors.stop();
        this.#lose();
      },
    });
  }

  #buildKeeper(): LedgerKeeper {
    return new LedgerKeeper({
      cluster: this.cluster,
      pool: this.pool,
      settings: this.#config,
      lookAgain: (gateway) => {
        this.actors.lookAgain(gateway);
        this.actors.markWaiting();
      },
      request: (entry, by) => {
        if (!this.#isOpen) return;
        this.#effects.request('ledger-entry', entry, by);
        this.actors.flushSoon();
      },
      after: this.#surroundings.timers.after,
      now: this.#surroundings.timers.now,
    });
  }

  #buildFollow(): Follow {
    return new Follow({
      client: this.#client,
      cluster: this.cluster,
      sources: sourcesOf(this.#poolSource),
      random: this.#surroundings.random,
      timers: this.#surroundings.timers,
      discoveryMs: this.#surroundings.discoveryMs,
      onSynced: () => {
        this.#hasSynced = true;
        this.#reporter.synced(this.#follow.describe());
        this.#open();
      },
      onAvailability: (kind, why) => {
        this.#reporter.availability(kind, why);
        if (kind === 'ConfigMap') this.#refreshPool();
        this.actors.markAll();
      },
      onUnreadable: (key, why) => this.#reporter.unreadable(key, why),
      onFailure: (what, failure) => this.#reporter.readFailure(what, failure),
      onCrash: (what, error) => this.#reporter.crash(what, error),
      onWatchEnded: (kind, failure) => this.#metrics.watchEnded(kind, failure),
      onRejection: (rejection) => {
        this.#metrics.rejections.inc({ kind: rejection.kind });
        this.#reporter.rejection(rejection);
      },
    });
  }

  #buildEffects(): Effects {
    return new Effects({
      context: {
        world: this.actors.world,
        reports: settledReportsOf(this.actors),
        versionOf: (kind) => this.#follow.versionOf(kind),
        quarantineMs: () => this.pool.quarantineMs,
        isDoubtful: () => this.#follow.isDoubtful,
        timestamp: () => `${new Date(this.#surroundings.timers.now()).toISOString().slice(0, 19)}Z`,
      },
      queue: this.#queue,
      send: (request) => this.#asking.request(request),
      fold: (key, body) => foldAnswer(this.cluster, key, body),
      forget: (key, uid) => this.cluster.remove(key, uid),
      deliver: (key, event) => this.actors.deliver(key, event),
      onWritten: (write) => this.#events.written(write),
      onError: (what, error) => this.#reporter.crash(what, error),
      onAvoided: (id) => this.#metrics.avoided(id),
      onFailure: (what, key, failure) => {
        this.#reporter.writeFailure(what, key, failure);
        this.actors.lookAgainAround(key);
      },
      onOver: (key) => this.actors.lookAgainAround(key),
    });
  }

  #refreshPool(): void {
    if (!this.#isOpen) return;
    this.#readPool();
    this.#keeper.sweep();
    for (const key of this.cluster.keysOf('Gateway')) if (isGatewayKey(key)) this.actors.lookAgain(key);
  }

  #readPool(): void {
    const read = readPool(this.#poolSource, this.cluster);
    this.#reporter.pool(read);
    this.#events.poolRead(this.pool.pool, read, this.#poolSource);
    this.pool.setPool(read);
  }
}
