import type { ApiObject } from '../../api-server/json.ts';
import { classes, namespaces, paths } from '../manifests.ts';
import { pick } from '../random.ts';
import type { Cluster } from '../world.ts';

/** Two numbers of any size: which object, and what is done. */
export interface Choice {
  readonly which: number;
  readonly what: number;
}

export type Operation = (world: Cluster, choice: Choice) => void;

export const user = 'user';

export function oneGateway(world: Cluster, { which }: Choice): ApiObject | undefined {
  return pick(world.all('Gateway'), which);
}

export function oneRoute(world: Cluster, { which }: Choice): ApiObject | undefined {
  return pick([...world.all('TCPRoute'), ...world.all('UDPRoute')], which);
}

export function oneListenerSet(world: Cluster, { which }: Choice): ApiObject | undefined {
  return pick(world.all('ListenerSet'), which);
}

/** Path of a Gateway, ListenerSet or route; of nothing, one that is not served. */
export function pathOf(object: ApiObject | undefined): string {
  const { namespace = '', name = '' } = object?.metadata ?? {};
  switch (object?.kind) {
    case 'Gateway':
      return `${paths.gateways(namespace)}/${name}`;
    case 'ListenerSet':
      return `${paths.listenerSets(namespace)}/${name}`;
    default:
      return `${paths.routes(namespace, object?.kind === 'UDPRoute' ? 'udproutes' : 'tcproutes')}/${name || '-'}`;
  }
}

export function namespaceOf({ which }: Choice): string {
  return pick(namespaces, which >> 2) ?? 'a';
}

export function className(which: number): string {
  return pick(Object.keys(classes), which) ?? 'ours';
}
