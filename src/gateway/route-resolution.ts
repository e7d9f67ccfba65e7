import type { BackendRef, Listener, Route } from '../objects/gateway-api.ts';
import type { ObjectKey, RouteKind } from '../objects/keys.ts';
import type { StringMap, Verdict } from '../objects/kubernetes.ts';
import type { ParentVerdict } from '../objects/verdicts.ts';
import type { ServiceBehaviour, Settings } from '../objects/view.ts';
import { backendKey, type ResolvedBackend, resolveBackend } from './backends.ts';
import { chooseBehaviour, selectorOf, weightedBackends } from './behaviour.ts';
import type { GatewayGraph, World } from './graph.ts';
import { gatewayOf, keyOf, routeKey, serviceKey } from './keys.ts';
import { copyName } from './names.ts';

/** The Service that a route wants, and what it wants there. */
export interface ServiceWish {
  readonly target: ObjectKey<'Service'>;
  readonly behaviour: ServiceBehaviour;
  readonly selector: StringMap;
  readonly gateway: ObjectKey<'Gateway'>;
  readonly backend: ResolvedBackend;
  /** Listeners of the Gateway that this route serves: it is the oldest route there. */
  readonly serves: readonly Listener[];
  /** Older routes that serve the listeners which this one shares with them. */
  readonly olders: readonly ObjectKey<RouteKind>[];
}

/** A route with all that its parents and its backend decide. */
export interface RouteResolution {
  readonly route: Route;
  readonly parents: readonly ParentVerdict[];
  /** Absent where no parentRef is accepted. */
  readonly wish?: ServiceWish;
  /** `ResolvedRefs`, also of a route that is not accepted. */
  readonly resolvedRefs: Verdict;
}

export function resolveRoute(route: Route, world: World): RouteResolution {
  const parents = resolveParents(route, world);
  const choice = chooseBehaviour(route, world.settings);
  const [ref] = weightedBackends(route);
  if ('refusal' in choice || ref === undefined) {
    return { route, parents, resolvedRefs: noBackend };
  }
  const { behaviour } = choice;
  const backend = resolveBackend({ route, ref, behaviour, view: world.view });
  const home = parents.find((parent) => parent.accepted?.status === 'True');
  const graph = home && world.graph(home.gateway);
  if (home === undefined || graph === undefined) return { route, parents, resolvedRefs: backend.resolvedRefs };
  const wish: ServiceWish = {
    target: targetKey(route, ref, behaviour),
    behaviour,
    selector: selectorOf(route),
    gateway: home.gateway,
    backend,
    ...shareListeners(route, graph),
  };
  return { route, parents, wish, resolvedRefs: backend.resolvedRefs };
}

/** The Service that a route would have, could it be served; `undefined` where it asks for none that can be. */
export function wantedTarget(route: Route, settings: Settings): ObjectKey<'Service'> | undefined {
  const choice = chooseBehaviour(route, settings);
  const [ref] = weightedBackends(route);
  return 'refusal' in choice || ref === undefined ? undefined : targetKey(route, ref, choice.behaviour);
}

function targetKey(route: Route, ref: BackendRef, behaviour: ServiceBehaviour): ObjectKey<'Service'> {
  const key = backendKey(route, ref);
  return behaviour === 'duplicate' ? copyKey(key) : key;
}

/** The key of the copy that `duplicate` makes of a Service. */
export function copyKey(original: ObjectKey<'Service'>): ObjectKey<'Service'> {
  const [, namespace = '', name = ''] = original.split('/');
  return serviceKey(namespace, copyName(name));
}

const noBackend: Verdict = { status: 'True', reason: 'ResolvedRefs', message: 'there is no reference to resolve' };

function resolveParents(route: Route, world: World): ParentVerdict[] {
  const seen = new Map<ObjectKey<'Gateway'>, number>();
  return route.spec.parentRefs.flatMap((ref): ParentVerdict[] => {
    const gateway = gatewayOf(ref, route.metadata.namespace);
    if (gateway === undefined) return [];
    const unknown = world.view.unreadable(gateway) ?? world.view.unavailable('Gateway');
    if (unknown !== undefined) return [{ ref, gateway, standing: 'waiting' }];
    const graph = world.graph(gateway);
    if (graph === undefined) return [{ ref, gateway, standing: 'absent' }];
    if (graph.standing === 'foreign') return [{ ref, gateway, standing: 'foreign' }];
    if (graph.standing !== 'accepted') return [{ ref, gateway, standing: 'waiting' }];
    const index = seen.get(gateway) ?? 0;
    seen.set(gateway, index + 1);
    const accepted = graph.attachments.get(routeKey(route))?.[index]?.accepted;
    return [{ ref, gateway, standing: 'ours', ...(accepted && { accepted }) }];
  });
}

function shareListeners(route: Route, graph: GatewayGraph): Pick<ServiceWish, 'serves' | 'olders'> {
  const serves: Listener[] = [];
  const olders = new Set<ObjectKey<RouteKind>>();
  const own = routeKey(route);
  const bound = new Set(graph.attachments.get(own)?.flatMap((attachment) => attachment.listeners));
  for (const { listener } of graph.listeners) {
    const oldest = graph.attached.get(listener.name)?.[0];
    if (oldest === undefined || !bound.has(listener.name)) continue;
    if (keyOf(oldest) === own) serves.push(listener);
    else olders.add(keyOf(oldest));
  }
  return { serves, olders: [...olders] };
}
