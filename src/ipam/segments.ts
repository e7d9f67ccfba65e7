import type { IPFamily } from '../objects/service.ts';
import type { PoolEntry } from './entry.ts';
import { type Interval, IntervalSet } from './interval-set.ts';
import type { SearchOrder } from './pool-options.ts';

/** A run of addresses that may be handed out. */
export interface Segment extends Interval {
  readonly family: IPFamily;
}

/** Addresses by family, each once. */
export type AddressSets = Readonly<Record<IPFamily, IntervalSet>>;

/** What is left of the entries without the excluded addresses, in the order of use. */
export function segmentsOf(
  entries: readonly PoolEntry[],
  excluded: readonly PoolEntry[],
  order: SearchOrder,
): readonly Segment[] {
  const left = setsOf(excluded);
  const without = (interval: Interval, family: IPFamily): readonly Segment[] =>
    left[family].gapsIn(interval).map(({ start, end }) => ({ family, start, end }));
  if (order === 'listed') return entries.flatMap((entry) => without(entry, entry.family));
  const all = setsOf(entries);
  const families = [...new Set(entries.map(({ family }) => family))];
  return families.flatMap((family) => {
    const merged = all[family].intervals.flatMap((interval) => without(interval, family));
    return order === 'asc' ? merged : merged.toReversed();
  });
}

/** Sorted first: each segment is then added at the end of the set, at no cost that grows with it. */
export function setsOf(segments: readonly Segment[]): AddressSets {
  const sets = { IPv4: new IntervalSet(), IPv6: new IntervalSet() };
  for (const segment of segments.toSorted(byStart)) sets[segment.family].add(segment);
  return sets;
}

export function byStart(a: Interval, b: Interval): number {
  return a.start < b.start ? -1 : a.start > b.start ? 1 : 0;
}

export function countOf({ IPv4, IPv6 }: AddressSets): bigint {
  return IPv4.size() + IPv6.size();
}

/** How many different addresses the segments have together. */
export function sizeOf(segments: readonly Segment[]): bigint {
  return countOf(setsOf(segments));
}
