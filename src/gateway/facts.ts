import type { GatewayClassFacts, GatewayFacts, Presence, RouteFacts, ServiceFacts } from '../objects/facts.ts';
import type { Route } from '../objects/gateway-api.ts';
import type { ObjectKey, RouteKind } from '../objects/keys.ts';
import type { Verdict } from '../objects/kubernetes.ts';
import { isMarked, isRecorded, needsPin, requestOf } from './address-request.ts';
import { assignedAddresses } from './assigned.ts';
import { acceptClass, standingOf } from './gateway-class.ts';
import type { GatewayGraph, World } from './graph.ts';
import { keyOf } from './keys.ts';
import { ledgerKey, liveOwner, ownerUid, releasedAt } from './ledger.ts';
import { ownershipOf } from './ownership.ts';
import { resolveRoute } from './route-resolution.ts';
import { serviceFacts } from './service-facts.ts';
import { planService } from './service-plan.ts';

/** Facts of a GatewayClass, from the cluster as it is known now. */
export function gatewayClassFacts(key: ObjectKey<'GatewayClass'>, world: World): GatewayClassFacts {
  const gatewayClass = world.view.get(key);
  return {
    presence: presenceOf(key, gatewayClass, world),
    standing: standingOf(gatewayClass, world.settings),
    accepted: gatewayClass && acceptClass(gatewayClass),
  };
}

/**
 * Facts of a Gateway.
 * @param uid of the Gateway that the actor was made for: another one of the same name is another Gateway.
 */
export function gatewayFacts(key: ObjectKey<'Gateway'>, uid: string, world: World): GatewayFacts {
  const gateway = world.view.get(key);
  const held = world.addresses.held(uid);
  const graph = world.graph(key);
  if (gateway === undefined || gateway.metadata.uid !== uid || graph === undefined) {
    return { ...nothing, presence: presenceOf(key, undefined, world), held, carriers: carriersOf(held, world) };
  }
  return {
    presence: presenceOf(key, gateway, world),
    standing: graph.standing,
    className: gateway.spec.gatewayClassName,
    request: requestOf(gateway, world),
    held,
    isRecorded: isRecorded(gateway, held, world),
    isLost: held.some((address) => isElsewhere(address, uid, world)),
    isPinDue: world.view.isServed('IPAddress') && needsPin(gateway, held, world.settings),
    isMarked: isMarked(gateway, held, world.settings),
    poolRevision: world.addresses.revision,
    accepted: graph.accepted,
    listeners: graph.listeners,
    attachedRoutes: countRoutes(graph, world),
    services: servicesOf(graph, world),
    carriers: carriersOf(held, world),
  };
}

const nothing = {
  standing: 'missing',
  className: '',
  request: { kind: 'any' },
  isRecorded: false,
  isLost: false,
  isPinDue: false,
  isMarked: false,
  poolRevision: 0,
  accepted: { status: 'Unknown', reason: 'Pending', message: '' },
  listeners: [],
  attachedRoutes: {},
  services: [],
} as const satisfies Partial<GatewayFacts>;

/** Facts of a route; `uid` as for `gatewayFacts`. */
export function routeFacts(key: ObjectKey<RouteKind>, uid: string, world: World): RouteFacts {
  const route = world.view.get(key);
  if (route === undefined || route.metadata.uid !== uid || route.metadata.deletionTimestamp !== undefined) {
    return {
      presence: presenceOf(key, undefined, world),
      parents: [],
      accepted: undefined,
      resolvedRefs: { status: 'Unknown', reason: 'Pending', message: '' },
      addresses: [],
      isAddressComing: false,
      olders: [],
      leftovers: leftoversOf(key, undefined, world),
      hasStatus: false,
    };
  }
  const resolution = resolveRoute(route, world);
  const { wish } = resolution;
  const plan = wish && planService(wish.target, world);
  const gateway = wish && world.view.get(wish.gateway);
  const taken = plan?.refused.get(key);
  const addresses = gateway === undefined ? [] : assignedAddresses(gateway, world);
  const isServed = wish !== undefined && wish.serves.length > 0 && taken === undefined;
  return {
    presence: 'present',
    parents: resolution.parents,
    accepted: firstAccepted(resolution.parents.flatMap((parent) => parent.accepted ?? [])),
    resolvedRefs: taken ?? resolution.resolvedRefs,
    addresses,
    isAddressComing:
      addresses.length === 0 && gateway !== undefined && world.addresses.held(gateway.metadata.uid).length > 0,
    olders: wish?.olders ?? [],
    service: isServed && plan !== undefined ? serviceFacts(wish.target, plan, world) : undefined,
    withheld: plan?.kind === 'keep' ? plan.why : undefined,
    leftovers: leftoversOf(key, wish?.target, world),
    hasStatus: hasStatus(route, world),
  };
}

/** Whether the ledger says that another has this address: a stranger, or another live Gateway. */
function isElsewhere(address: string, uid: string, { view, addresses }: World): boolean {
  if (addresses.strangerAt(address) !== undefined) return true;
  const entry = view.get(ledgerKey(address));
  if (entry === undefined || ownerUid(entry) === uid || releasedAt(entry) !== undefined) return false;
  return liveOwner(entry, view) !== undefined;
}

function presenceOf(key: ObjectKey, object: unknown, world: World): Presence {
  if (world.view.unreadable(key) !== undefined) return 'unreadable';
  return object === undefined ? 'gone' : 'present';
}

function countRoutes({ listeners, attached }: GatewayGraph, world: World): Readonly<Record<string, number>> {
  const countable = listeners.filter(({ supportedKinds }) =>
    supportedKinds.every(({ kind }) => world.view.unavailable(kind as RouteKind) === undefined),
  );
  return Object.fromEntries(countable.map(({ listener: { name } }) => [name, attached.get(name)?.length ?? 0]));
}

/** The Services that the routes of this Gateway want, each once. */
function servicesOf(graph: GatewayGraph, world: World): readonly ServiceFacts[] {
  const services = new Map<string, ServiceFacts>();
  const own = keyOf(graph.gateway);
  const seen = new Set<Route>();
  for (const [first] of graph.attached.values()) {
    if (first === undefined || seen.has(first)) continue;
    seen.add(first);
    const { wish } = resolveRoute(first, world);
    if (wish === undefined || wish.gateway !== own || wish.backend.targetPort === undefined) continue;
    const plan = planService(wish.target, world);
    const facts = plan.refused.has(keyOf(first)) ? undefined : serviceFacts(wish.target, plan, world);
    if (facts !== undefined) services.set(wish.target, facts);
  }
  return [...services.values()];
}

function carriersOf(held: readonly string[], world: World): readonly ObjectKey<'Service'>[] {
  return held
    .flatMap((address) => world.view.servicesAt(address))
    .filter((service) => ownershipOf(service, world.view, world.settings) !== 'foreign')
    .map((service) => keyOf(service));
}

function leftoversOf(
  route: ObjectKey<RouteKind>,
  target: ObjectKey<'Service'> | undefined,
  world: World,
): readonly ObjectKey<'Service'>[] {
  return world.view
    .servicesNaming(route)
    .filter((service) => ownershipOf(service, world.view, world.settings) !== 'foreign')
    .map((service) => keyOf(service))
    .filter((key) => key !== target || planService(key, world).kind === 'none');
}

function firstAccepted(verdicts: readonly Verdict[]): Verdict | undefined {
  return verdicts.find((verdict) => verdict.status === 'True') ?? verdicts[0];
}

function hasStatus(route: Route, world: World): boolean {
  return route.status.parents.some((parent) => parent.controllerName === world.settings.controllerName);
}
