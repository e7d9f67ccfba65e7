import type { ObjectKey, RouteKind } from '../objects/keys.ts';
import type { Verdict } from '../objects/kubernetes.ts';
import type { Service } from '../objects/service.ts';
import { carriesOthers, mayGetBack } from './address-doubt.ts';
import { refuseClass } from './announcement.ts';
import { assignedAddresses } from './assigned.ts';
import { doubtOfBehaviour } from './behaviour-doubt.ts';
import { isEqual } from './equal.ts';
import { extrasOf } from './gateway-extras.ts';
import type { World } from './graph.ts';
import { byAge, keyOf, kindOf, nameOf } from './keys.ts';
import { refuseManualSlices } from './manual-slices.ts';
import { optionsOfRoute } from './options.ts';
import { refuseOwnPorts } from './own-ports.ts';
import { gatewayOfService, type OwnServicePlan, planOwnService } from './own-service-plan.ts';
import { ownershipOf, routesNamedBy } from './ownership.ts';
import { type RouteResolution, resolveRoute, type ServiceWish, wantedTarget } from './route-resolution.ts';
import { refuseChosenClass } from './service-extras.ts';

/** A route that has a say in a Service. */
export interface Contributor {
  readonly resolution: RouteResolution;
  readonly wish: ServiceWish;
}

/**
 * What should become of one Service:
 * - `want`: the contributors, oldest first, agree on it;
 * - `aggregate`: it is a Gateway's own, with a port for each listener that is served over it;
 * - `none`: nobody wants it: what is ours there goes;
 * - `keep`: something is not known (yet): touch nothing.
 * `refused` says why other routes have no part in it.
 */
export type ServicePlan =
  | (OwnServicePlan & { readonly refused: ReadonlyMap<string, Verdict> })
  | {
      readonly kind: 'want';
      readonly leader: Contributor;
      readonly contributors: readonly Contributor[];
      readonly addresses: readonly string[];
      readonly refused: ReadonlyMap<string, Verdict>;
    };

/** Decides over one Service from all routes that name it, or from the Gateway whose own it is. */
export function planService(key: ObjectKey<'Service'>, world: World): ServicePlan {
  return world.memo.once(key, () => plan(key, world));
}

function plan(key: ObjectKey<'Service'>, world: World): ServicePlan {
  const current = world.view.get(key);
  const resolutions = world.view.routesNaming(key).map((route) => resolveRoute(route, world));
  const claims = resolutions.flatMap((resolution): Contributor[] =>
    resolution.wishes.filter((wish) => isClaim(wish, key)).map((wish) => ({ resolution, wish })),
  );
  const owner = gatewayOfService(key, world);
  if (owner !== undefined) return { ...planOwnService(key, owner, world), refused: refuseAll(key, owner, claims) };
  claims.sort((a, b) => byAge(a.resolution.route, b.resolution.route));
  const { contributors, refused } = agree(key, current, claims, world);
  const [leader] = contributors;
  const rivals = resolutions.filter(({ route }) => wantedTarget(route, optionsOfRoute(route, world)) === key);
  const doubt = findDoubt(key, current, resolutions, world) ?? doubtOfRoutes(rivals, current, world);
  if (doubt !== undefined) return { kind: 'keep', why: doubt, refused };
  if (leader === undefined) return { kind: 'none', refused };
  return planFor({ leader, contributors, refused }, current, world);
}

/** What the Gateway of a Service's oldest contributor can do for it. */
function planFor(
  agreed: Pick<Extract<ServicePlan, { kind: 'want' }>, 'leader' | 'contributors' | 'refused'>,
  current: Service | undefined,
  world: World,
): ServicePlan {
  const { leader, contributors, refused } = agreed;
  const name = nameOf(leader.wish.gateway);
  const graph = world.graph(leader.wish.gateway);
  if (graph === undefined) return { kind: 'keep', why: `Gateway ${name} is not known`, refused };
  const { gateway, accepted } = graph;
  const addresses = assignedAddresses(gateway, world);
  if (addresses.length === 0 && !mayGetBack(gateway, current, world)) return { kind: 'none', refused };
  if (addresses.length === 0) return { kind: 'keep', why: `Gateway ${name} has no address yet`, refused };
  const isOthers = carriesOthers(current, addresses);
  if (accepted.status !== 'True') {
    // Nothing goes while parameters are still being read.
    if (isOthers && accepted.status === 'False') return { kind: 'none', refused };
    return { kind: 'keep', why: `Gateway ${name} is not accepted`, refused };
  }
  const isUpdate = leader.wish.behaviour === 'update' && current !== undefined;
  const why = isUpdate ? refuseChosenClass(current, extrasOf(gateway, world)) : undefined;
  if (why !== undefined && isOthers) return { kind: 'none', refused };
  if (why !== undefined) return { kind: 'keep', why, refused: refuseMore(refused, contributors, why) };
  return { kind: 'want', ...agreed, addresses };
}

function refuseMore(
  refused: ReadonlyMap<string, Verdict>,
  contributors: readonly Contributor[],
  message: string,
): ReadonlyMap<string, Verdict> {
  const verdict: Verdict = { status: 'False', reason: 'UnsupportedValue', message };
  return new Map([...refused, ...contributors.map(({ resolution }) => [keyOf(resolution.route), verdict] as const)]);
}

/** Whether a route has something to say about this Service: one of the first three behaviours, resolved, and serving. */
function isClaim({ target, behaviour, serves, backends }: ServiceWish, key: ObjectKey<'Service'>): boolean {
  const isResolved = backends[0]?.resolved.targetPort !== undefined;
  return target === key && behaviour !== 'aggregate' && serves.length > 0 && isResolved;
}

function refuseAll(
  key: ObjectKey<'Service'>,
  gateway: ObjectKey<'Gateway'>,
  claims: readonly Contributor[],
): ReadonlyMap<string, Verdict> {
  const verdict = taken(
    `Service ${nameOf(key)} is the own Service of Gateway ${nameOf(gateway)}: rename the backendRef`,
  );
  return new Map(claims.map(({ resolution }) => [keyOf(resolution.route), verdict]));
}

/** The first contributor that has a say, and those that agree with it. */
function agree(
  key: ObjectKey<'Service'>,
  current: Service | undefined,
  claims: readonly Contributor[],
  world: World,
): { contributors: Contributor[]; refused: Map<string, Verdict> } {
  const contributors: Contributor[] = [];
  const refused = new Map<string, Verdict>();
  for (const claim of claims) {
    const verdict = refuseManualSlices(claim.wish) ?? refuseClaim(key, current, claim, contributors[0], world);
    if (verdict === undefined) contributors.push(claim);
    else refused.set(keyOf(claim.resolution.route), verdict);
  }
  return { contributors, refused };
}

// oxlint-disable-next-line max-params -- one call site; an object would only rename the five
function refuseClaim(
  key: ObjectKey<'Service'>,
  current: Service | undefined,
  { resolution: { route }, wish }: Contributor,
  leader: Contributor | undefined,
  world: World,
): Verdict | undefined {
  const owned = current === undefined ? undefined : ownershipOf(current, world.view, world.settings);
  if (wish.behaviour === 'update') {
    if (owned === 'made') return taken(`Service ${nameOf(key)} was made by this controller: there is none to update`);
    const message = refuseOwnPorts(route, wish, world);
    if (message !== undefined) return taken(message);
    const classMessage = current && refuseClass(key, current, wish.gateway, world);
    if (classMessage !== undefined) return taken(classMessage);
  } else if (owned === 'foreign' || owned === 'updated') {
    return taken(`Service ${nameOf(key)} is there and not ours: it is left alone; rename it or the backendRef`);
  }
  if (leader === undefined) return undefined;
  const older = nameOf(keyOf(leader.resolution.route));
  if (leader.wish.behaviour !== wish.behaviour) {
    return taken(`route ${older} uses Service ${nameOf(key)} with behaviour ${leader.wish.behaviour}`);
  }
  if (leader.wish.gateway !== wish.gateway) {
    return taken(`route ${older} uses Service ${nameOf(key)} for Gateway ${nameOf(leader.wish.gateway)}`);
  }
  if (!isEqual(leader.wish.selector, wish.selector)) {
    return taken(`route ${older} uses Service ${nameOf(key)} with another selector`);
  }
  return undefined;
}

function taken(message: string): Verdict {
  return { status: 'False', reason: 'ServiceNameTaken', message };
}

/** Why nothing may be decided over this Service now. What we cannot see must not count as gone. */
function findDoubt(
  key: ObjectKey<'Service'>,
  current: Service | undefined,
  resolutions: readonly RouteResolution[],
  world: World,
): string | undefined {
  const { view } = world;
  const broken = view.unavailable('Service') ?? view.unreadable(key);
  if (broken !== undefined) return `Service ${nameOf(key)} cannot be read: ${broken}`;
  for (const route of current === undefined ? [] : routesNamedBy(current.metadata)) {
    const why = doubtOfMaker(route, current, resolutions, world);
    if (why !== undefined) return why;
  }
  const unavailable = view.unavailable('Gateway') ?? view.unavailable('GatewayClass');
  return unavailable === undefined ? undefined : `Gateways or their classes cannot be read: ${unavailable}`;
}

/**
 * Why the route for which a Service was made may want it again, though it does not seem to.
 * @param resolutions of the routes that name the Service.
 */
function doubtOfMaker(
  route: ObjectKey<RouteKind>,
  current: Service | undefined,
  resolutions: readonly RouteResolution[],
  world: World,
): string | undefined {
  const { view } = world;
  const why = view.unreadable(route) ?? view.unavailable(kindOf(route));
  if (why !== undefined) return `${route} cannot be read: ${why}`;
  // Whatever its behaviour will be, it is over a Service that it names.
  const isNaming = resolutions.some((resolution) => keyOf(resolution.route) === route);
  return isNaming ? doubtOfBehaviour(route, current, world) : undefined;
}

/** A route that may or may not have a say again matters where the Service is its own: then that stays as it is. */
function doubtOfRoutes(
  resolutions: readonly RouteResolution[],
  current: Service | undefined,
  world: World,
): string | undefined {
  const named = new Set<string>(current === undefined ? [] : routesNamedBy(current.metadata));
  return resolutions
    .filter(({ route }) => named.has(keyOf(route)))
    .map((resolution) => doubtOf(resolution, current, world))
    .find((why) => why !== undefined);
}

function doubtOf(
  { route, parents, openQuestion }: RouteResolution,
  current: Service | undefined,
  world: World,
): string | undefined {
  const waiting = parents.find(({ standing, gateway }) => {
    const found = gateway && world.view.get(gateway);
    return standing === 'waiting' && (found === undefined || mayGetBack(found, current, world));
  });
  if (waiting !== undefined) {
    return `Gateway ${nameOf(waiting.gateway ?? waiting.parent)} of route ${nameOf(keyOf(route))} waits for its class`;
  }
  const unknown = parents.find(({ accepted }) => accepted?.status === 'Unknown')?.accepted;
  return unknown?.message ?? openQuestion;
}
