import type { NoPool } from '../ipam/allocator.ts';
import type { Pool } from '../ipam/pool.ts';
import { strandedBy } from '../ipam/pool-plan.ts';
import { isInvalid, type PoolProblem } from '../ipam/pool-problem.ts';
import type { Holding } from '../ipam/report.ts';
import type { ConfigMap } from '../objects/kubernetes.ts';
import type { ClusterView } from '../objects/view.ts';
import { type Happening, regardingOf } from './happening.ts';

const shown = 5;

/**
 * The bad entries of a pool, and what else is to be said of it, told once for each version of the ConfigMap that it
 * stands in. Of very many the first ones: `ipam ls` has them all.
 * @param configMaps the main one first.
 */
export function happeningsOfPool(
  configMaps: readonly ConfigMap[],
  problems: readonly PoolProblem[],
): readonly Happening[] {
  const byPlace = Map.groupBy(problems, ({ configMap }) => configMap);
  return configMaps.flatMap((configMap, index) => {
    const { namespace, name } = configMap.metadata;
    const own = byPlace.get(`${namespace}/${name}`) ?? [];
    return happeningsOfOne(configMap, index === 0 ? [...(byPlace.get(undefined) ?? []), ...own] : own);
  });
}

function happeningsOfOne(configMap: ConfigMap, problems: readonly PoolProblem[]): readonly Happening[] {
  const { uid, resourceVersion } = configMap.metadata;
  const tell = (type: Happening['type'], reason: string, told: readonly PoolProblem[]): readonly Happening[] =>
    notesOf(told).map((note) => ({
      type,
      reason,
      action: 'ReadPool',
      note,
      regarding: regardingOf(configMap),
      once: `${uid} ${resourceVersion} ${note}`,
    }));
  return [
    ...tell('Warning', 'BadPoolEntry', problems.filter(isInvalid)),
    ...tell(
      'Normal',
      'PoolRemark',
      problems.filter((problem) => !isInvalid(problem)),
    ),
  ];
}

function notesOf(problems: readonly PoolProblem[]): readonly string[] {
  const more = problems.length - shown;
  return [
    ...problems.slice(0, shown).map(({ key, message }) => `${key}: ${message}`),
    ...(more > 0 ? [`${more} more entries like these: see ipam ls`] : []),
  ];
}

/** Gateways whose address an edit leaves outside the pool. They keep it. */
export function happeningsOfPoolEdit(
  before: Pool | NoPool,
  after: Pool | NoPool,
  holdings: () => readonly Holding[],
  view: ClusterView,
): readonly Happening[] {
  if ('missing' in before || 'missing' in after || before === after) return [];
  return strandedBy(before, after, holdings()).flatMap(({ address, gateway }): readonly Happening[] => {
    const found = view.get(`Gateway/${gateway}` as `Gateway/${string}/${string}`);
    if (found === undefined) return [];
    const note = `the pool does not have ${address} any more: the Gateway keeps it, nobody else gets it after that`;
    return [{ type: 'Warning', reason: 'OutsidePool', action: 'ReadPool', note, regarding: regardingOf(found) }];
  });
}
