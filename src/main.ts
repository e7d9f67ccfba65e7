import type { Server } from 'node:http';
import { setTimeout as sleepFor } from 'node:timers/promises';
import { AddressPool } from './actors/address-pool.ts';
import { LedgerKeeper } from './actors/ledger-keeper.ts';
import { type PoolSource, poolSource, readPool } from './actors/pool-source.ts';
import { reportsOf } from './actors/reports.ts';
import { ActorSystem, type Transition } from './actors/system.ts';
import { Cluster } from './cluster/cluster.ts';
import type { Config } from './config.ts';
import { Effects } from './effects/effects.ts';
import { WriteQueue } from './effects/write-queue.ts';
import { kubeVip } from './gateway/announcer.ts';
import { partsOf } from './gateway/keys.ts';
import { managedBy, managedByLabel } from './gateway/ledger.ts';
import type { KubernetesClient } from './kubernetes/client.ts';
import { connect, ownNamespace } from './kubernetes/connect.ts';
import { objectPath } from './kubernetes/kinds.ts';
import type { Kind, ObjectKey } from './objects/keys.ts';
import { serve } from './observability/http.ts';
import type { Logger } from './observability/logger.ts';
import { Metrics } from './observability/metrics.ts';
import { healthPages, metricsPages } from './observability/pages.ts';
import { Reporter } from './observability/reporter.ts';
import { decode } from './watch/decode.ts';
import { Follow, type Source } from './watch/follow.ts';

/** What the outside world gives the controller. */
export interface Surroundings {
  readonly logger: Logger;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** 0 up to, not including, 1. */
  readonly random: () => number;
  /** How often kinds that are not served are looked for, in milliseconds. */
  readonly discoveryMs?: number;
  /** Told of every transition, for a live display. */
  readonly onTransition?: (transition: Transition) => void;
}

const userAgent = 'gateway-api-controller';
const writeConcurrency = 32;
const defaultDiscoveryMs = 10_000;
const followed: readonly Kind[] = ['GatewayClass', 'Gateway', 'TCPRoute', 'UDPRoute', 'Service', 'EndpointSlice'];

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

/** A running controller: the only place that constructs parts and connects them. */
export class Controller {
  readonly cluster = new Cluster();
  readonly pool: AddressPool;
  readonly actors: ActorSystem;
  readonly #config: Config;
  readonly #surroundings: Surroundings;
  readonly #reporter: Reporter;
  readonly #metrics: Metrics;
  readonly #client: KubernetesClient;
  readonly #queue: WriteQueue;
  readonly #effects: Effects;
  readonly #follow: Follow;
  readonly #keeper: LedgerKeeper;
  readonly #poolSource: PoolSource | undefined;
  readonly #servers: { metrics: Server | undefined; health: Server | undefined } = {
    metrics: undefined,
    health: undefined,
  };
  #running: Promise<void> = Promise.resolve();
  #isOpen = false;

  constructor(config: Config, surroundings: Surroundings) {
    this.#config = config;
    this.#surroundings = surroundings;
    this.#poolSource = poolSource(config.ipamConfigMap, ownNamespace(surroundings.environment));
    this.#reporter = new Reporter(surroundings.logger, surroundings.now);
    this.#metrics = new Metrics({
      actors: () => [...this.actors.entries].map(([key, { state }]) => ({ kind: partsOf(key).kind, state })),
      heldAddresses: () => this.pool.heldCount,
      queueDepth: () => this.#queue.depth,
    });
    this.#client = connect({
      kubeconfig: config.kubeconfig,
      userAgent,
      now: surroundings.now,
      onAnswer: (method, code) => this.#metrics.requests.inc({ method, code }),
    });
    this.pool = new AddressPool({
      cluster: this.cluster,
      onError: (error) => this.#reporter.crash('AddressPool', error),
    });
    this.#queue = this.#buildQueue();
    this.actors = this.#buildActors();
    this.#keeper = this.#buildKeeper();
    this.#follow = this.#buildFollow();
    this.#effects = this.#buildEffects();
    this.cluster.onChange(({ key }) => {
      if (key.startsWith('ConfigMap/')) this.#refreshPool();
    });
  }

  get servers(): { readonly metrics: Server | undefined; readonly health: Server | undefined } {
    return this.#servers;
  }

  async start(): Promise<void> {
    const { metricsBindAddress, healthProbeBindAddress } = this.#config;
    this.#servers.metrics = await serve('metrics-bind-address', metricsBindAddress, metricsPages(this.#metrics));
    this.#servers.health = await serve('health-probe-bind-address', healthProbeBindAddress, healthPages(this.#follow));
    this.#running = this.#follow.run();
  }

  /** Caches in sync, nobody dirty, nothing queued or waiting for another try. */
  isAtRest(): boolean {
    return this.#follow.isSynced && this.actors.isIdle && this.#queue.depth === 0;
  }

  /** Takes no more events, finishes the writes on their way, closes everything. */
  async stop(): Promise<void> {
    this.#follow.stop();
    this.#keeper.stop();
    this.actors.stop();
    await this.#queue.close();
    await this.#running;
    await this.#client.close();
    for (const server of Object.values(this.#servers)) {
      server?.close();
      server?.closeAllConnections();
    }
  }

  #buildQueue(): WriteQueue {
    const { random, now } = this.#surroundings;
    return new WriteQueue({
      send: (request) => this.#client.request(request),
      concurrency: writeConcurrency,
      random,
      now,
      after: runAfter,
      onTurn: ({ id }, result) => this.#metrics.writes.inc({ effect: id.split(' ')[0] ?? id, result }),
    });
  }

  #buildActors(): ActorSystem {
    return new ActorSystem({
      cluster: this.cluster,
      pool: this.pool,
      world: { view: this.cluster, addresses: this.pool, settings: this.#config, announcer: kubeVip },
      request: (name, key, by) => this.#effects.request(name, key, by),
      flush: () => this.#effects.flush(),
      soon: setImmediate,
      now: this.#surroundings.now,
      onReleased: (addresses) => {
        for (const address of addresses) this.#keeper.look(address);
      },
      onTransition: (transition) => {
        this.#metrics.transitions.inc({ kind: partsOf(transition.key).kind, state: transition.to });
        this.#reporter.transition(transition);
        this.#surroundings.onTransition?.(transition);
      },
      onCrash: (key, error) => {
        this.#metrics.crashes.inc({ kind: partsOf(key).kind });
        this.#reporter.crash(key, error);
      },
    });
  }

  #buildKeeper(): LedgerKeeper {
    return new LedgerKeeper({
      cluster: this.cluster,
      pool: this.pool,
      settings: this.#config,
      lookAgain: (gateway) => {
        if (gateway !== undefined) this.actors.lookAgain(gateway);
        this.actors.markWaiting();
      },
      request: (entry, by) => {
        if (!this.#isOpen) return;
        this.#effects.request('ledger-entry', entry, by);
        this.actors.flushSoon();
      },
      readAgain: (entry) => void this.#readAgain(entry),
      after: runAfter,
      now: this.#surroundings.now,
    });
  }

  #buildFollow(): Follow {
    const everywhere = followed.map((kind): Source => ({ kind, namespace: '', selectors: {} }));
    return new Follow({
      client: this.#client,
      cluster: this.cluster,
      sources: [...everywhere, ledgerSource(this.#config), ...configMapSources(this.#poolSource)],
      random: this.#surroundings.random,
      sleep: async (ms, signal) => {
        await sleepFor(ms, undefined, { signal }).catch(() => {});
      },
      discoveryMs: this.#surroundings.discoveryMs ?? defaultDiscoveryMs,
      onSynced: () => {
        this.#isOpen = true;
        this.#refreshPool();
        this.actors.open();
        this.#keeper.sweep();
        this.#reporter.synced(this.#follow.describe());
      },
      onAvailability: (kind, why) => {
        this.#reporter.availability(kind, why);
        if (kind === 'ConfigMap') this.#refreshPool();
        this.actors.markAll();
      },
      onFailure: (what, failure) => this.#reporter.readFailure(what, failure),
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
        reports: reportsOf(this.actors),
        versionOf: (kind) => this.#follow.versionOf(kind),
        quarantineMs: () => this.pool.quarantineMs,
        timestamp: () => new Date(this.#surroundings.now()).toISOString().replace(/\.\d{3}Z$/, 'Z'),
      },
      queue: this.#queue,
      send: (request) => this.#client.request(request),
      fold: (key, body) => this.#fold(key, body),
      forget: (key, uid) => this.#forget(key, uid),
      deliver: (key, event) => this.actors.deliver(key, event),
      onFailure: (what, key, failure) => this.#reporter.writeFailure(what, key, failure),
    });
  }

  /** Takes an object that the server answered with into the cluster, before its watch event comes. */
  #fold(key: ObjectKey, body: unknown): void {
    const decoded = decode(partsOf(key).kind, body);
    if (decoded === undefined) return;
    if ('rejection' in decoded) this.cluster.reject(decoded.rejection);
    else if (decoded.object.kind !== 'IPAddress' || !this.#keeper.take(decoded.object))
      this.cluster.apply(decoded.object);
  }

  #forget(key: ObjectKey, uid: string): void {
    if (key.startsWith('IPAddress/') && this.#keeper.forget(partsOf(key).name)) return;
    this.cluster.remove(key, uid);
  }

  async #readAgain(key: ObjectKey<'IPAddress'>): Promise<void> {
    const path = objectPath(key, this.#follow.versionOf('IPAddress'));
    const result = await this.#client.request({ method: 'GET', path });
    if ('body' in result) this.#fold(key, result.body);
    else if (result.failure.kind === 'absent') this.#forget(key, '');
    else this.#keeper.readLater(partsOf(key).name);
  }

  #refreshPool(): void {
    if (!this.#isOpen) return;
    const read = readPool(this.#poolSource, this.cluster);
    this.#reporter.pool(read);
    this.pool.setPool(read);
    this.#keeper.sweep();
    this.actors.markWaiting();
  }
}

function runAfter(ms: number, action: () => void): () => void {
  const timer = setTimeout(action, ms);
  return () => clearTimeout(timer);
}

/** Only our own entries of the ledger: Kubernetes has one for each Service. */
function ledgerSource(config: Config): Source {
  return { kind: 'IPAddress', namespace: '', selectors: { labelSelector: `${managedByLabel}=${managedBy(config)}` } };
}

/** Only the ConfigMaps of that name are watched, not all. */
function configMapSources(source: PoolSource | undefined): readonly Source[] {
  return (source?.namespaces ?? []).map((namespace) => ({
    kind: 'ConfigMap',
    namespace,
    selectors: { fieldSelector: `metadata.name=${source?.name}` },
  }));
}
