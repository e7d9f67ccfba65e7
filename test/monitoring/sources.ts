import type { MetricSources } from '../../src/observability/metrics.ts';

/** What a controller at rest has its gauges read; `parts` of it are the test's own. */
export function sources(parts: Partial<MetricSources> = {}): MetricSources {
  return {
    actors: () => [],
    metadataOf: () => undefined,
    now: () => 0,
    pool: () => undefined,
    isLeading: () => true,
    leaseName: 'gateway-api.fnnrn.me',
    followed: () => [],
    version: '1.2.3',
    ...parts,
  };
}
