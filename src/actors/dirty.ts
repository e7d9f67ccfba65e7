import { kindOf } from '../gateway/keys.ts';
import type { ActorKind, ObjectKey } from '../objects/keys.ts';

/** In the order of their turn: each looks at those before it. */
const ranks = ['classes', 'gateways', 'attached'] as const;
export type Rank = (typeof ranks)[number];

const rankOf: Readonly<Record<ActorKind, Rank>> = {
  GatewayClass: 'classes',
  Gateway: 'gateways',
  ListenerSet: 'attached',
  TCPRoute: 'attached',
  UDPRoute: 'attached',
};

export const actorKinds = Object.keys(rankOf) as ActorKind[];

/** Those who have to look again, by rank: each once, however often it was marked. */
export class Dirty implements Readonly<Record<Rank, Set<ObjectKey<ActorKind>>>> {
  readonly classes = new Set<ObjectKey<ActorKind>>();
  readonly gateways = new Set<ObjectKey<ActorKind>>();
  readonly attached = new Set<ObjectKey<ActorKind>>();

  /** @returns whether it was not marked yet. */
  add(key: ObjectKey<ActorKind>): boolean {
    const keys = this[rankOf[kindOf(key)]];
    if (keys === undefined || keys.has(key)) return false;
    keys.add(key);
    return true;
  }

  has(key: ObjectKey<ActorKind>): boolean {
    return this[rankOf[kindOf(key)]]?.has(key) === true;
  }

  /** Whether one of a rank before this one has to look again. */
  isAnyBefore(rank: Rank): boolean {
    return (rank !== 'classes' && this.classes.size > 0) || (rank === 'attached' && this.gateways.size > 0);
  }

  get isEmpty(): boolean {
    return ranks.every((rank) => this[rank].size === 0);
  }
}
