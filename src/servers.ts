import type { Server } from 'node:http';
import type { ActorSystem } from './actors/system.ts';
import type { Config } from './config.ts';
import type { Inspection } from './inspection.ts';
import { serve } from './observability/http.ts';
import type { Metrics } from './observability/metrics.ts';
import { actorPages, healthPages, metricsPages } from './observability/pages.ts';
import type { Follow } from './watch/follow.ts';

/** What listens; absent where it is turned off. */
export interface Servers {
  metrics?: Server | undefined;
  health?: Server | undefined;
  inspect?: Server | undefined;
}

export interface ServedParts {
  readonly config: Config;
  readonly metrics: Metrics;
  readonly follow: Follow;
  /** `undefined` while they do not decide. */
  readonly running: () => ActorSystem | undefined;
  readonly inspection: Inspection | undefined;
}

/**
 * Opens everything that people and machines read over HTTP.
 * @param servers is filled as they open, so that those that did are closed where another fails.
 * @throws BindError
 */
export async function openServers(servers: Servers, parts: ServedParts): Promise<void> {
  const { config, metrics, follow, running, inspection } = parts;
  const pages = { ...metricsPages(metrics), ...actorPages(running) };
  servers.metrics = await serve('metrics-bind-address', config.metricsBindAddress, pages);
  servers.health = await serve('health-probe-bind-address', config.healthProbeBindAddress, healthPages(follow));
  servers.inspect = await inspection?.start();
}
