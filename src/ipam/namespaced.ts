import type { StringMap } from '../objects/kubernetes.ts';
import { globalScope, type Pool, parsePool } from './pool.ts';
import { isOption, readKey } from './pool-keys.ts';
import { invalidFirst, type PoolProblem } from './pool-problem.ts';

/** A ConfigMap that gives one namespace addresses of its own. */
export interface NamespacePool {
  readonly namespace: string;
  /** `namespace/name`, for problems with it. */
  readonly configMap: string;
  readonly data: StringMap;
}

const mainOnly = "is not used here: the pool's main ConfigMap has it, for all namespaces";

/** What replaces what: a namespace that has one key of a group takes none of that group from elsewhere. */
const groups = [['cidr-', 'range-'], ['exclude-']] as const;

/**
 * Reads a pool of several ConfigMaps: what a namespace's own one gives for it takes the place of the main one's entries
 * for that namespace, and the same with what is excluded. Options, and what is excluded for all, are the main one's.
 */
export function parsePools(main: StringMap, own: readonly NamespacePool[]): Pool {
  const data: Record<string, string> = { ...main };
  /** Where what is not the main one's stands: invalid keys of `data`, and scopes that are remarked on, as overlaps are. */
  const origins = new Map<string, Partial<PoolProblem>>();
  const misplaced = own.flatMap((pool) => {
    if (pool.namespace !== globalScope) for (const group of groups) takeGroup(pool, group, { data, origins });
    return problemsOf(pool);
  });
  const pool = parsePool(data);
  const problems = pool.problems.map(
    (problem): PoolProblem => ({
      ...problem,
      ...origins.get(`${problem.kind} ${problem.key}`),
    }),
  );
  return { ...pool, problems: invalidFirst([...problems, ...misplaced]) };
}

interface Merged {
  readonly data: Record<string, string>;
  readonly origins: Map<string, Partial<PoolProblem>>;
}

/** Its entries for its namespace, else its global ones, as those of its namespace. */
function takeGroup(
  { namespace, configMap, data: own }: NamespacePool,
  group: readonly string[],
  { data, origins }: Merged,
): void {
  const scope = [namespace, globalScope].find((name) => group.some((prefix) => `${prefix}${name}` in own));
  if (scope === undefined) return;
  for (const prefix of group) {
    const [key, value] = [`${prefix}${scope}`, own[`${prefix}${scope}`]];
    delete data[`${prefix}${namespace}`];
    if (value === undefined) continue;
    data[`${prefix}${namespace}`] = value;
    for (const kind of ['invalid', 'remark']) origins.set(`${kind} ${prefix}${namespace}`, { configMap, key });
    if (prefix !== 'exclude-') origins.set(`remark ${namespace}`, { configMap });
  }
}

/** Keys in a namespace's ConfigMap that no pool has, or that are not for this namespace alone. */
function problemsOf({ namespace, configMap, data }: NamespacePool): readonly PoolProblem[] {
  const invalid = (key: string, message: string): PoolProblem => ({ kind: 'invalid', configMap, key, message });
  if (namespace === globalScope) return [invalid(globalScope, 'a namespace of this name can have no pool of its own')];
  return Object.keys(data).flatMap((key): readonly PoolProblem[] => {
    if (isOption(key)) return [{ kind: 'remark', configMap, key, message: mainOnly }];
    const read = readKey(key);
    if ('problem' in read) return read.problem === undefined ? [] : [{ ...read.problem, configMap }];
    return [namespace, globalScope].includes(read.scope)
      ? []
      : [invalid(key, `is not used: this ConfigMap is for namespace "${namespace}" only`)];
  });
}
