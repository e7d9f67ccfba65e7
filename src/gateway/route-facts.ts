import type { RouteFacts, ServiceFacts } from '../objects/facts.ts';
import type { Route } from '../objects/gateway-api.ts';
import type { ObjectKey, RouteKind } from '../objects/keys.ts';
import type { Verdict } from '../objects/kubernetes.ts';
import { assignedAddresses } from './assigned.ts';
import type { World } from './graph.ts';
import { keyOf } from './keys.ts';
import { ownershipOf } from './ownership.ts';
import { presenceOf } from './presence.ts';
import { type RouteResolution, resolveRoute, type ServiceWish } from './route-resolution.ts';
import { serviceFacts } from './service-facts.ts';
import { planService, type ServicePlan } from './service-plan.ts';
import { noteUnreached } from './unreached.ts';
import { noteWeights } from './weights.ts';

/** Facts of a route; `uid` as for `gatewayFacts`. */
export function routeFacts(key: ObjectKey<RouteKind>, uid: string, world: World): RouteFacts {
  const route = world.view.get(key);
  if (route === undefined || route.metadata.uid !== uid || route.metadata.deletionTimestamp !== undefined) {
    return { ...nothing, presence: presenceOf(key, undefined, world), leftovers: leftoversOf(key, [], world) };
  }
  const resolution = resolveRoute(route, world);
  const { wishes, parents } = resolution;
  const plans = wishes.map((wish) => ({ wish, plan: planService(wish.target, world) }));
  const refusal = plans.map(({ plan }) => plan.refused.get(key)).find((verdict) => verdict !== undefined);
  return {
    presence: 'present',
    parents,
    accepted: firstAccepted(parents.flatMap((parent) => parent.accepted ?? [])),
    resolvedRefs: refusal ?? resolution.resolvedRefs,
    ...addressesOf(wishes, world),
    olders: [...new Set(wishes.flatMap(({ olders }) => olders))],
    services: plans.flatMap(({ wish, plan }) => servedBy(key, wish, plan, world)),
    isPartlyServed: refusal === undefined && isPartlyServed(resolution),
    notes: noteWeights(wishes, world),
    unreached: wishes.flatMap((wish) => noteUnreached(wish, world)),
    withheld: plans.flatMap(({ plan }) => (plan.kind === 'keep' && !plan.refused.has(key) ? plan.why : []))[0],
    leftovers: leftoversOf(key, plans, world),
    hasStatus: hasStatus(route, world),
  };
}

const nothing = {
  parents: [],
  accepted: undefined,
  resolvedRefs: { status: 'Unknown', reason: 'Pending', message: '' },
  addresses: [],
  isAddressComing: false,
  olders: [],
  services: [],
  isPartlyServed: false,
  notes: [],
  unreached: [],
  hasStatus: false,
} as const satisfies Partial<RouteFacts>;

function addressesOf(wishes: readonly ServiceWish[], world: World): Pick<RouteFacts, 'addresses' | 'isAddressComing'> {
  const gateways = wishes.flatMap(({ gateway }) => world.view.get(gateway) ?? []);
  const addresses = gateways.flatMap((gateway) => assignedAddresses(gateway, world));
  const isHeld = gateways.some((gateway) => world.addresses.held(gateway.metadata.uid).length > 0);
  return { addresses, isAddressComing: addresses.length === 0 && isHeld };
}

function servedBy(
  route: ObjectKey<RouteKind>,
  wish: ServiceWish,
  plan: ServicePlan,
  world: World,
): readonly ServiceFacts[] {
  if (wish.serves.length === 0 || plan.refused.has(route)) return [];
  return [serviceFacts(wish.target, plan, world) ?? []].flat();
}

/** The valid backends of a route serve, whatever becomes of the others and of references without a weight. */
function isPartlyServed({ wishes: [wish], resolvedRefs, servedRefs }: RouteResolution): boolean {
  if (wish === undefined || resolvedRefs.status === 'True' || servedRefs.status === 'Unknown') return false;
  return wish.backends.some(({ resolved }) => resolved.resolvedRefs.status === 'True');
}

interface PlannedWish {
  readonly wish: ServiceWish;
  readonly plan: ServicePlan;
}

/**
 * Our Services that are to go: those that name it, and that which it has taken from another route, but cannot have. A
 * Gateway looks after its own.
 */
function leftoversOf(
  route: ObjectKey<RouteKind>,
  plans: readonly PlannedWish[],
  world: World,
): readonly ObjectKey<'Service'>[] {
  const { view, settings } = world;
  const wanted = new Map(plans.map(({ wish, plan }) => [wish.target, plan]));
  const taken = plans.filter(({ wish }) => wish.behaviour !== 'aggregate');
  const services = new Set([
    ...view.servicesNaming(route),
    ...taken.flatMap(({ wish }) => view.get(wish.target) ?? []),
  ]);
  return [...services]
    .filter((service) => ownershipOf(service, view, settings) !== 'foreign')
    .map((service) => keyOf(service))
    .filter((key) => (wanted.get(key)?.kind ?? 'none') === 'none');
}

function firstAccepted(verdicts: readonly Verdict[]): Verdict | undefined {
  return verdicts.find((verdict) => verdict.status === 'True') ?? verdicts[0];
}

function hasStatus(route: Route, world: World): boolean {
  return route.status.parents.some((parent) => parent.controllerName === world.settings.controllerName);
}
