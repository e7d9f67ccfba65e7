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
  /** A write is wanted again and again, though the server took it: somebody undoes it. */
  readonly onRepeated: (id: string) => void;
  readonly send: (request: ApiRequest) => Promise<ApiResult>;
}

/** Builds the one queue that all writes go through. */
export function buildQueue({ surroundings, metrics, reporter, onRepeated, send }: QueueParts): WriteQueue {
  const { random, timers } = surroundings;
  return new WriteQueue({
    send,
    concurrency: writeConcurrency,
    random,
    timers,
    onError: ({ id }, error) => reporter.crash(id, error),
    watcher: metrics.writes,
    onRepeated: ({ id }) => onRepeated(id),
    onTurn: ({ id }, result) => metrics.wrote(id, result),
  });
}
