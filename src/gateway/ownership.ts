import type { Route } from '../objects/gateway-api.ts';
import type { ObjectKey, RouteKind } from '../objects/keys.ts';
import type { ObjectMeta } from '../objects/kubernetes.ts';
import type { Service } from '../objects/service.ts';
import type { ClusterView, Settings } from '../objects/view.ts';
import { chooseBehaviour, selectorOf } from './behaviour.ts';
import { isEqual } from './equal.ts';
import { annotations, copyName } from './names.ts';
import { optionsOfRoute } from './options.ts';

export const routeKinds = ['TCPRoute', 'UDPRoute'] as const satisfies RouteKind[];

/** The routes that a Service's annotations name: by name those of its own namespace, others with theirs. */
export function routesNamedBy(metadata: ObjectMeta): ObjectKey<RouteKind>[] {
  return routeKinds.flatMap((kind) => {
    const name = metadata.annotations[annotations[kind]];
    if (name === undefined) return [];
    return [
      name.includes('/')
        ? (`${kind}/${name}` as ObjectKey<RouteKind>)
        : (`${kind}/${metadata.namespace}/${name}` as const),
    ];
  });
}

/** The Gateway that the annotation of its own Service names: that is always in the same namespace. */
export function gatewaysNamedBy(metadata: ObjectMeta): ObjectKey<'Gateway'>[] {
  const name = metadata.annotations[annotations.gateway];
  return name === undefined ? [] : [`Gateway/${metadata.namespace}/${name}`];
}

/**
 * Whether we made this Service (`made`), or turned the user's own into a LoadBalancer (`updated`), or have no part
 * in it (`foreign`). Only our annotations decide, never a name.
 */
export function ownershipOf(service: Service, view: ClusterView, settings: Settings): 'made' | 'updated' | 'foreign' {
  const marks = service.metadata.annotations;
  if (marks[annotations.controller] !== settings.controllerName) return 'foreign';
  if (marks[annotations.ownerUid] === undefined) return isLeftByOriginal(service, view, settings) ? 'made' : 'foreign';
  if (marks[annotations.behaviour] === 'update') return 'updated';
  return marks[annotations.behaviour] === undefined ? 'foreign' : 'made';
}

/**
 * The Go original put its annotation on a user's own Service too (`update`), so it proves nothing by itself: only a
 * Service whose route is there and asks for one like it was made by the original.
 */
function isLeftByOriginal(service: Service, view: ClusterView, settings: Settings): boolean {
  return routesNamedBy(service.metadata).some((key) => {
    const route = view.get(key);
    return route !== undefined && asksFor(route, service, optionsOfRoute(route, { view, settings }));
  });
}

function asksFor(route: Route, service: Service, settings: Settings): boolean {
  const choice = chooseBehaviour(route, settings);
  if ('refusal' in choice || choice.behaviour === 'update' || choice.behaviour === 'aggregate') return false;
  const names = route.spec.rules.flatMap((rule) => rule.backendRefs.map((ref) => ref.name));
  return choice.behaviour === 'create'
    ? names.includes(service.metadata.name) && isEqual(service.spec.selector ?? {}, selectorOf(route))
    : names.some((name) => copyName(name) === service.metadata.name);
}
