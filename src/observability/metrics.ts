import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { ActorState } from '../objects/states.ts';

/** What the gauges read when they are scraped. */
export interface MetricSources {
  readonly actors: () => Iterable<{ readonly kind: string; readonly state: ActorState | 'Crashed' }>;
  readonly heldAddresses: () => number;
  readonly queueDepth: () => number;
  readonly isLeading: () => boolean;
}

/** The controller's metrics; no label per object, so their number is bounded. */
export class Metrics {
  readonly registry = new Registry();
  readonly requests: Counter<'method' | 'code'>;
  readonly writes: Counter<'effect' | 'result'>;
  readonly transitions: Counter<'kind' | 'state'>;
  readonly crashes: Counter<'kind'>;
  readonly rejections: Counter<'kind'>;

  constructor(sources: MetricSources) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.requests = new Counter({
      name: 'rest_client_requests_total',
      help: 'Requests to the API server, by method and status code (0: no answer)',
      labelNames: ['method', 'code'],
      registers,
    });
    this.writes = new Counter({
      name: 'gateway_api_writes_total',
      help: 'Turns of the write queue, by effect and result',
      labelNames: ['effect', 'result'],
      registers,
    });
    this.transitions = new Counter({
      name: 'gateway_api_transitions_total',
      help: 'Transitions of actors, by kind and the state entered',
      labelNames: ['kind', 'state'],
      registers,
    });
    this.crashes = new Counter({
      name: 'gateway_api_actor_crashes_total',
      help: 'Actors that threw',
      labelNames: ['kind'],
      registers,
    });
    this.rejections = new Counter({
      name: 'gateway_api_rejected_objects_total',
      help: 'Objects that could not be decoded',
      labelNames: ['kind'],
      registers,
    });
    this.#gauges(sources);
  }

  #gauges(sources: MetricSources): void {
    const registers = [this.registry];
    const actors: Gauge<'kind' | 'state'> = new Gauge({
      name: 'gateway_api_actors',
      help: 'Actors, by kind and state',
      labelNames: ['kind', 'state'],
      registers,
      collect: () => {
        actors.reset();
        for (const { kind, state } of sources.actors()) actors.inc({ kind, state });
      },
    });
    const held: Gauge = new Gauge({
      name: 'gateway_api_addresses_held',
      help: 'Addresses that Gateways hold',
      registers,
      collect: () => {
        held.set(sources.heldAddresses());
      },
    });
    const leading: Gauge<'name'> = new Gauge({
      name: 'leader_election_master_status',
      help: 'Whether this replica leads',
      labelNames: ['name'],
      registers,
      collect: () => {
        leading.set({ name: 'gateway-api.fnnrn.me' }, Number(sources.isLeading()));
      },
    });
    const depth: Gauge<'name'> = new Gauge({
      name: 'workqueue_depth',
      help: 'Writes that wait for their turn, are on their way, or wait for another try',
      labelNames: ['name'],
      registers,
      collect: () => {
        depth.set({ name: 'writes' }, sources.queueDepth());
      },
    });
  }
}
