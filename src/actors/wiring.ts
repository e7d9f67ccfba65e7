import { gatewayClassFacts, gatewayFacts } from '../gateway/facts.ts';
import type { World } from '../gateway/graph.ts';
import { partsOf } from '../gateway/keys.ts';
import { listenerSetFacts } from '../gateway/listener-set-facts.ts';
import { routeFacts } from '../gateway/route-facts.ts';
import type { GatewayFacts, RouteFacts } from '../objects/facts.ts';
import type { ActorKind, ObjectKey } from '../objects/keys.ts';
import { ActorEntry } from './actor-entry.ts';
import type { Charts } from './charts.ts';

/** Makes the actor of an object: its kind's chart, and the pure function that finds its facts. */
export function spawn(
  key: ObjectKey<ActorKind>,
  uid: string,
  wiring: { readonly charts: Charts; readonly world: World },
  onError: (error: unknown) => void,
): ActorEntry {
  const { charts, world } = wiring;
  switch (kindOf(key)) {
    case 'GatewayClass': {
      const look = () => gatewayClassFacts(key as ObjectKey<'GatewayClass'>, world);
      return new ActorEntry({ key, uid, machine: charts.GatewayClass, look, onError });
    }
    case 'Gateway': {
      const look = () => gatewayFacts(key as ObjectKey<'Gateway'>, uid, world);
      return new ActorEntry({ key, uid, machine: charts.Gateway, look, onError });
    }
    case 'ListenerSet': {
      const look = () => listenerSetFacts(key as ObjectKey<'ListenerSet'>, uid, world);
      return new ActorEntry({ key, uid, machine: charts.ListenerSet, look, onError });
    }
    case 'TCPRoute':
    case 'UDPRoute': {
      const look = () => routeFacts(key as ObjectKey<'TCPRoute' | 'UDPRoute'>, uid, world);
      return new ActorEntry({ key, uid, machine: charts.Route, look, onError });
    }
  }
}

/** Whether an object that has no actor yet needs one: it is ours, may become ours, or something of ours is left of it. */
export function needsActor(key: ObjectKey<ActorKind>, uid: string, world: World): boolean {
  const { view, settings } = world;
  if (view.unreadable(key) !== undefined) return true;
  switch (kindOf(key)) {
    case 'GatewayClass':
      return view.get(key as ObjectKey<'GatewayClass'>)?.spec.controllerName === settings.controllerName;
    case 'Gateway': {
      const facts: GatewayFacts = gatewayFacts(key as ObjectKey<'Gateway'>, uid, world);
      const hasTraces = facts.held.length > 0 || facts.leftovers.length > 0;
      if (facts.presence === 'gone') return hasTraces;
      return facts.standing !== 'foreign' || facts.isMarked || hasTraces;
    }
    case 'ListenerSet': {
      const { presence, standing } = listenerSetFacts(key as ObjectKey<'ListenerSet'>, uid, world);
      return presence === 'present' && standing !== 'foreign';
    }
    case 'TCPRoute':
    case 'UDPRoute': {
      const facts: RouteFacts = routeFacts(key as ObjectKey<'TCPRoute' | 'UDPRoute'>, uid, world);
      const isParented = facts.parents.some((parent) => parent.standing !== 'foreign');
      return facts.leftovers.length > 0 || (facts.presence === 'present' && (isParented || facts.hasStatus));
    }
  }
}

function kindOf(key: ObjectKey<ActorKind>): ActorKind {
  return partsOf(key).kind as ActorKind;
}
