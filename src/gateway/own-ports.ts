import type { Route } from '../objects/gateway-api.ts';
import type { Service } from '../objects/service.ts';
import { targetOf } from './backends.ts';
import type { GatewayGraph, World } from './graph.ts';
import { byAge, keyOf, nameOf } from './keys.ts';
import { isAccepted } from './listeners.ts';
import { oldestRoutes } from './own-service-plan.ts';
import { resolveRoute, type ServiceWish } from './route-resolution.ts';
import { ownPorts, portId } from './service-update.ts';

/** A route that updates a Service, and what it wants of that. */
interface Updater {
  readonly route: Route;
  readonly wish: ServiceWish;
}

/**
 * Under `update` a Service's own ports show on the Gateway's address too. Says where one would stand in the way of a
 * listener, or of a Service that an older route updates there; `undefined` where none does.
 */
export function refuseOwnPorts(route: Route, wish: ServiceWish, world: World): string | undefined {
  const graph = world.graph(wish.gateway);
  return graph && refuse({ route, wish }, updatersBefore(route, graph, world), graph, world);
}

/** The older routes that update a Service for this Gateway, the oldest first: not one that is itself refused. */
function updatersBefore(route: Route, graph: GatewayGraph, world: World): readonly Updater[] {
  const before: Updater[] = [];
  const olders = oldestRoutes(graph).filter((other) => byAge(other, route) < 0);
  for (const older of olders.toSorted(byAge)) {
    const [wish] = resolveRoute(older, world).wishes;
    if (wish?.behaviour !== 'update') continue;
    const updater = { route: older, wish };
    if (refuse(updater, before, graph, world) === undefined) before.push(updater);
  }
  return before;
}

function refuse({ wish }: Updater, before: readonly Updater[], graph: GatewayGraph, world: World): string | undefined {
  const service = wish.backends[0]?.resolved.original;
  if (service === undefined) return undefined;
  for (const port of ownPorts(service)) {
    const rival = listenerInTheWay(port, wish, graph, world) ?? serviceInTheWay(portId(port), wish, before);
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
  world: World,
): string | undefined {
  const found = graph.listeners.find((verdict) => isAccepted(verdict) && portId(verdict.listener) === portId(port));
  if (found === undefined) return undefined;
  const { id, listener } = found;
  const [server] = graph.attached.get(id) ?? [];
  const serving = wish.serves.includes(listener) ? wish : server && wishOver(wish, server, world);
  if (serving === undefined && server === undefined) return undefined;
  // Another route may serve it over the same Service: their ports are merged.
  if (serving !== undefined && targetOf(port) === serving.backends[0]?.resolved.targetPort) return undefined;
  return `listener "${listener.name}", which leads elsewhere`;
}

/** What another route wants of the Service that this one updates, for the same Gateway. */
function wishOver({ target, gateway }: ServiceWish, other: Route, world: World): ServiceWish | undefined {
  const { wishes } = resolveRoute(other, world);
  return wishes.find((wish) => wish.behaviour === 'update' && wish.target === target && wish.gateway === gateway);
}

function serviceInTheWay(id: string, { target }: ServiceWish, before: readonly Updater[]): string | undefined {
  for (const { route, wish } of before) {
    const original = wish.backends[0]?.resolved.original;
    if (wish.target === target || original === undefined) continue;
    if (ownPorts(original).some((port) => portId(port) === id)) {
      return `the same port of Service ${nameOf(keyOf(original))}, which route ${nameOf(keyOf(route))} updates`;
    }
  }
  return undefined;
}
