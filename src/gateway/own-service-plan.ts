import type { Gateway, Listener, Route } from '../objects/gateway-api.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { Service } from '../objects/service.ts';
import { carriesOthers, mayGetBack } from './address-doubt.ts';
import { assignedAddresses } from './assigned.ts';
import { doubtOfBehaviour } from './behaviour-doubt.ts';
import type { GatewayGraph, World } from './graph.ts';
import { isRouteKey, keyOf, kindOf, nameOf } from './keys.ts';
import { annotations } from './names.ts';
import { isOwnService, ownServiceKey } from './own-service.ts';
import { gatewaysNamedBy } from './ownership.ts';
import { resolveRoute, type WeightedBackend } from './route-resolution.ts';

/** A listener that a route serves over its Gateway's own Service. */
export interface ServedListener {
  readonly listener: Listener;
  readonly route: Route;
  readonly backends: readonly WeightedBackend[];
}

/** What should become of a Gateway's own Service; `none` and `keep` as for every Service. */
export type OwnServicePlan =
  | {
      readonly kind: 'aggregate';
      readonly key: ObjectKey<'Service'>;
      readonly gateway: Gateway;
      readonly listeners: readonly ServedListener[];
      readonly addresses: readonly string[];
    }
  | { readonly kind: 'none' }
  | { readonly kind: 'keep'; readonly why: string };

/** The Gateway whose own Service this is, or is to be; `undefined` where it is none. */
export function gatewayOfService(key: ObjectKey<'Service'>, world: World): ObjectKey<'Gateway'> | undefined {
  const { view, settings } = world;
  const current = view.get(key);
  if (current !== undefined && isOwnService(current, settings)) return gatewaysNamedBy(current.metadata)[0];
  const wanting = view.gatewaysNaming(key).filter((gateway) => ownServiceKey(gateway, view, settings) === key);
  return wanting.map((gateway) => keyOf(gateway)).find((gateway) => servedListeners(gateway, world).length > 0);
}

/** Decides over a Gateway's own Service, from the routes that serve its listeners. */
export function planOwnService(
  key: ObjectKey<'Service'>,
  gatewayKey: ObjectKey<'Gateway'>,
  world: World,
): OwnServicePlan {
  const { view, settings } = world;
  const current = view.get(key);
  const graph = world.graph(gatewayKey);
  const doubt = findDoubt(key, gatewayKey, current, world);
  if (doubt !== undefined) return { kind: 'keep', why: doubt };
  if (graph === undefined || graph.standing === 'foreign') return { kind: 'none' };
  const { gateway } = graph;
  if (graph.standing !== 'accepted') {
    return keepIf(mayGetBack(gateway, current, world), `Gateway ${nameOf(gatewayKey)} waits for its class`);
  }
  if (ownServiceKey(gateway, view, settings) !== key) return { kind: 'none' };
  const listeners = servedListeners(gatewayKey, world);
  if (listeners.length === 0) return { kind: 'none' };
  const addresses = assignedAddresses(gateway, world);
  if (addresses.length === 0) {
    return keepIf(mayGetBack(gateway, current, world), `Gateway ${nameOf(gatewayKey)} has no address yet`);
  }
  if (graph.accepted.status !== 'True') {
    // Nothing goes while parameters are still being read.
    const isKept = graph.accepted.status === 'Unknown' || !carriesOthers(current, addresses);
    return keepIf(isKept, `Gateway ${nameOf(gatewayKey)} is not accepted`);
  }
  return { kind: 'aggregate', key, gateway, listeners, addresses };
}

function keepIf(mayBeWanted: boolean, why: string): OwnServicePlan {
  return mayBeWanted ? { kind: 'keep', why } : { kind: 'none' };
}

/** The listeners whose oldest route asks for `aggregate`, also where none of its backends is valid: those refuse. */
export function servedListeners(gateway: ObjectKey<'Gateway'>, world: World): readonly ServedListener[] {
  const graph = world.graph(gateway);
  if (graph === undefined) return [];
  return oldestRoutes(graph).flatMap((route) => {
    const wish = resolveRoute(route, world).wishes.find(
      (candidate) => candidate.gateway === gateway && candidate.behaviour === 'aggregate',
    );
    return (wish?.serves ?? []).map((listener) => ({ listener, route, backends: wish?.backends ?? [] }));
  });
}

/** The routes that serve a listener, each once. */
export function oldestRoutes({ attached }: GatewayGraph): readonly Route[] {
  return [...new Set([...attached.values()].flatMap(([oldest]) => oldest ?? []))];
}

/** Why nothing may be decided over it now. What we cannot see must not count as gone. */
function findDoubt(
  key: ObjectKey<'Service'>,
  gateway: ObjectKey<'Gateway'>,
  current: Service | undefined,
  world: World,
): string | undefined {
  const { view } = world;
  const broken = view.unavailable('Service') ?? view.unreadable(key);
  if (broken !== undefined) return `Service ${nameOf(key)} cannot be read: ${broken}`;
  const unknown = view.unreadable(gateway) ?? view.unavailable('Gateway') ?? view.unavailable('GatewayClass');
  if (unknown !== undefined) return `Gateway ${nameOf(gateway)} or its class cannot be read: ${unknown}`;
  const named = current?.metadata.annotations[annotations.routes]?.split(',').filter(isRouteKey) ?? [];
  for (const route of named) {
    const why = view.unreadable(route) ?? view.unavailable(kindOf(route));
    if (why !== undefined) return `${route} cannot be read: ${why}`;
    const found = view.get(route);
    const open = found && (openQuestionOf(found, gateway, world) ?? doubtOfBehaviour(route, current, world));
    if (open !== undefined) return open;
  }
  return undefined;
}

/** What is not known yet of a route that has a part in the Service. */
function openQuestionOf(route: Route, gateway: ObjectKey<'Gateway'>, world: World): string | undefined {
  const { parents, openQuestion } = resolveRoute(route, world);
  const unread = parents.find((one) => one.standing === 'waiting' && (one.gateway ?? gateway) === gateway);
  if (unread !== undefined) return `${kindOf(unread.parent)} ${nameOf(unread.parent)} cannot be read`;
  const pending = parents.find((parent) => parent.gateway === gateway && parent.accepted?.status === 'Unknown');
  if (pending?.accepted !== undefined) return pending.accepted.message;
  return openQuestion;
}
