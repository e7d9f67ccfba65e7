import type { Cluster } from '../cluster/cluster.ts';
import { partsOf } from '../gateway/keys.ts';
import type { NoPool } from '../ipam/allocator.ts';
import { type Pool, parsePool } from '../ipam/pool.ts';
import type { ObjectKey } from '../objects/keys.ts';

/** Where the pool's ConfigMap may stand, the first that exists is used. */
export interface PoolSource {
  readonly name: string;
  readonly namespaces: readonly string[];
}

/**
 * Without a namespace in the flag: the controller's own namespace, then `default`.
 * @param flag `[namespace/]name`; empty: no pool.
 */
export function poolSource(flag: string, ownNamespace: string | undefined): PoolSource | undefined {
  if (flag === '') return undefined;
  const [first = '', second] = flag.split('/');
  if (second !== undefined) return { name: second, namespaces: [first] };
  return { name: first, namespaces: [...new Set([ownNamespace ?? 'default', 'default'])] };
}

/** Whether this is a ConfigMap that the pool may stand in. */
export function isPoolOf(key: ObjectKey, source: PoolSource | undefined): boolean {
  const { kind, namespace, name } = partsOf(key);
  return kind === 'ConfigMap' && name === source?.name && source.namespaces.includes(namespace);
}

/** The pool as the cluster has it now, or why there is none. */
export function readPool(source: PoolSource | undefined, cluster: Cluster): Pool | NoPool {
  if (source === undefined) {
    return { missing: 'no address pool: start the controller with -ipam-configmap, or set spec.addresses' };
  }
  const unavailable = cluster.unavailable('ConfigMap');
  if (unavailable !== undefined) return { missing: `the address pool cannot be read: ${unavailable}` };
  const keys = source.namespaces.map((namespace): ObjectKey<'ConfigMap'> => `ConfigMap/${namespace}/${source.name}`);
  for (const key of keys) {
    const broken = cluster.unreadable(key);
    if (broken !== undefined) return { missing: `ConfigMap ${source.name} cannot be decoded: ${broken}` };
    const configMap = cluster.get(key);
    if (configMap !== undefined) return parsePool(configMap.data);
  }
  const places = source.namespaces.map((namespace) => `${namespace}/${source.name}`).join(' or ');
  return { missing: `the address pool, ConfigMap ${places}, does not exist: create it` };
}
