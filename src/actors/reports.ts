import type { EffectContext } from '../effects/context.ts';
import type { GatewayClassFacts, GatewayFacts, ListenerSetFacts, RouteFacts } from '../objects/facts.ts';
import type { GatewayState, ListenerSetState, RouteState } from '../objects/states.ts';
import type { ActorEntry } from './actor-entry.ts';
import type { ActorSystem } from './system.ts';

/** What actors have to tell to the effects: their state, and what is in their context. */
export function reportsOf(actors: ActorSystem): EffectContext['reports'] {
  return {
    gatewayClass: (key) => {
      const facts = actors.entries.get(key)?.context.facts as GatewayClassFacts | undefined;
      return facts && { facts };
    },
    gateway: (key) => {
      const entry = actors.entries.get(key) as ActorEntry<GatewayFacts> | undefined;
      const facts = entry?.context.facts;
      if (entry === undefined || facts === undefined) return undefined;
      const { refused, failures } = entry.context;
      const failure = failures['ledger-entry'] ?? failures['gateway-address'];
      return { uid: entry.uid, state: entry.state as GatewayState, facts, refusal: refused?.refusal, failure };
    },
    listenerSet: (key) => {
      const entry = actors.entries.get(key) as ActorEntry<ListenerSetFacts> | undefined;
      const facts = entry?.context.facts;
      if (entry === undefined || facts === undefined) return undefined;
      return { uid: entry.uid, state: entry.state as ListenerSetState, facts, wasOurs: entry.context.wasOurs ?? false };
    },
    route: (key) => {
      const entry = actors.entries.get(key) as ActorEntry<RouteFacts> | undefined;
      const facts = entry?.context.facts;
      if (entry === undefined || facts === undefined) return undefined;
      return { uid: entry.uid, state: entry.state as RouteState, facts };
    },
  };
}
