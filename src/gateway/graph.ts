import type { Gateway, Route } from '../objects/gateway-api.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { Verdict } from '../objects/kubernetes.ts';
import type { ClassStanding } from '../objects/verdicts.ts';
import type { AddressView, ClusterView, Settings } from '../objects/view.ts';
import { type Attachment, attach } from './attachment.ts';
import { isAggregating } from './behaviour.ts';
import { classStandingOf } from './gateway-class.ts';
import { homeOf } from './home.ts';
import { byAge, keyOf } from './keys.ts';
import { acceptGateway } from './listeners.ts';
import type { Memo } from './memo.ts';
import { leadsOf, type MergedListeners, mergeListeners } from './merged-listeners.ts';
import { optionsAt } from './options.ts';
import { readParameters } from './parameters.ts';

/** A Gateway with all that its own spec and its routes' specs decide, whatever their backends. */
export interface GatewayGraph extends MergedListeners {
  readonly gateway: Gateway;
  readonly standing: ClassStanding;
  readonly accepted: Verdict;
  /** By id of a listener: the routes that are accepted there, oldest first. The first one serves. */
  readonly attached: ReadonlyMap<string, readonly Route[]>;
  /** By route. */
  readonly attachments: ReadonlyMap<string, RouteAttachments>;
}

/** What each parentRef of a route to one Gateway comes to, in the order of the parentRefs. */
export interface RouteAttachments {
  readonly route: Route;
  readonly results: readonly Attachment[];
}

/** Everything that the pure decisions look at. */
export interface World {
  readonly view: ClusterView;
  readonly addresses: AddressView;
  readonly settings: Settings;
  /** Why the last write of this object was refused by the API server, until one succeeds or is due again. */
  refusalOf(key: ObjectKey): string | undefined;
  /** The graph of a Gateway that exists; each world decides how long it remembers one. */
  graph(key: ObjectKey<'Gateway'>): GatewayGraph | undefined;
  /** What was decided over routes and Services since the last change. */
  readonly memo: Memo;
}

/**
 * Builds the graph of one Gateway; a Gateway whose class is not ours attaches nothing.
 * @param base an earlier graph, where nothing but routes has changed since: the others need not be judged again.
 */
export function buildGraph(gateway: Gateway, world: Omit<World, 'graph' | 'memo'>, base?: GatewayGraph): GatewayGraph {
  const { view, settings } = world;
  const key = keyOf(gateway);
  const standing = classStandingOf(gateway, view, settings);
  const { listeners, sets } = mergeListeners(gateway, view);
  const accepted = acceptGateway(gateway, listeners, readParameters(gateway, view));
  const attached = new Map<string, Route[]>();
  const attachments = new Map<string, RouteAttachments>();
  if (standing !== 'accepted') return { gateway, standing, accepted, listeners, sets, attached, attachments };
  const judge = (route: Route): readonly Attachment[] => {
    const first = homeOf(route, world);
    const options = optionsAt(first, world);
    const home = first === undefined || isAggregating(route, options) ? undefined : keyOf(first);
    return leadsOf(route, key, { listeners, sets }, view).map(
      ({ ref, parent, refusal, listeners: own }) =>
        refusal ?? attach({ route, ref, parent, gateway, settings: options, view, home }, own),
    );
  };
  for (const route of view.routesOf(key).toSorted(byAge)) {
    const own = keyOf(route);
    const known = base?.attachments.get(own);
    const judged = known?.route === route ? known : { route, results: judge(route) };
    attachments.set(own, judged);
    for (const name of new Set(judged.results.flatMap((result) => result.listeners))) {
      const routes = attached.get(name);
      if (routes === undefined) attached.set(name, [route]);
      else routes.push(route);
    }
  }
  return { gateway, standing, accepted, listeners, sets, attached, attachments };
}
