import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { actorKinds } from '../actors/dirty.ts';
import type { Transition } from '../actors/system-options.ts';
import { kindOf } from '../gateway/keys.ts';
import type { ActorKind, ObjectKey } from '../objects/keys.ts';
import type { ObjectMeta } from '../objects/kubernetes.ts';
import type { ActorState } from '../objects/states.ts';
import type { WorkWatcher } from '../objects/work-watcher.ts';
import type { WorkMetrics } from './metrics-work.ts';

export interface ActorSources {
  readonly actors: () => Iterable<{ readonly kind: string; readonly state: ActorState | 'Crashed' }>;
  /** Of the object, where it is still there. */
  readonly metadataOf: (key: ObjectKey<ActorKind>) => Pick<ObjectMeta, 'uid' | 'creationTimestamp'> | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const queues = actorKinds.map(queueName);
const lookBuckets = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1];
const stateBuckets = [0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];

/** States in which a Gateway is left without an address. */
const withoutAddress: ReadonlySet<ActorState> = new Set<ActorState>([
  'Pending.PoolExhausted',
  'Pending.AddressNotUsable',
  'Pending.UnsupportedAddress',
  'Pending.RecordFailed',
]);

/** States from which an object comes back only as another one, or as one that is ours anew. */
const finalStates: ReadonlySet<string> = new Set<ActorState>(['Released', 'Removed', 'Foreign']);

/** What the actors do: looks under the names of controller-runtime's reconciles, states and transitions under our own. */
export class ActorMetrics {
  readonly #sources: ActorSources;
  readonly #startedMs: number;
  readonly #looks: Counter<'controller' | 'result'>;
  readonly #errors: Counter<'controller'>;
  readonly #lookTimes: Histogram<'controller'>;
  readonly #transitions: Counter<'kind' | 'state'>;
  readonly #crashes: Counter<'kind'>;
  readonly #timesToState: Histogram<'kind' | 'state'>;
  readonly #refusals: Counter<'reason'>;
  readonly #mailboxes: WorkWatcher<ObjectKey<ActorKind>>;
  /** The states that an object has reached since it was created, or since it is ours again. */
  readonly #reached = new Map<ObjectKey<ActorKind>, { readonly uid: string; readonly states: Set<string> }>();
  #beganMs = 0;
  #hasCrashed = false;

  constructor(registry: Registry, sources: ActorSources, work: WorkMetrics) {
    const registers = [registry];
    this.#sources = sources;
    // A creationTimestamp has whole seconds.
    this.#startedMs = Math.floor(sources.now() / 1000) * 1000;
    this.#mailboxes = work.watch(queues, queueOf);
    this.#looks = counter(registry, 'controller_runtime_reconcile_total', {
      help: 'Looks of actors at their objects, by kind and result',
      labelNames: ['controller', 'result'],
    });
    this.#errors = counter(registry, 'controller_runtime_reconcile_errors_total', {
      help: 'Looks of actors that threw',
      labelNames: ['controller'],
    });
    this.#lookTimes = new Histogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'How long a look took',
      labelNames: ['controller'],
      buckets: lookBuckets,
      registers,
    });
    this.#transitions = counter(registry, 'gateway_api_transitions_total', {
      help: 'Transitions of actors, by kind and the state entered',
      labelNames: ['kind', 'state'],
    });
    this.#crashes = crashCounter(registry);
    this.#refusals = counter(registry, 'gateway_api_allocation_failures_total', {
      help: 'Gateways that were left without an address, by the state that says why',
      labelNames: ['reason'],
    });
    this.#timesToState = new Histogram({
      name: 'gateway_api_time_to_state_seconds',
      help: 'From the creation of an object (in whole seconds) until it first reached a state, since the controller started',
      labelNames: ['kind', 'state'],
      buckets: stateBuckets,
      registers,
    });
    countActors(registry, sources);
  }

  /** Of the looks. */
  readonly watcher: WorkWatcher<ObjectKey<ActorKind>> = {
    added: (key) => this.#mailboxes.added(key),
    began: (key) => {
      this.#hasCrashed = false;
      this.#beganMs = performance.now();
      this.#mailboxes.began(key);
    },
    ended: (key) => {
      const controller = queueOf(key);
      this.#mailboxes.ended(key);
      this.#lookTimes.observe({ controller }, (performance.now() - this.#beganMs) / 1000);
      this.#looks.inc({ controller, result: this.#hasCrashed ? 'error' : 'success' });
    },
  };

  crashed(key: ObjectKey<ActorKind>): void {
    this.#hasCrashed = true;
    this.#crashes.inc({ kind: kindOf(key) });
    this.#errors.inc({ controller: queueOf(key) });
  }

  transition({ key, to }: Pick<Transition, 'key' | 'to'>): void {
    const kind = kindOf(key);
    this.#transitions.inc({ kind, state: to });
    if (withoutAddress.has(to)) this.#refusals.inc({ reason: to.replace('Pending.', '') });
    this.#noteReached(key, to.split('.')[0] ?? to);
    // Of an object that is there and not ours, nobody hears when it goes.
    if (finalStates.has(to)) this.#reached.delete(key);
  }

  /** Objects that were there before the controller say nothing about how long it takes. */
  #noteReached(key: ObjectKey<ActorKind>, state: string): void {
    const metadata = this.#sources.metadataOf(key);
    if (metadata === undefined) {
      this.#reached.delete(key);
      return;
    }
    const createdMs = Date.parse(metadata.creationTimestamp);
    if (!(createdMs >= this.#startedMs)) return;
    const known = this.#reached.get(key);
    const reached = known?.uid === metadata.uid ? known : { uid: metadata.uid, states: new Set<string>() };
    this.#reached.set(key, reached);
    if (reached.states.has(state)) return;
    reached.states.add(state);
    const seconds = Math.max(0, this.#sources.now() - createdMs) / 1000;
    this.#timesToState.observe({ kind: kindOf(key), state }, seconds);
  }
}

function queueOf(key: ObjectKey<ActorKind>): string {
  return queueName(kindOf(key));
}

function queueName(kind: ActorKind): string {
  return kind.toLowerCase();
}

function counter<Label extends string>(
  registry: Registry,
  name: string,
  { help, labelNames }: { readonly help: string; readonly labelNames: readonly Label[] },
): Counter<Label> {
  return new Counter({ name, help, labelNames: [...labelNames], registers: [registry] });
}

/** Prometheus sees no increase where a series begins: each begins with 0. */
function crashCounter(registry: Registry): Counter<'kind'> {
  const crashes = counter(registry, 'gateway_api_actor_crashes_total', {
    help: 'Actors that threw',
    labelNames: ['kind'],
  });
  for (const kind of actorKinds) crashes.inc({ kind }, 0);
  return crashes;
}

function countActors(registry: Registry, { actors }: ActorSources): void {
  const gauge: Gauge<'kind' | 'state'> = new Gauge({
    name: 'gateway_api_actors',
    help: 'Actors, by kind and state',
    labelNames: ['kind', 'state'],
    registers: [registry],
    collect: () => {
      gauge.reset();
      for (const { kind, state } of actors()) gauge.inc({ kind, state });
    },
  });
}
