import type { Cluster } from '../cluster/cluster.ts';
import type { EffectKeys, EffectName } from '../effects/deciders.ts';
import type { World } from '../gateway/graph.ts';
import type { ActorKind, ObjectKey } from '../objects/keys.ts';
import type { ActorState } from '../objects/states.ts';
import type { WorkWatcher } from '../objects/work-watcher.ts';
import type { AddressPool } from './address-pool.ts';

export interface Transition {
  readonly key: ObjectKey<ActorKind>;
  readonly event: string;
  readonly from: ActorState | undefined;
  readonly to: ActorState;
}

export interface ActorSystemOptions {
  readonly cluster: Cluster;
  readonly pool: AddressPool;
  readonly world: Omit<World, 'graph' | 'memo'>;
  readonly request: <N extends EffectName>(name: N, key: EffectKeys[N], by: ObjectKey<ActorKind>) => void;
  /** All wishes of a turn are made: decide which come to a write. */
  readonly flush: () => void;
  /** Whether the status of a Gateway or route is what its actor wants: then it need not look at it. */
  readonly isTold?: (key: ObjectKey) => boolean;
  /** Runs a turn soon, outside of this one. */
  readonly soon: (action: () => void) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onTransition: (transition: Transition) => void;
  readonly onCrash: (key: ObjectKey<ActorKind>, error: unknown) => void;
  readonly watcher?: WorkWatcher<ObjectKey<ActorKind>>;
  /** Told of every event that an actor has handled, also where its state stays. */
  readonly onEvent?: ((key: ObjectKey<ActorKind>) => void) | undefined;
}
