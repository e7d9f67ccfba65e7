import type { Gateway, Route } from '../objects/gateway-api.ts';
import type { ClusterView, Settings } from '../objects/view.ts';
import { mayTake } from './attachment.ts';
import { classStandingOf } from './gateway-class.ts';
import { keyOf, parentOf } from './keys.ts';
import { gatewayBehind } from './listener-sets.ts';
import { leadsOf, mergeListeners } from './merged-listeners.ts';

interface Knowledge {
  readonly view: ClusterView;
  readonly settings: Settings;
}

/**
 * The Gateway that a route's Service is for, and whose parameters hold for it: the first one of ours, in the order of the
 * parentRefs, whose listeners take it. Where none does, the first.
 */
export function homeOf(route: Route, { view, settings }: Knowledge): Gateway | undefined {
  const ours = gatewaysOf(route, view).filter((gateway) => classStandingOf(gateway, view, settings) === 'accepted');
  return ours.length > 1 ? (ours.find((gateway) => isTakenBy(gateway, route, view)) ?? ours[0]) : ours[0];
}

/** The Gateways that a route's parentRefs lead to and that are there, in that order, each once. */
export function gatewaysOf(route: Route, view: ClusterView): readonly Gateway[] {
  const found = route.spec.parentRefs.flatMap((ref) => {
    const parent = parentOf(ref, route.metadata.namespace);
    const key = parent && gatewayBehind(parent, view);
    return (key && view.get(key)) ?? [];
  });
  return found.length > 1 ? [...new Set(found)] : found;
}

function isTakenBy(gateway: Gateway, route: Route, view: ClusterView): boolean {
  return leadsOf(route, keyOf(gateway), mergeListeners(gateway, view), view).some(
    ({ ref, parent, refusal, listeners }) =>
      refusal === undefined ? mayTake({ route, ref, parent, view }, listeners) : refusal.accepted.status === 'Unknown',
  );
}
