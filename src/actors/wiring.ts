import { gatewayClassFacts, gatewayFacts } from '../gateway/facts.ts';
import type { World } from '../gateway/graph.ts';
import { kindOf } from '../gateway/keys.ts';
import { listenerSetFacts } from '../gateway/listener-set-facts.ts';
import { routeFacts } from '../gateway/route-facts.ts';
import type { GatewayFacts, ListenerSetFacts, RouteFacts } from '../objects/facts.ts';
import type { ActorKind, ObjectKey } from '../objects/keys.ts';
import { ActorEntry, type ActorOptions } from './actor-entry.ts';
import type { Charts } from './charts.ts';

/**
 * Makes the actor of an object: its kind's chart, and the pure function that finds its facts. None for an object that is
 * not ours, cannot become ours, and has nothing of ours left.
 */
export function spawn(
  key: ObjectKey<ActorKind>,
  uid: string,
  { charts, world }: { readonly charts: Charts; readonly world: World },
  onError: (error: unknown) => void,
): ActorEntry | undefined {
  const { view, settings } = world;
  const made = <Facts>(
    options: Pick<ActorOptions<Facts>, 'machine' | 'look'>,
    isNeeded: (facts: Facts) => boolean,
  ): ActorEntry<Facts> | undefined => {
    const facts = options.look();
    if (view.unreadable(key) === undefined && !isNeeded(facts)) return undefined;
    return new ActorEntry({ ...options, key, uid, root: charts.root, facts, onError });
  };
  switch (kindOf(key)) {
    case 'GatewayClass': {
      const gatewayClass = key as ObjectKey<'GatewayClass'>;
      const isOurs = () => view.get(gatewayClass)?.spec.controllerName === settings.controllerName;
      return made({ machine: charts.GatewayClass, look: () => gatewayClassFacts(gatewayClass, world) }, isOurs);
    }
    case 'Gateway': {
      const look = () => gatewayFacts(key as ObjectKey<'Gateway'>, uid, world);
      return made({ machine: charts.Gateway, look }, needsGateway);
    }
    case 'ListenerSet': {
      const look = () => listenerSetFacts(key as ObjectKey<'ListenerSet'>, uid, world);
      return made({ machine: charts.ListenerSet, look }, needsListenerSet);
    }
    case 'TCPRoute':
    case 'UDPRoute': {
      const look = () => routeFacts(key as ObjectKey<'TCPRoute' | 'UDPRoute'>, uid, world);
      return made({ machine: charts.Route, look }, needsRoute);
    }
  }
}

function needsGateway({ presence, standing, isMarked, held, leftovers }: GatewayFacts): boolean {
  const hasTraces = held.length > 0 || leftovers.length > 0;
  return hasTraces || (presence !== 'gone' && (standing !== 'foreign' || isMarked));
}

function needsListenerSet({ presence, standing }: ListenerSetFacts): boolean {
  return presence === 'present' && standing !== 'foreign';
}

function needsRoute({ presence, parents, hasStatus, leftovers }: RouteFacts): boolean {
  const isParented = parents.some((parent) => parent.standing !== 'foreign');
  return leftovers.length > 0 || (presence === 'present' && (isParented || hasStatus));
}
