import { WriteQueue } from './effects/write-queue.ts';
import type { ApiRequest, ApiResult } from './kubernetes/client.ts';
import type { Metrics } from './observability/metrics.ts';
import type { Reporter } from './observability/reporter.ts';
import type { Surroundings } from './surroundings.ts';

const writeConcurrency = 16;

export interface QueueParts {
  readonly surroundings: Surroundings;
  readonly metrics: Metrics;
  readonly reporter: Reporter;
  readonly send: (request: ApiRequest) => Promise<ApiResult>;
}

/** Builds the one queue that all writes go through. */
export function buildQueue({ surroundings, metrics, reporter, send }: QueueParts): WriteQueue {
  const { random, timers } = surroundings;
  return new WriteQueue({
    send,
    concurrency: writeConcurrency,
    random,
    now: timers.now,
    after: timers.after,
    onError: ({ id }, error) => reporter.crash(id, error),
    watcher: metrics.writes,
    onTurn: ({ id }, result) => metrics.wrote(id, result),
  });
}
