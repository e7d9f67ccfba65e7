import type { Route } from '../objects/gateway-api.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { GatewayGraph, World } from './graph.ts';
import { keyOf } from './keys.ts';
import { oldestRoutes } from './own-service-plan.ts';
import { ownershipOf } from './ownership.ts';
import { resolveRoute, type ServiceWish } from './route-resolution.ts';

export interface ServedWish {
  readonly route: Route;
  readonly wish: ServiceWish;
}

/** What the routes that serve the listeners of a Gateway want for it: those with a backend that can be served. */
export function servedWishes(graph: GatewayGraph, world: World): readonly ServedWish[] {
  return world.memo.once(graph, () => findServed(graph, world));
}

function findServed(graph: GatewayGraph, world: World): readonly ServedWish[] {
  const own = keyOf(graph.gateway);
  return oldestRoutes(graph).flatMap((route) => {
    const wish = resolveRoute(route, world).wishes.find(({ gateway }) => gateway === own);
    return wish !== undefined && isServable(wish) ? [{ route, wish }] : [];
  });
}

function isServable({ behaviour, backends }: ServiceWish): boolean {
  return behaviour === 'aggregate' || backends[0]?.resolved.targetPort !== undefined;
}

/** The Services that come to stand on the address of a Gateway; not one whose name somebody else has. */
export function servicesOnAddress(graph: GatewayGraph, world: World): readonly ObjectKey<'Service'>[] {
  const wishes = servedWishes(graph, world).filter(({ wish }) => !isTaken(wish, world));
  return [...new Set(wishes.map(({ wish }) => wish.target))].toSorted();
}

function isTaken({ behaviour, target }: ServiceWish, { view, settings }: World): boolean {
  const current = view.get(target);
  return behaviour !== 'update' && current !== undefined && ownershipOf(current, view, settings) === 'foreign';
}
