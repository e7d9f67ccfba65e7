import type { NoPool } from '../ipam/allocator.ts';
import type { Pool, PoolProblem } from '../ipam/pool.ts';
import { type Holding, planPool } from '../ipam/report.ts';
import type { ConfigMap } from '../objects/kubernetes.ts';
import type { ClusterView } from '../objects/view.ts';
import { type Happening, regardingOf } from './happening.ts';

const shown = 5;

/**
 * The bad entries of a pool, told once for each version of its ConfigMap. Of very many the first ones: `ipam ls` has
 * them all.
 */
export function happeningsOfPool(configMap: ConfigMap, problems: readonly PoolProblem[]): readonly Happening[] {
  const { uid, resourceVersion } = configMap.metadata;
  const more = problems.length - shown;
  const notes = [
    ...problems.slice(0, shown).map(({ key, message }) => `${key}: ${message}`),
    ...(more > 0 ? [`${more} more entries like these: see ipam ls`] : []),
  ];
  return notes.map((note) => ({
    type: 'Warning',
    reason: 'BadPoolEntry',
    action: 'ReadPool',
    note,
    regarding: regardingOf(configMap),
    once: `${uid} ${resourceVersion} ${note}`,
  }));
}

/** Gateways whose address an edit leaves outside the pool. They keep it. */
export function happeningsOfPoolEdit(
  before: Pool | NoPool,
  after: Pool | NoPool,
  holdings: () => readonly Holding[],
  view: ClusterView,
): readonly Happening[] {
  if ('missing' in before || 'missing' in after || before === after) return [];
  return planPool(before, after, holdings()).stranded.flatMap(({ address, gateway }): readonly Happening[] => {
    const found = view.get(`Gateway/${gateway}` as `Gateway/${string}/${string}`);
    if (found === undefined) return [];
    const note = `the pool does not have ${address} any more: the Gateway keeps it, nobody else gets it after that`;
    return [{ type: 'Warning', reason: 'OutsidePool', action: 'ReadPool', note, regarding: regardingOf(found) }];
  });
}
