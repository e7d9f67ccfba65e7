import type { BackendRef, Listener, Route } from '../objects/gateway-api.ts';
import type { ObjectKey, ParentKind, RouteKind } from '../objects/keys.ts';
import type { StringMap, Verdict } from '../objects/kubernetes.ts';
import type { ParentVerdict } from '../objects/verdicts.ts';
import type { ClusterView, ServiceBehaviour, Settings } from '../objects/view.ts';
import { backendKey, type ResolvedBackend, resolveBackend } from './backends.ts';
import { chooseBehaviour, selectorOf, weightedBackends } from './behaviour.ts';
import type { GatewayGraph, World } from './graph.ts';
import { isListenerSetKey, keyOf, parentOf, serviceKey } from './keys.ts';
import { gatewayBehind } from './listener-sets.ts';
import { copyName } from './names.ts';
import { optionsOfRoute } from './options.ts';
import { ownServiceKey } from './own-service.ts';

/** A Service that a route wants, and what it wants there. */
export interface ServiceWish {
  readonly target: ObjectKey<'Service'>;
  readonly behaviour: ServiceBehaviour;
  readonly selector: StringMap;
  readonly gateway: ObjectKey<'Gateway'>;
  /** What the backendRefs with a weight come to, in their order: exactly one, unless under `aggregate`. */
  readonly backends: readonly WeightedBackend[];
  /** Listeners of the Gateway that this route serves: it is the oldest route there. */
  readonly serves: readonly Listener[];
  /** Older routes that serve the listeners which this one shares with them. */
  readonly olders: readonly ObjectKey<RouteKind>[];
}

export interface WeightedBackend {
  readonly ref: BackendRef;
  readonly resolved: ResolvedBackend;
}

/** A route with all that its parents and its backends decide. */
export interface RouteResolution {
  readonly route: Route;
  readonly parents: readonly ParentVerdict[];
  /** Empty where no parentRef is accepted; more than one only under `aggregate`: one for each Gateway. */
  readonly wishes: readonly ServiceWish[];
  /** `ResolvedRefs`, over all backendRefs, also of a route that is not accepted. */
  readonly resolvedRefs: Verdict;
  /** The same over those alone that the behaviour serves: what decides over its Services. */
  readonly servedRefs: Verdict;
  /** What is not known yet of these, whatever the others come to: until then nothing that serves them goes. */
  readonly openQuestion: string | undefined;
}

export function resolveRoute(route: Route, world: World): RouteResolution {
  return world.memo.once(route, () => resolve(route, world));
}

function resolve(route: Route, world: World): RouteResolution {
  const parents = resolveParents(route, world);
  const { view, settings } = world;
  const choice = chooseBehaviour(route, optionsOfRoute(route, world));
  const resolvedAs = (behaviour: ServiceBehaviour): readonly WeightedBackend[] =>
    route.spec.rules.flatMap(({ backendRefs }) =>
      backendRefs.map((ref) => ({ ref, resolved: resolveBackend({ route, ref, behaviour, view, settings }) })),
    );
  // Only what every behaviour asks of a reference: by this one the Service need not be there.
  if ('refusal' in choice) return { route, parents, wishes: [], ...resolveAll([], resolvedAs('create')) };
  const { behaviour } = choice;
  const refs = weightedBackends(route);
  const [ref] = refs;
  const served = new Set(behaviour === 'aggregate' ? refs : refs.slice(0, 1));
  const all = resolvedAs(behaviour);
  const backends = all.filter((backend) => served.has(backend.ref));
  const verdicts = resolveAll(backends, all);
  const gateways = new Set(
    parents.flatMap(({ accepted, gateway }) => (accepted?.status === 'True' && gateway !== undefined ? [gateway] : [])),
  );
  const wishes = [...gateways].flatMap((gateway): ServiceWish[] => {
    const graph = world.graph(gateway);
    const target = graph && targetIn(graph, { route, ref, behaviour }, world);
    if (graph === undefined || target === undefined) return [];
    const selector = behaviour === 'create' ? selectorOf(route) : {};
    return [{ target, behaviour, selector, gateway, backends, ...shareListeners(route, graph) }];
  });
  return { route, parents, wishes, ...verdicts };
}

interface Asked {
  readonly route: Route;
  readonly ref: BackendRef | undefined;
  readonly behaviour: ServiceBehaviour;
}

function targetIn({ gateway }: GatewayGraph, asked: Asked, world: World): ObjectKey<'Service'> | undefined {
  return asked.behaviour === 'aggregate' ? ownServiceKey(gateway, world.view, world.settings) : targetOfRoute(asked);
}

/**
 * The Service of its own that a route would have, could it be served; `undefined` where it asks for none that can be,
 * or for a part in that of its Gateway.
 */
export function wantedTarget(route: Route, settings: Settings): ObjectKey<'Service'> | undefined {
  const choice = chooseBehaviour(route, settings);
  const [ref] = weightedBackends(route);
  if ('refusal' in choice || choice.behaviour === 'aggregate') return undefined;
  return targetOfRoute({ route, ref, behaviour: choice.behaviour });
}

function targetOfRoute({ route, ref, behaviour }: Asked): ObjectKey<'Service'> | undefined {
  if (ref === undefined) return undefined;
  const key = backendKey(route, ref);
  return behaviour === 'duplicate' ? copyKey(key) : key;
}

/** The key of the copy that `duplicate` makes of a Service. */
export function copyKey(original: ObjectKey<'Service'>): ObjectKey<'Service'> {
  const [, namespace = '', name = ''] = original.split('/');
  return serviceKey(namespace, copyName(name));
}

const nothingToResolve: Verdict = {
  status: 'True',
  reason: 'ResolvedRefs',
  message: 'there is no reference to resolve',
};

/** @param served those of all that the behaviour serves: the others have no share. */
function resolveAll(
  served: readonly WeightedBackend[],
  all: readonly WeightedBackend[],
): Pick<RouteResolution, 'resolvedRefs' | 'servedRefs' | 'openQuestion'> {
  const verdictsOf = (backends: readonly WeightedBackend[]): readonly Verdict[] =>
    backends.map(({ resolved }) => resolved.resolvedRefs);
  const verdicts = verdictsOf(served);
  const isPartial = new Set(verdicts.map(({ status }) => status === 'False')).size > 1;
  const worst = worstOf(verdicts);
  const servedRefs = isPartial ? { ...worst, message: `${worst.message}${shareIsNotRefused}` } : worst;
  const others = verdictsOf(all.filter((backend) => !served.includes(backend)));
  const resolvedRefs = worstOf(served.length === 0 ? others : [servedRefs, ...others]);
  return { servedRefs, resolvedRefs, openQuestion: verdicts.find(({ status }) => status === 'Unknown')?.message };
}

/** One verdict over all: what is refused comes before what is not known yet. */
function worstOf(verdicts: readonly Verdict[]): Verdict {
  const failed = verdicts.filter(({ status }) => status === 'False');
  const [worst] = failed;
  if (worst !== undefined) return { ...worst, message: [...new Set(failed.map(({ message }) => message))].join('; ') };
  return verdicts.find(({ status }) => status !== 'True') ?? verdicts[0] ?? nothingToResolve;
}

const shareIsNotRefused = '; its share is not refused, the other backends take it: kube-proxy cannot refuse a share';

function resolveParents(route: Route, world: World): ParentVerdict[] {
  const seen = new Map<ObjectKey<'Gateway'>, number>();
  return route.spec.parentRefs.flatMap((ref): ParentVerdict[] => {
    const parent = parentOf(ref, route.metadata.namespace);
    if (parent === undefined) return [];
    const gateway = gatewayBehind(parent, world.view);
    const graph = gateway && world.graph(gateway);
    const standing = standingOfParent(parent, gateway, graph, world);
    // Of all that lead to a Gateway, its graph has a verdict each, in their order.
    const index = (gateway && seen.get(gateway)) ?? 0;
    if (gateway !== undefined) seen.set(gateway, index + 1);
    if (standing !== 'ours' || gateway === undefined) return [{ ref, parent, gateway, standing }];
    const accepted = graph?.attachments.get(keyOf(route))?.results[index]?.accepted;
    return [{ ref, parent, gateway, standing, ...(accepted && { accepted }) }];
  });
}

function standingOfParent(
  parent: ObjectKey<ParentKind>,
  gateway: ObjectKey<'Gateway'> | undefined,
  graph: GatewayGraph | undefined,
  { view }: World,
): ParentVerdict['standing'] {
  const unread = view.unreadable(parent) ?? view.unavailable('Gateway') ?? unreadSets(parent, view);
  if (unread !== undefined || (gateway !== undefined && view.unreadable(gateway) !== undefined)) return 'waiting';
  if (graph === undefined) return 'absent';
  if (graph.standing === 'foreign') return 'foreign';
  return graph.standing === 'accepted' ? 'ours' : 'waiting';
}

function unreadSets(parent: ObjectKey<ParentKind>, view: ClusterView): string | undefined {
  return isListenerSetKey(parent) ? view.unavailable('ListenerSet') : undefined;
}

function shareListeners(route: Route, graph: GatewayGraph): Pick<ServiceWish, 'serves' | 'olders'> {
  const serves: Listener[] = [];
  const olders = new Set<ObjectKey<RouteKind>>();
  const own = keyOf(route);
  const bound = new Set(graph.attachments.get(own)?.results.flatMap((attachment) => attachment.listeners));
  for (const { id, listener } of graph.listeners) {
    const oldest = graph.attached.get(id)?.[0];
    if (oldest === undefined || !bound.has(id)) continue;
    if (keyOf(oldest) === own) serves.push(listener);
    else olders.add(keyOf(oldest));
  }
  return { serves, olders: [...olders] };
}
