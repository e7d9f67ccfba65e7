import type { Server } from 'node:http';
import { setTimeout as sleepFor } from 'node:timers/promises';
import { AddressPool } from './actors/address-pool.ts';
import { poolSource, readPool } from './actors/pool-source.ts';
import { reportsOf } from './actors/reports.ts';
import { ActorSystem } from './actors/system.ts';
import { Cluster } from './cluster/cluster.ts';
import type { Config } from './config.ts';
import { Effects } from './effects/effects.ts';
import { WriteQueue } from './effects/write-queue.ts';
import { kubeVip } from './gateway/announcer.ts';
import { partsOf } from './gateway/keys.ts';
import { connect, ownNamespace } from './kubernetes/connect.ts';
import type { Kind } from './objects/keys.ts';
import type { Settings } from './objects/view.ts';
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
  readonly onTransition?: Reporter['transition'];
}

/** A running controller. */
export interface Controller {
  readonly cluster: Cluster;
  readonly actors: ActorSystem;
  readonly pool: AddressPool;
  readonly servers: { readonly metrics: Server | undefined; readonly health: Server | undefined };
  /** Caches in sync, nobody dirty, nothing queued or waiting for another try. */
  isAtRest(): boolean;
  /** Takes no more events, finishes the writes on their way, closes everything. */
  stop(): Promise<void>;
}

const userAgent = 'gateway-api-controller';
const writeConcurrency = 32;
const discoveryMs = 10_000;

/**
 * Builds and connects all parts; the only place that does.
 * @throws KubeconfigError, BindError
 */
export async function startController(config: Config, surroundings: Surroundings): Promise<Controller> {
  const { logger, now, random } = surroundings;
  const settings: Settings = config;
  const cluster = new Cluster();
  const reporter = new Reporter(logger, now);
  const pool = new AddressPool({
    isOnService: (address) => cluster.servicesAt(address).length > 0,
    onError: (error) => reporter.crash('AddressPool', error),
  });
  const metrics: Metrics = new Metrics({
    actors: () => [...actors.entries].map(([key, { state }]) => ({ kind: partsOf(key).kind, state })),
    heldAddresses: () => [...pool.entries()].reduce((sum, [, addresses]) => sum + addresses.length, 0),
    queueDepth: () => queue.depth,
  });
  const client = connect({
    kubeconfig: config.kubeconfig,
    userAgent,
    now,
    onAnswer: (method, code) => metrics.requests.inc({ method, code }),
  });
  const queue = new WriteQueue({
    send: (request) => client.request(request),
    concurrency: writeConcurrency,
    random,
    now,
    after: (ms, action) => {
      const timer = setTimeout(action, ms);
      return () => clearTimeout(timer);
    },
    onTurn: ({ id }, result) => metrics.writes.inc({ effect: id.split(' ')[0] ?? id, result }),
  });
  const actors: ActorSystem = new ActorSystem({
    cluster,
    pool,
    world: { view: cluster, addresses: pool, settings, announcer: kubeVip },
    request: (name, key, by) => effects.request(name, key, by),
    flush: () => effects.flush(),
    soon: setImmediate,
    now,
    onTransition: (transition) => {
      metrics.transitions.inc({ kind: partsOf(transition.key).kind, state: transition.to });
      reporter.transition(transition);
      surroundings.onTransition?.(transition);
    },
    onCrash: (key, error) => {
      metrics.crashes.inc({ kind: partsOf(key).kind });
      reporter.crash(key, error);
    },
  });
  const source = poolSource(config.ipamConfigMap, ownNamespace(surroundings.environment));
  let isOpen = false;
  const refreshPool = (): void => {
    const read = readPool(source, cluster);
    reporter.pool(read);
    pool.setPool(read);
    actors.markWaiting();
  };
  const follow: Follow = new Follow({
    client,
    cluster,
    sources: [...followed.map((kind): Source => ({ kind, namespace: '', selectors: {} })), ...poolSources(source)],
    random,
    sleep: async (ms, signal) => {
      await sleepFor(ms, undefined, { signal }).catch(() => {});
    },
    discoveryMs: surroundings.discoveryMs ?? discoveryMs,
    onSynced: () => {
      isOpen = true;
      refreshPool();
      actors.open();
      reporter.synced(follow.describe());
    },
    onAvailability: (kind, why) => {
      reporter.availability(kind, why);
      if (kind === 'ConfigMap' && isOpen) refreshPool();
      actors.markAll();
    },
    onFailure: (what, failure) => reporter.readFailure(what, failure),
    onRejection: (rejection) => {
      metrics.rejections.inc({ kind: rejection.kind });
      reporter.rejection(rejection);
    },
  });
  const effects: Effects = new Effects({
    context: {
      world: actors.world,
      reports: reportsOf(actors),
      versionOf: (kind) => follow.versionOf(kind),
      timestamp: () => new Date(now()).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    },
    queue,
    send: (request) => client.request(request),
    fold: (key, body) => {
      const decoded = decode(partsOf(key).kind, body);
      if (decoded === undefined) return;
      if ('object' in decoded) cluster.apply(decoded.object);
      else cluster.reject(decoded.rejection);
    },
    forget: (key, uid) => cluster.remove(key, uid),
    deliver: (key, event) => actors.deliver(key, event),
    onFailure: (what, key, failure) => reporter.writeFailure(what, key, failure),
  });
  cluster.onChange(({ key }) => {
    if (key.startsWith('ConfigMap/') && isOpen) refreshPool();
  });
  const servers = {
    metrics: await serveAt('metrics-bind-address', config.metricsBindAddress, metricsPages(metrics)),
    health: await serveAt('health-probe-bind-address', config.healthProbeBindAddress, healthPages(follow)),
  };
  const running = follow.run();
  return {
    cluster,
    actors,
    pool,
    servers,
    isAtRest: () => follow.isSynced && actors.isIdle && queue.depth === 0,
    stop: async () => {
      follow.stop();
      actors.stop();
      await queue.close();
      await running;
      await client.close();
      for (const server of [servers.metrics, servers.health]) server?.close();
      for (const server of [servers.metrics, servers.health]) server?.closeAllConnections();
    },
  };
}

const followed: readonly Kind[] = ['GatewayClass', 'Gateway', 'TCPRoute', 'UDPRoute', 'Service', 'EndpointSlice'];

/** Only the ConfigMaps of that name are watched, not all. */
function poolSources(source: ReturnType<typeof poolSource>): readonly Source[] {
  return (source?.namespaces ?? []).map((namespace) => ({
    kind: 'ConfigMap',
    namespace,
    selectors: { fieldSelector: `metadata.name=${source?.name}` },
  }));
}

async function serveAt(flag: string, address: string, pages: Parameters<typeof serve>[2]): Promise<Server | undefined> {
  return address === '0' ? undefined : serve(flag, address, pages);
}
