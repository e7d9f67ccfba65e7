import type { Change, Cluster } from '../cluster/cluster.ts';
import { addressesAmong } from '../cluster/references.ts';
import { isEqual } from '../gateway/equal.ts';
import { isGatewayKey } from '../gateway/keys.ts';
import { annotations } from '../gateway/names.ts';
import type { ActorKind, ObjectKey } from '../objects/keys.ts';

/** Who has to look again after a change, and which Gateways' graphs no longer hold. */
export interface Affected {
  readonly actors: Set<ObjectKey<ActorKind>>;
  readonly graphs: Set<ObjectKey<'Gateway'>>;
  /** Addresses that stand on a Service, or did until now. */
  readonly addresses: readonly string[];
}

/** The reverse index walked from what changed to whom it concerns: at most two steps. */
export function affectedBy({ key, before, after, tokens }: Change, cluster: Cluster): Affected {
  const walk = new Walk(cluster);
  const kind = (after ?? before)?.kind ?? key.split('/')[0];
  switch (kind) {
    case 'GatewayClass':
      walk.actor(key);
      for (const gateway of cluster.naming(key)) walk.gatewayAndRoutes(gateway);
      break;
    case 'Gateway':
      walk.gatewayAndRoutes(key);
      break;
    case 'TCPRoute':
    case 'UDPRoute':
      walk.actor(key);
      for (const token of tokens) walk.namedByRoute(token);
      break;
    case 'Service':
      walk.service(key);
      for (const token of tokens) walk.actor(token);
      break;
    case 'IPAddress':
      tokens.forEach((token) => {
        walk.gatewayAndRoutes(token);
      });
      break;
    case 'EndpointSlice':
      if (readiness(before) !== readiness(after)) walk.services(tokens);
      break;
    default:
      break;
  }
  return { actors: walk.actors, graphs: walk.graphs, addresses: addressesAmong(tokens) };
}

function readiness(slice: Change['after']): boolean {
  return slice?.kind === 'EndpointSlice' && slice.hasReadyEndpoint;
}

class Walk {
  readonly actors = new Set<ObjectKey<ActorKind>>();
  readonly graphs = new Set<ObjectKey<'Gateway'>>();
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  actor(token: string): void {
    if (isActorKey(token)) this.actors.add(token);
  }

  /** A Gateway, its routes, and these routes' other Gateways. */
  gatewayAndRoutes(gateway: string): void {
    if (!isGatewayKey(gateway)) return;
    this.actors.add(gateway);
    this.graphs.add(gateway);
    for (const route of this.#cluster.naming(gateway)) {
      this.actor(route);
      for (const token of this.#cluster.tokensOf(route)) this.#graph(token);
    }
  }

  /** A parent of a route, or a Service that other routes may want too. */
  namedByRoute(token: string): void {
    this.#graph(token);
    if (!token.startsWith('Service/')) return;
    for (const other of this.#cluster.naming(token)) this.actor(other);
  }

  /** The routes that name a Service, and their Gateways. */
  service(key: string): void {
    for (const route of this.#cluster.naming(key)) {
      this.actor(route);
      for (const token of this.#cluster.tokensOf(route)) if (isGatewayKey(token)) this.actors.add(token);
    }
  }

  services(keys: Iterable<string>): void {
    for (const key of keys) this.service(key);
  }

  #graph(token: string): void {
    if (!isGatewayKey(token)) return;
    this.actors.add(token);
    this.graphs.add(token);
  }
}

function isActorKey(token: string): token is ObjectKey<ActorKind> {
  return /^(GatewayClass|Gateway|TCPRoute|UDPRoute)\//.test(token);
}

/** Whether the ports of a user's Service are others now; those that we made have only the ports of listeners. */
export function haveOwnPortsChanged({ before, after }: Change): boolean {
  const [old, now] = [before, after].map((object) => (object?.kind === 'Service' ? object : undefined));
  const behaviour = (now ?? old)?.metadata.annotations[annotations.behaviour];
  if (behaviour === 'create' || behaviour === 'duplicate') return false;
  return !isEqual(old?.spec.ports, now?.spec.ports);
}
