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
  if (order === 'listed') return entries.flatMap((entry) => without([entry], excluded, entry.family));
  const families = [...new Set(entries.map(({ family }) => family))];
  return families.flatMap((family) => {
    const merged = without(
      entries.filter((entry) => entry.family === family),
      excluded,
      family,
    );
    return order === 'asc' ? merged : merged.toReversed();
  });
}

function without(entries: readonly PoolEntry[], excluded: readonly PoolEntry[], family: IPFamily): readonly Segment[] {
  const set = new IntervalSet();
  for (const entry of entries) set.add(entry);
  for (const entry of excluded) if (entry.family === family) set.remove(entry);
  return set.intervals.map(({ start, end }) => ({ family, start, end }));
}

export function setsOf(segments: readonly Segment[]): AddressSets {
  const sets = { IPv4: new IntervalSet(), IPv6: new IntervalSet() };
  for (const segment of segments) sets[segment.family].add(segment);
  return sets;
}

export function countOf({ IPv4, IPv6 }: AddressSets): bigint {
  return IPv4.size() + IPv6.size();
}

/** How many different addresses the segments have together. */
export function sizeOf(segments: readonly Segment[]): bigint {
  return countOf(setsOf(segments));
}
