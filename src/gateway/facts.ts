import type { GatewayClassFacts, GatewayFacts, ServiceFacts } from '../objects/facts.ts';
import type { Gateway } from '../objects/gateway-api.ts';
import type { ObjectKey, RouteKind } from '../objects/keys.ts';
import type { Verdict } from '../objects/kubernetes.ts';
import { isAssigned, isMarked, isMarkStale, needsPin } from './address-pin.ts';
import { acceptedWith, isRecorded, requestOf, waitingRequestOf } from './address-request.ts';
import { strangersSlices } from './endpoint-slices.ts';
import { acceptClass, finalizersDue, judgeVersion, standingOf } from './gateway-class.ts';
import { noteExtras } from './gateway-extras.ts';
import type { GatewayGraph, World } from './graph.ts';
import { heldElsewhere } from './held-elsewhere.ts';
import { keyOf } from './keys.ts';
import { isMoved } from './ledger.ts';
import { acceptedUnder } from './listener-sets.ts';
import { whyClassIsNotServed } from './not-served.ts';
import { isOwnService, ownServiceKey } from './own-service.ts';
import { ownershipOf } from './ownership.ts';
import { presenceOf } from './presence.ts';
import { servedWishes } from './served-wishes.ts';
import { ownServiceFacts } from './service-facts.ts';
import { planService } from './service-plan.ts';
import { unmetFamilies } from './unmet-families.ts';

/** Facts of a GatewayClass, from the cluster as it is known now. */
export function gatewayClassFacts(key: ObjectKey<'GatewayClass'>, world: World): GatewayClassFacts {
  const gatewayClass = world.view.get(key);
  return {
    presence: presenceOf(key, gatewayClass, world),
    standing: standingOf(gatewayClass, world.view, world.settings),
    accepted: gatewayClass && acceptClass(gatewayClass, world.view),
    supportedVersion: judgeVersion(world.view),
    isFinalizerDue: gatewayClass !== undefined && finalizersDue(gatewayClass, world.view) !== undefined,
    isTerminating: gatewayClass?.metadata.deletionTimestamp !== undefined,
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
    const presence = presenceOf(key, undefined, world);
    return { ...nothing, presence, held, leftovers: leftoversOf(key, world), carriers: carriersOf(held, world) };
  }
  const request = (graph.standing === 'accepted' ? requestOf : waitingRequestOf)(gateway, world);
  const isMovedAway = request.kind === 'kept' && isMoved(gateway, held, world);
  return {
    presence: presenceOf(key, gateway, world),
    standing: graph.standing,
    className: gateway.spec.gatewayClassName,
    request,
    held,
    outside: isAssigned(gateway, world.settings) ? world.addresses.outsidePool(uid) : [],
    unmetFamilies: unmetFamilies(gateway, held, world),
    isRecorded: isRecorded(gateway, held, world),
    isLost: isMovedAway || held.some((address) => isElsewhere(address, world)),
    isPinDue: world.view.isServed('IPAddress') && needsPin(gateway, held, world),
    isMarked: isMarked(gateway, held, world.settings),
    isMarkStale: isMarkStale(gateway, world.settings),
    poolRevision: world.addresses.revision,
    accepted: graph.standing === 'refused' ? refusedWithClass(gateway, world) : graph.accepted,
    listeners: graph.listeners,
    attachedRoutes: countRoutes(graph, world),
    attachedListenerSets: countSets({ gateway, accepted: acceptedWith({ request, accepted: graph.accepted }) }, graph),
    services: servicesOf(graph, world),
    notes: noteExtras(gateway, world),
    leftovers: leftoversOf(key, world),
    strangersSlices: strangersOf(graph, world),
    carriers: carriersOf(held, world),
  };
}

/** A class of ours that cannot be used: its Gateways say so too. */
function refusedWithClass({ spec }: Gateway, world: World): Verdict {
  return { status: 'False', reason: 'InvalidParameters', message: whyClassIsNotServed(spec.gatewayClassName, world) };
}

const nothing = {
  standing: 'missing',
  className: '',
  request: { kind: 'any' },
  outside: [],
  isRecorded: false,
  isLost: false,
  isPinDue: false,
  isMarked: false,
  isMarkStale: false,
  poolRevision: 0,
  accepted: { status: 'Unknown', reason: 'Pending', message: '' },
  listeners: [],
  attachedRoutes: {},
  attachedListenerSets: 0,
  services: [],
  notes: [],
  strangersSlices: [],
} as const satisfies Partial<GatewayFacts>;

function countSets(under: Parameters<typeof acceptedUnder>[0], { sets }: GatewayGraph): number {
  return [...sets.values()].filter((set) => acceptedUnder(under, set).status === 'True').length;
}

/** Whether the ledger says that another than its holder has this address. */
function isElsewhere(address: string, world: World): boolean {
  const holder = world.addresses.holderOf(address);
  return holder !== undefined && heldElsewhere(address, holder, world) !== undefined;
}

export function countRoutes(
  { listeners, attached }: Pick<GatewayGraph, 'listeners' | 'attached'>,
  world: World,
): Readonly<Record<string, number>> {
  const countable = listeners.filter(({ supportedKinds }) =>
    supportedKinds.every(({ kind }) => world.view.unavailable(kind as RouteKind) === undefined),
  );
  return Object.fromEntries(countable.map(({ id }) => [id, attached.get(id)?.length ?? 0]));
}

/** The Services that the routes of this Gateway want, each once. */
function servicesOf(graph: GatewayGraph, world: World): readonly ServiceFacts[] {
  const services = new Map<string, ServiceFacts>();
  for (const { route, wish } of servedWishes(graph, world)) {
    if (services.has(wish.target)) continue;
    const plan = planService(wish.target, world);
    const facts = plan.refused.has(keyOf(route)) ? undefined : ownServiceFacts(wish.target, plan, world);
    if (facts !== undefined) services.set(wish.target, facts);
  }
  return [...services.values()];
}

/** Its own Services that are to go: all of them when it is gone or not ours, else those of another name or class. */
function leftoversOf(key: ObjectKey<'Gateway'>, world: World): readonly ObjectKey<'Service'>[] {
  return world.view
    .servicesNaming(key)
    .filter((service) => isOwnService(service, world.settings))
    .map((service) => keyOf(service))
    .filter((service) => planService(service, world).kind === 'none');
}

function strangersOf({ gateway }: GatewayGraph, world: World): readonly string[] {
  const key = ownServiceKey(gateway, world.view, world.settings);
  const service = world.view.get(key);
  return service !== undefined && isOwnService(service, world.settings) ? strangersSlices(key, world) : [];
}

function carriersOf(held: readonly string[], world: World): readonly ObjectKey<'Service'>[] {
  return held
    .flatMap((address) => world.view.servicesAt(address))
    .filter((service) => ownershipOf(service, world.view, world.settings) !== 'foreign')
    .map((service) => keyOf(service));
}
