import { hostname } from 'node:os';
import { poolMapsOf } from './actors/pool-source.ts';
import { reportsOf } from './actors/reports.ts';
import type { ActorSystem } from './actors/system.ts';
import type { Cluster } from './cluster/cluster.ts';
import type { Config } from './config.ts';
import { Events } from './effects/events.ts';
import { type EventScope, happeningsOf, type WriteRecord } from './gateway/events.ts';
import type { Happening } from './gateway/happening.ts';
import { holdingsOf } from './gateway/holdings.ts';
import { isServiceKey } from './gateway/keys.ts';
import { happeningsOfPool, happeningsOfPoolEdit } from './gateway/pool-events.ts';
import { happeningOfRevert, happeningsOfRemoval } from './gateway/service-events.ts';
import type { NoPool } from './ipam/allocator.ts';
import type { Pool } from './ipam/pool.ts';
import type { ApiRequest, ApiResult } from './kubernetes/client.ts';
import type { Kind, ObjectKey } from './objects/keys.ts';
import type { PoolSource } from './objects/pool-source.ts';
import type { Metrics } from './observability/metrics.ts';
import type { Reporter } from './observability/reporter.ts';
import type { Surroundings } from './surroundings.ts';

export interface EventDeskParts {
  readonly config: Config;
  readonly surroundings: Surroundings;
  readonly metrics: Metrics;
  readonly reporter: Reporter;
  readonly follow: { versionOf(kind: Kind): string };
  readonly send: (request: ApiRequest) => Promise<ApiResult>;
  /** All other writes: Events let these go first. */
  readonly queue: { whenIdle(): Promise<void> };
}

/** Where the controller's parts tell what happened: the pure functions say what of it is an Event. */
export class EventDesk {
  readonly #cluster: Cluster;
  readonly #scope: EventScope;
  readonly #events: Events | undefined;
  readonly #onError: (error: unknown) => void;

  constructor(
    { actors, cluster }: { readonly actors: ActorSystem; readonly cluster: Cluster },
    { config, surroundings, metrics, reporter, follow, send, queue }: EventDeskParts,
  ) {
    this.#cluster = cluster;
    this.#scope = { world: actors.world, reports: reportsOf(actors) };
    this.#onError = (error) => reporter.crash('Events', error);
    if (!config.events) return;
    const { now, after } = surroundings.timers;
    this.#events = new Events({
      send,
      whenIdle: () => queue.whenIdle(),
      versionOf: (kind) => follow.versionOf(kind),
      controllerName: config.controllerName,
      instance: hostname(),
      now,
      after,
      onError: this.#onError,
      onResult: (result) => metrics.events.inc({ result }),
      onFailure: (failure) => reporter.eventFailure(failure),
    });
  }

  /** The API server took a write. */
  written(write: WriteRecord): void {
    this.#tell(() => happeningsOf(write, this.#scope));
  }

  /**
   * @param task id of a write that is wanted again and again.
   * @param askers those who want it.
   */
  repeated(task: string, askers: readonly ObjectKey[]): void {
    const key = (task.split(' ')[1] ?? '') as ObjectKey;
    if (!isServiceKey(key)) return;
    const service = this.#cluster.get(key);
    const owners = askers.flatMap((asker) => this.#cluster.get(asker) ?? []);
    this.#tell(() => (service === undefined ? happeningsOfRemoval(key, owners) : [happeningOfRevert(service)]));
  }

  poolRead(before: Pool | NoPool, after: Pool | NoPool, source: PoolSource | undefined): void {
    this.#tell(() => {
      const cluster = this.#cluster;
      const configMaps = source === undefined ? [] : poolMapsOf(source, cluster);
      const problems = 'missing' in after ? [] : happeningsOfPool(configMaps, after.problems);
      const holdings = () =>
        holdingsOf(this.#cluster.all('IPAddress'), this.#cluster.all('Gateway'), this.#holdingScope);
      return [...problems, ...happeningsOfPoolEdit(before, after, holdings, cluster)];
    });
  }

  async close(): Promise<void> {
    await this.#events?.close();
  }

  get #holdingScope(): Parameters<typeof holdingsOf>[2] {
    return { view: this.#cluster, settings: this.#scope.world.settings };
  }

  /** A bug in here must not touch what the controller is for. */
  #tell(decide: () => readonly Happening[]): void {
    if (this.#events === undefined) return;
    try {
      for (const happening of decide()) this.#events.record(happening);
    } catch (error) {
      this.#onError(error);
    }
  }
}
