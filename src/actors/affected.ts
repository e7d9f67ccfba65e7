import type { Change, Cluster } from '../cluster/cluster.ts';
import { namespacesToken } from '../cluster/references.ts';
import { isEqual } from '../gateway/equal.ts';
import { isGatewayKey, isListenerSetKey, isRouteKey, isServiceKey, kindOf } from '../gateway/keys.ts';
import { annotations } from '../gateway/names.ts';
import type { Route } from '../objects/gateway-api.ts';
import type { ActorKind, Kind, ObjectKey } from '../objects/keys.ts';
import { type Extent, extentOf } from './extent.ts';

/** Who has to look again after a change, and which Gateways' graphs no longer hold. */
export interface Affected {
  readonly extent: Extent;
  readonly actors: Set<ObjectKey<ActorKind>>;
  readonly graphs: Set<ObjectKey<'Gateway'>>;
  /** Gateways of which the own Service is another one now: the routes that serve there look again. */
  readonly owners: Set<ObjectKey<'Gateway'>>;
}

/** The reverse index walked from what changed to whom it concerns: at most two steps. */
export function affectedBy(change: Change, cluster: Cluster): Affected {
  const walk = new Walk(cluster);
  const extent = extentOf(change, cluster);
  if (extent === 'status') walk.status(change.key);
  else if (extent === 'address') walk.address(change.key);
  else concerns[kindOf(change.key)](change, walk);
  return { extent, actors: walk.actors, graphs: walk.graphs, owners: walk.owners };
}

/** Whom a change of each kind concerns. */
const concerns: Readonly<Record<Kind, (change: Change, walk: Walk) => void>> = {
  GatewayClass: ({ key }, walk) => walk.gatewayClass(key),
  Gateway: ({ key, before, after, tokens }, walk) => {
    walk.gatewayAndRoutes(key);
    for (const token of tokens) walk.ownService(token);
    if (before === undefined || classOf(before) !== classOf(after)) for (const token of tokens) walk.actor(token);
  },
  TCPRoute: ({ key, tokens }, walk) => walk.route(key, tokens),
  UDPRoute: ({ key, tokens }, walk) => walk.route(key, tokens),
  ListenerSet: ({ key, tokens }, walk) => {
    walk.actor(key);
    for (const token of tokens) walk.gatewayAndRoutes(token);
    for (const route of walk.naming(key)) walk.route(route);
  },
  ReferenceGrant: ({ tokens }, walk) => {
    for (const token of tokens) for (const route of walk.naming(token)) walk.route(route);
  },
  Namespace: ({ before, after }, walk) => {
    if (isEqual(before?.metadata.labels, after?.metadata.labels)) return;
    for (const selecting of walk.naming(namespacesToken)) walk.gatewaysOf(selecting);
  },
  Service: ({ key, tokens }, walk) => {
    walk.service(key);
    for (const token of tokens) walk.actor(token);
  },
  IPAddress: ({ tokens }, walk) => {
    for (const token of tokens) walk.gatewayAndRoutes(token);
  },
  EndpointSlice: ({ before, after, tokens }, walk) => {
    if (!isEqual(meaningOf(before), meaningOf(after))) for (const token of tokens) walk.service(token);
  },
  ConfigMap: ({ key }, walk) => {
    for (const named of walk.naming(key)) {
      walk.gatewayClass(named);
      walk.gatewayAndRoutes(named);
    }
  },
  CustomResourceDefinition: (_change, walk) => walk.classes(),
  // Whom its addresses concern is found where all addresses are.
  Node: () => {},
};

function classOf(gateway: Change['after']): string | undefined {
  return gateway?.kind === 'Gateway' ? gateway.spec.gatewayClassName : undefined;
}

/** What decides where an EndpointSlice sends traffic, and of which Service; and whether one of ours is as it should be. */
function meaningOf(slice: Change['after']): unknown {
  if (slice?.kind !== 'EndpointSlice') return undefined;
  const { labels, annotations, ownerReferences } = slice.metadata;
  return [slice.endpoints, slice.ports, labels, annotations, ownerReferences];
}

class Walk {
  readonly actors = new Set<ObjectKey<ActorKind>>();
  readonly graphs = new Set<ObjectKey<'Gateway'>>();
  readonly owners = new Set<ObjectKey<'Gateway'>>();
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  naming(token: string): Iterable<ObjectKey> {
    return this.#cluster.naming(token);
  }

  /** Of a Gateway's conditions, its ListenerSets tell in theirs. */
  status(key: ObjectKey): void {
    this.actor(key);
    for (const set of this.#cluster.naming(key)) if (isListenerSetKey(set)) this.actor(set);
  }

  /** A Gateway whose address differs: its Services carry what it holds, and the pool and the ledger tell of that. */
  address(key: ObjectKey): void {
    this.status(key);
    if (isGatewayKey(key)) this.graphs.add(key);
  }

  actor(token: string): void {
    if (isActorKey(token)) this.actors.add(token);
  }

  /** A class, and its Gateways with all that follows them. */
  gatewayClass(key: ObjectKey): void {
    if (!key.startsWith('GatewayClass/')) return;
    this.actor(key);
    for (const gateway of this.#cluster.naming(key)) this.gatewayAndRoutes(gateway);
  }

  /** A Gateway, its routes, these routes' other Gateways, and the routes that may want the same Services. */
  gatewayAndRoutes(gateway: string): void {
    if (!isGatewayKey(gateway)) return;
    this.actors.add(gateway);
    this.graphs.add(gateway);
    const services = new Set<string>();
    for (const attached of this.#cluster.naming(gateway)) {
      this.#attached(attached, services);
      if (!isListenerSetKey(attached)) continue;
      for (const route of this.#cluster.naming(attached)) this.#attached(route, services);
    }
    for (const service of services) this.service(service);
  }

  /** The Gateway that a token stands for, by itself or by its ListenerSet, with its routes. */
  gatewaysOf(token: string): void {
    for (const gateway of this.#behind(token)) this.gatewayAndRoutes(gateway);
  }

  /** The Gateway that a token is, or that of the ListenerSet that it is. */
  #behind(token: string): readonly ObjectKey<'Gateway'>[] {
    if (isGatewayKey(token)) return [token];
    return isListenerSetKey(token) ? this.#cluster.tokensOf(token).filter(isGatewayKey) : [];
  }

  /** @param services takes in those that it may want. */
  #attached(key: ObjectKey, services: Set<string>): void {
    this.actor(key);
    if (!isRouteKey(key)) return;
    for (const token of this.#cluster.tokensOf(key)) {
      this.#graph(token);
      if (isServiceKey(token)) services.add(token);
    }
  }

  /** A route, its Gateways, and the routes that may want the same Services, with theirs. */
  route(key: ObjectKey, tokens: Iterable<string> = this.#cluster.tokensOf(key)): void {
    if (!isRouteKey(key)) return;
    this.actors.add(key);
    for (const token of tokens) {
      this.#graph(token);
      if (isServiceKey(token)) this.service(token);
    }
  }

  /** The routes that name a Service, and their Gateways; and the Gateway whose own it is. */
  service(key: string): void {
    for (const route of this.#cluster.naming(key)) {
      this.actor(route);
      if (!isRouteKey(route)) continue;
      for (const gateway of this.#cluster.tokensOf(route).flatMap((token) => this.#behind(token))) {
        this.actors.add(gateway);
      }
    }
    this.ownService(key);
  }

  classes(): void {
    for (const key of this.#cluster.keysOf('GatewayClass')) this.actor(key);
  }

  /** The Gateways that may have a Service of this name. */
  ownService(token: string): void {
    if (!isServiceKey(token)) return;
    for (const gateway of this.#cluster.naming(token)) {
      if (!isGatewayKey(gateway)) continue;
      this.actors.add(gateway);
      this.owners.add(gateway);
    }
  }

  /** A parent of a route: its Gateway's graph does not hold any more. */
  #graph(token: string): void {
    if (isListenerSetKey(token)) this.actors.add(token);
    for (const gateway of this.#behind(token)) {
      this.actors.add(gateway);
      this.graphs.add(gateway);
    }
  }
}

function isActorKey(token: string): token is ObjectKey<ActorKind> {
  return /^(GatewayClass|Gateway|ListenerSet|TCPRoute|UDPRoute)\//.test(token);
}

/** Who may want the same Services as these routes, by Service: routes, and their Gateways. */
export function* rivalsOf(
  routes: Iterable<ObjectKey<ActorKind>>,
  cluster: Cluster,
): Generator<ReadonlySet<ObjectKey<ActorKind>>, void> {
  const services = new Set([...routes].flatMap((route) => cluster.tokensOf(route)).filter(isServiceKey));
  for (const service of services) {
    const walk = new Walk(cluster);
    walk.service(service);
    yield walk.actors;
  }
}

/**
 * Whether other ports than those of listeners stand on an address now: of a user's Service (those that we made have none),
 * or as a route may update another one.
 */
export function haveOwnPortsChanged({ before, after }: Change): boolean {
  if (isRoute(before) && isRoute(after)) {
    return !isEqual([before.metadata.labels, before.spec.rules], [after.metadata.labels, after.spec.rules]);
  }
  const [old, now] = [before, after].map((object) => (object?.kind === 'Service' ? object : undefined));
  const behaviour = (now ?? old)?.metadata.annotations[annotations.behaviour];
  if (behaviour === 'create' || behaviour === 'duplicate') return false;
  return !isEqual(old?.spec.ports, now?.spec.ports);
}

function isRoute(object: Change['after']): object is Route {
  return object?.kind === 'TCPRoute' || object?.kind === 'UDPRoute';
}
