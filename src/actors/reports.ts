import type { EffectContext } from '../effects/context.ts';
import { kindOf } from '../gateway/keys.ts';
import type { GatewayClassFacts, GatewayFacts, ListenerSetFacts, RouteFacts } from '../objects/facts.ts';
import type { ActorKind, ObjectKey } from '../objects/keys.ts';
import type { ActorState, GatewayState, ListenerSetState, RouteState } from '../objects/states.ts';
import type { ActorEntry } from './actor-entry.ts';
import type { ActorSystem } from './system.ts';

/** What actors have to tell: their state, and what is in their context. */
export function reportsOf(actors: ActorSystem): EffectContext['reports'] {
  return reports(actors, () => true);
}

/**
 * What actors have to tell to the effects. One that has to look again tells nothing: what it found in an older object
 * must not be written into the newer one. It asks for the write once more when it has looked.
 */
export function settledReportsOf(actors: ActorSystem): EffectContext['reports'] {
  return reports(actors, (key) => !actors.isDirty(key));
}

function reports(actors: ActorSystem, mayTell: (key: ObjectKey<ActorKind>) => boolean): EffectContext['reports'] {
  const find = <Facts>(key: ObjectKey<ActorKind>) => {
    const entry = mayTell(key) ? (actors.entries.get(key) as ActorEntry<Facts> | undefined) : undefined;
    const facts = entry?.context.facts;
    return entry === undefined || facts === undefined ? undefined : { entry, facts };
  };
  return {
    gatewayClass: (key) => {
      const found = find<GatewayClassFacts>(key);
      return found && { facts: found.facts };
    },
    gateway: (key) => {
      const found = find<GatewayFacts>(key);
      if (found === undefined) return undefined;
      const { entry, facts } = found;
      const { refused, failures } = entry.context;
      const failure = failures['ledger-entry'] ?? failures['gateway-address'];
      return { uid: entry.uid, state: entry.state as GatewayState, facts, refusal: refused?.refusal, failure };
    },
    listenerSet: (key) => {
      const found = find<ListenerSetFacts>(key);
      if (found === undefined) return undefined;
      const { entry, facts } = found;
      return { uid: entry.uid, state: entry.state as ListenerSetState, facts };
    },
    route: (key) => {
      const found = find<RouteFacts>(key);
      return found && { uid: found.entry.uid, state: found.entry.state as RouteState, facts: found.facts };
    },
  };
}

/** Kind and state of every actor; `Crashed` for objects whose actor cannot be had. */
export function* statesOf({
  entries,
  crashed,
}: ActorSystem): Generator<{ readonly kind: string; readonly state: ActorState | 'Crashed' }, void> {
  for (const [key, { state }] of entries) yield { kind: kindOf(key), state };
  for (const key of crashed) if (!entries.has(key)) yield { kind: kindOf(key), state: 'Crashed' };
}
