import type { AddressPool } from './actors/address-pool.ts';
import { poolReport } from './actors/pool-report.ts';
import { statesOf } from './actors/reports.ts';
import type { ActorSystem } from './actors/system.ts';
import type { Cluster } from './cluster/cluster.ts';
import type { Config } from './config.ts';
import { type MetricSources, Metrics } from './observability/metrics.ts';
import type { Surroundings } from './surroundings.ts';
import { ownVersion } from './version.ts';

export interface MeasurementParts extends Pick<MetricSources, 'isLeading' | 'followed'> {
  readonly config: Config;
  readonly surroundings: Surroundings;
}

/** The metrics of a controller: its parts are asked when they are scraped, and may be built later. */
export function metricsOf(
  controller: { readonly actors: ActorSystem; readonly cluster: Cluster; readonly pool: AddressPool },
  { config, surroundings, isLeading, followed }: MeasurementParts,
): Metrics {
  return new Metrics({
    actors: () => statesOf(controller.actors),
    metadataOf: (key) => controller.cluster.get(key)?.metadata,
    now: surroundings.timers.now,
    pool: () => poolReport(controller.pool, controller.cluster, config),
    isLeading,
    leaseName: config.leaderElectionId,
    followed,
    version: ownVersion(),
  });
}
