import { kindOf } from '../gateway/keys.ts';
import type { ActorKind, ObjectKey } from '../objects/keys.ts';

/** Classes first, then Gateways, then what is attached to them: each looks at those before it. */
const turnOrder: Readonly<Record<ActorKind, number>> = {
  GatewayClass: 0,
  Gateway: 1,
  ListenerSet: 2,
  TCPRoute: 2,
  UDPRoute: 2,
};

export const actorKinds = Object.keys(turnOrder) as ActorKind[];

/** Those who have to look again, in the order of their turn: each once, however often it was marked. */
export class Dirty {
  readonly ranks: readonly Set<ObjectKey<ActorKind>>[] = [new Set(), new Set(), new Set()];

  /** @returns whether it was not marked yet. */
  add(key: ObjectKey<ActorKind>): boolean {
    const keys = this.#rankOf(key);
    if (keys === undefined || keys.has(key)) return false;
    keys.add(key);
    return true;
  }

  has(key: ObjectKey<ActorKind>): boolean {
    return this.#rankOf(key)?.has(key) === true;
  }

  get isEmpty(): boolean {
    return this.ranks.every(({ size }) => size === 0);
  }

  #rankOf(key: ObjectKey<ActorKind>): Set<ObjectKey<ActorKind>> | undefined {
    return this.ranks[turnOrder[kindOf(key)]];
  }
}
