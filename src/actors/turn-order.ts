import type { ActorKind } from '../objects/keys.ts';

/** Classes first, then Gateways, then what is attached to them: each looks at those before it. */
export const turnOrder: Readonly<Record<ActorKind, number>> = {
  GatewayClass: 0,
  Gateway: 1,
  ListenerSet: 2,
  TCPRoute: 2,
  UDPRoute: 2,
};

export const actorKinds = Object.keys(turnOrder) as ActorKind[];
