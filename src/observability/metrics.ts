import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { PoolReport } from '../ipam/report.ts';
import type { Failure } from '../kubernetes/failure.ts';
import { kinds } from '../kubernetes/kinds.ts';
import type { Kind } from '../objects/keys.ts';
import type { WorkWatcher } from '../objects/work-watcher.ts';
import type { Stage } from '../watch/follow.ts';
import { ActorMetrics, type ActorSources } from './metrics-actors.ts';
import { poolMetrics } from './metrics-pool.ts';
import { WorkMetrics } from './metrics-work.ts';

/** What the gauges read when they are scraped. */
export interface MetricSources extends ActorSources {
  /** `undefined` where there is no pool. */
  readonly pool: () => PoolReport | undefined;
  readonly isLeading: () => boolean;
  /** Of the election. */
  readonly leaseName: string;
  /** What is followed, as /readyz tells it. */
  readonly followed: () => Iterable<{ readonly kind: Kind; readonly stage: Stage }>;
  readonly version: string;
}

/**
 * How often the event loop is looked at, in milliseconds, which its lag counts in: with prom-client's 10 ms, nothing
 * but that woke a controller at rest, for half a percent of a core.
 */
const lagResolutionMs = 50;

/** The controller's metrics; no label per object, so their number is bounded. */
export class Metrics {
  readonly registry = new Registry();
  readonly requests: Counter<'method' | 'code'>;
  readonly rejections: Counter<'kind'>;
  readonly events: Counter<'result'>;
  readonly actors: ActorMetrics;
  /** Of the queue of writes, by the id of the task. */
  readonly writes: WorkWatcher<string>;
  readonly #written: Counter<'effect' | 'result'>;
  readonly #avoided: Counter<'effect'>;
  readonly #retries: Counter<'name'>;
  readonly #restarts: Counter<'kind' | 'reason'>;

  constructor(sources: MetricSources) {
    const work = new WorkMetrics(this.registry);
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: lagResolutionMs });
    this.actors = new ActorMetrics(this.registry, sources, work);
    this.writes = work.watch(['writes'], () => 'writes');
    this.requests = this.#counter(
      'rest_client_requests_total',
      ['method', 'code'],
      'Requests to the API server, by method and status code (0: no answer)',
    );
    this.#written = this.#counter(
      'gateway_api_writes_total',
      ['effect', 'result'],
      'Writes that were sent, by effect and result',
    );
    this.#avoided = this.#counter(
      'gateway_api_writes_avoided_total',
      ['effect'],
      'Writes that were asked for and not sent, as nothing differs',
    );
    this.#retries = this.#counter('workqueue_retries_total', ['name'], 'Writes that are tried again');
    this.#restarts = this.#counter(
      'gateway_api_watch_restarts_total',
      ['kind', 'reason'],
      'Watches that ended and were begun anew, by kind and reason',
    );
    this.rejections = this.#counter(
      'gateway_api_rejected_objects_total',
      ['kind'],
      'Objects that could not be decoded',
    );
    // Prometheus sees no increase where a series begins: each begins with 0.
    for (const kind of Object.keys(kinds)) this.rejections.inc({ kind }, 0);
    this.events = this.#counter(
      'gateway_api_events_total',
      ['result'],
      'Kubernetes Events, by what became of them: written, known, limited, dropped, failed',
    );
    this.#gauges(sources);
  }

  /** How a turn of the write queue ended. */
  wrote(id: string, result: 'written' | 'avoided' | Failure['kind']): void {
    if (result === 'avoided') {
      this.avoided(id);
      return;
    }
    this.#written.inc({ effect: effectOf(id), result });
    if (result !== 'written') this.#retries.inc({ name: 'writes' });
  }

  /** A write that was asked for, and is as it should be already. */
  avoided(id: string): void {
    this.#avoided.inc({ effect: effectOf(id) });
  }

  /** @param failure `undefined` where the server ended it in good order, as it does every few minutes. */
  watchEnded(kind: Kind, failure: Failure | undefined): void {
    const reason = failure === undefined ? 'ended' : failure.kind === 'gone' ? 'expired' : 'failed';
    this.#restarts.inc({ kind, reason });
  }

  #counter<Label extends string>(name: string, labelNames: readonly Label[], help: string): Counter<Label> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  #gauges({ isLeading, leaseName, pool, version, followed }: MetricSources): void {
    const registers = [this.registry];
    poolMetrics(this.registry, pool);
    const watches: Gauge<'kind' | 'stage'> = new Gauge({
      name: 'gateway_api_watches',
      help: 'Collections and single objects that are followed, by kind and by how far that is',
      labelNames: ['kind', 'stage'],
      registers,
      collect: () => {
        watches.reset();
        for (const { kind, stage } of followed()) watches.inc({ kind, stage });
      },
    });
    const leading: Gauge<'name'> = new Gauge({
      name: 'leader_election_master_status',
      help: 'Whether this replica leads',
      labelNames: ['name'],
      registers,
      collect: () => {
        leading.set({ name: leaseName }, Number(isLeading()));
      },
    });
    const build = new Gauge({
      name: 'gateway_api_build_info',
      help: 'Always 1; the labels say what runs',
      labelNames: ['version', 'node'],
      registers,
    });
    build.set({ version, node: process.version }, 1);
  }
}

/** The first word of a task's id. */
function effectOf(id: string): string {
  return id.split(' ')[0] ?? id;
}
