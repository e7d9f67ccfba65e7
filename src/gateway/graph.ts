import type { Gateway, Route } from '../objects/gateway-api.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { Verdict } from '../objects/kubernetes.ts';
import type { ClassStanding, ListenerVerdict } from '../objects/verdicts.ts';
import type { AddressView, ClusterView, Settings } from '../objects/view.ts';
import type { AnnouncerProfile } from './announcer.ts';
import { type Attachment, attach, homeOf } from './attachment.ts';
import { isAggregating } from './behaviour.ts';
import { classStandingOf } from './gateway-class.ts';
import { byAge, gatewayOf, keyOf, routeKey } from './keys.ts';
import { acceptGateway, judgeListeners } from './listeners.ts';

/** A Gateway with all that its own spec and its routes' specs decide, whatever their backends. */
export interface GatewayGraph {
  readonly gateway: Gateway;
  readonly standing: ClassStanding;
  readonly accepted: Verdict;
  readonly listeners: readonly ListenerVerdict[];
  /** By listener: the routes that are accepted there, oldest first. The first one serves. */
  readonly attached: ReadonlyMap<string, readonly Route[]>;
  /** By route: what each of its parentRefs to this Gateway comes to, in the order of the parentRefs. */
  readonly attachments: ReadonlyMap<string, readonly Attachment[]>;
}

/** Everything that the pure decisions look at. */
export interface World {
  readonly view: ClusterView;
  readonly addresses: AddressView;
  readonly settings: Settings;
  readonly announcer: AnnouncerProfile;
  /** Why the last write of this object was refused by the API server, until one succeeds or is due again. */
  refusalOf(key: ObjectKey): string | undefined;
  /** The graph of a Gateway that exists; each world decides how long it remembers one. */
  graph(key: ObjectKey<'Gateway'>): GatewayGraph | undefined;
}

/** Builds the graph of one Gateway; a Gateway whose class is not ours attaches nothing. */
export function buildGraph(gateway: Gateway, world: Omit<World, 'graph'>): GatewayGraph {
  const { view, settings } = world;
  const key = keyOf(gateway);
  const standing = classStandingOf(gateway, view, settings);
  const listeners = judgeListeners(gateway);
  const accepted = acceptGateway(gateway, listeners);
  const attached = new Map<string, Route[]>();
  const attachments = new Map<string, readonly Attachment[]>();
  if (standing !== 'accepted') return { gateway, standing, accepted, listeners, attached, attachments };
  const isOurs = (other: ObjectKey<'Gateway'>): boolean => {
    const candidate = view.get(other);
    return candidate !== undefined && classStandingOf(candidate, view, settings) === 'accepted';
  };
  for (const route of view.routesOf(key).toSorted(byAge)) {
    const home = isAggregating(route, settings) ? undefined : homeOf(route, isOurs);
    const results = route.spec.parentRefs
      .filter((ref) => gatewayOf(ref, route.metadata.namespace) === key)
      .map((ref) => attach({ route, ref, gateway, settings, view, home }, listeners));
    attachments.set(routeKey(route), results);
    for (const name of new Set(results.flatMap((result) => result.listeners))) {
      const routes = attached.get(name);
      if (routes === undefined) attached.set(name, [route]);
      else routes.push(route);
    }
  }
  return { gateway, standing, accepted, listeners, attached, attachments };
}
