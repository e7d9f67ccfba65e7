import type { Change, Cluster } from '../cluster/cluster.ts';
import { partsOf } from '../gateway/keys.ts';
import type { NoPool } from '../ipam/allocator.ts';
import { parsePools } from '../ipam/namespaced.ts';
import type { Pool } from '../ipam/pool.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { ConfigMap, StringMap } from '../objects/kubernetes.ts';
import type { PoolSource } from '../objects/pool-source.ts';

/** The flags that say where the pool is. */
export interface PoolFlags {
  /** `[namespace/]name`; empty: no pool. */
  readonly ipamConfigMap: string;
  readonly ipamNamespaced: boolean;
}

/** Without a namespace in the flag: the controller's own namespace, then `default`. */
export function poolSource(flags: PoolFlags, ownNamespace: string | undefined): PoolSource | undefined {
  const { ipamConfigMap, ipamNamespaced: isNamespaced } = flags;
  if (ipamConfigMap === '') return undefined;
  const [first = '', second] = ipamConfigMap.split('/');
  if (second !== undefined) return { name: second, namespaces: [first], isNamespaced };
  return { name: first, namespaces: [...new Set([ownNamespace ?? 'default', 'default'])], isNamespaced };
}

/** Whether another thing is to be said of the pool after a change: of a ConfigMap that is not used only whether it is there. */
export function concernsPool({ key, before, after }: Change, source: PoolSource | undefined): boolean {
  const { kind, namespace, name } = partsOf(key);
  if (kind !== 'ConfigMap' || name !== source?.name) return false;
  const isUsed = source.isNamespaced === true || source.namespaces.includes(namespace);
  return isUsed || (before === undefined) !== (after === undefined);
}

/** The pool as the cluster has it now, or why there is none. */
export function readPool(source: PoolSource | undefined, cluster: Cluster): Pool | NoPool {
  if (source === undefined) {
    return { missing: 'no address pool: start the controller with -ipam-configmap, or set spec.addresses' };
  }
  const unavailable = cluster.unavailable('ConfigMap');
  if (unavailable !== undefined) return { missing: `the address pool cannot be read: ${unavailable}` };
  for (const namespace of source.namespaces) {
    const key: ObjectKey<'ConfigMap'> = `ConfigMap/${namespace}/${source.name}`;
    const broken = cluster.unreadable(key);
    if (broken !== undefined) return { missing: `ConfigMap ${source.name} cannot be decoded: ${broken}` };
    if (cluster.get(key) !== undefined) break;
  }
  const maps = poolMapsOf(source, cluster);
  const read =
    maps.length > 0
      ? poolOf(source, byNamespace(maps))
      : { missing: `the address pool, ConfigMap ${placesOf(source)}, does not exist: create it` };
  const unused = namesakesOf(source, cluster).filter((map) => !maps.includes(map));
  return unused.length === 0 ? read : { ...read, hints: new Map(unused.map(hintAt)) };
}

function hintAt({ metadata: { namespace, name } }: ConfigMap): readonly [string, string] {
  const hint = `ConfigMap ${namespace}/${name} is not used: the controller takes it with -ipam-namespaced only`;
  return [namespace, hint];
}

/** A ConfigMap of the pool as it would be. */
export interface PoolEdit {
  /** Empty or absent: the main one. It counts where namespaces may have pools of their own. */
  readonly namespace?: string | undefined;
  readonly data: StringMap;
}

/** The pool as it would be after an edit, with the problems of what is edited. @param edits of two of one place, the first. */
export function plannedPool(source: PoolSource, cluster: Cluster, edits: readonly PoolEdit[]): Pool {
  const before = byNamespace(poolMapsOf(source, cluster));
  const place = mainOf(source, before) ?? source.namespaces[0] ?? '';
  const placeOf = ({ namespace = '' }: PoolEdit): string =>
    source.isNamespaced === true && namespace !== '' ? namespace : place;
  const edited = new Map(edits.toReversed().map((edit) => [placeOf(edit), edit.data]));
  const after = new Map([...before, ...edited]);
  const main = mainOf(source, after);
  const judged = new Set([...edited.keys()].map((of) => (of === main ? undefined : `${of}/${source.name}`)));
  const pool = poolOf(source, after);
  return { ...pool, problems: pool.problems.filter(({ configMap }) => judged.has(configMap)) };
}

/** The ConfigMaps that are there and that the pool, or a part of it, stands in: the main one first. */
export function poolMapsOf(source: PoolSource, cluster: Cluster): readonly ConfigMap[] {
  const { name, namespaces, isNamespaced } = source;
  const main = namespaces.flatMap((namespace) => cluster.get(`ConfigMap/${namespace}/${name}`) ?? []).slice(0, 1);
  if (isNamespaced !== true) return main;
  return [...main, ...namesakesOf(source, cluster).filter((map) => !main.includes(map))];
}

/** All ConfigMaps of the pool's name that are known. */
function namesakesOf({ name }: PoolSource, cluster: Cluster): readonly ConfigMap[] {
  return [...cluster.all('ConfigMap')].filter(({ metadata }) => metadata.name === name);
}

type DataByNamespace = ReadonlyMap<string, StringMap>;

function byNamespace(maps: readonly ConfigMap[]): DataByNamespace {
  return new Map(maps.map(({ metadata, data }) => [metadata.namespace, data]));
}

/** The namespace of the main ConfigMap. */
function mainOf({ namespaces }: PoolSource, maps: DataByNamespace): string | undefined {
  return namespaces.find((namespace) => maps.has(namespace));
}

function poolOf(source: PoolSource, maps: DataByNamespace): Pool {
  const main = mainOf(source, maps);
  const own = [...maps]
    .filter(([namespace]) => namespace !== main)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([namespace, data]) => ({ namespace, configMap: `${namespace}/${source.name}`, data }));
  return parsePools(maps.get(main ?? '') ?? {}, own);
}

/** Where the main ConfigMap may stand, in words. */
export function placesOf({ name, namespaces }: PoolSource): string {
  return namespaces.map((namespace) => `${namespace}/${name}`).join(' or ');
}
