import type { Route } from '../objects/gateway-api.ts';
import type { Service } from '../objects/service.ts';
import { targetOf } from './backends.ts';
import type { GatewayGraph, World } from './graph.ts';
import { byAge, keyOf, nameOf } from './keys.ts';
import { isAccepted } from './listeners.ts';
import { oldestRoutes } from './own-service-plan.ts';
import { resolveRoute, type ServiceWish } from './route-resolution.ts';
import { ownPorts, portId } from './service-update.ts';

/**
 * Under `update` a Service's own ports show on the Gateway's address too. Says where one would stand in the way of a
 * listener, or of a Service that an older route updates there; `undefined` where none does.
 */
export function refuseOwnPorts(route: Route, wish: ServiceWish, world: World): string | undefined {
  const service = wish.backends[0]?.resolved.original;
  const graph = world.graph(wish.gateway);
  if (service === undefined || graph === undefined) return undefined;
  for (const port of ownPorts(service)) {
    const rival = listenerInTheWay(port, wish, graph) ?? serviceInTheWay(portId(port), route, graph, world);
    if (rival === undefined) continue;
    return (
      `port ${portId(port)} of Service ${nameOf(keyOf(service))} would stand on the address of Gateway ` +
      `${nameOf(wish.gateway)} beside ${rival}: change one`
    );
  }
  return undefined;
}

function listenerInTheWay(
  port: Service['spec']['ports'][number],
  wish: ServiceWish,
  graph: GatewayGraph,
): string | undefined {
  const found = graph.listeners.find((verdict) => isAccepted(verdict) && portId(verdict.listener) === portId(port));
  if (found === undefined) return undefined;
  const { id, listener } = found;
  const isServedHere = wish.serves.includes(listener);
  const isServed = isServedHere || (graph.attached.get(id) ?? []).length > 0;
  if (!isServed || (isServedHere && targetOf(port) === wish.backends[0]?.resolved.targetPort)) return undefined;
  return `listener "${listener.name}", which leads elsewhere`;
}

function serviceInTheWay(id: string, route: Route, graph: GatewayGraph, world: World): string | undefined {
  const targets = new Set(resolveRoute(route, world).wishes.map(({ target }) => target));
  for (const oldest of oldestRoutes(graph)) {
    if (byAge(oldest, route) >= 0) continue;
    const [other] = resolveRoute(oldest, world).wishes;
    if (other?.behaviour !== 'update' || targets.has(other.target)) continue;
    const original = other.backends[0]?.resolved.original;
    if (original !== undefined && ownPorts(original).some((port) => portId(port) === id)) {
      return `the same port of Service ${nameOf(keyOf(original))}, which route ${nameOf(keyOf(oldest))} updates`;
    }
  }
  return undefined;
}
