import { formatAddress, parseAddress } from './address.ts';
import type { PoolEntry } from './entry.ts';
import { type Interval, IntervalSet } from './interval-set.ts';
import type { Pool, PoolScope } from './pool.ts';
import { sizeOf } from './segments.ts';

/**
 * What becomes of an address that is not free:
 * - `used`: a Gateway has it from the pool;
 * - `static`: a Gateway names it in its spec;
 * - `quarantined`: given up a short while ago;
 * - `conflict`: somebody who is not us has it.
 */
export type AddressUse = 'used' | 'static' | 'quarantined' | 'conflict';

export interface Occupant {
  /** In canonical text. */
  readonly address: string;
  readonly use: AddressUse;
  /** In words, e.g. `Gateway default/demo`. */
  readonly who: string;
}

/** Neighbouring addresses of which the same is to be said; a single one where somebody has it. */
export interface MapRun {
  readonly from: string;
  readonly to: string;
  /** How many addresses, as decimal text. */
  readonly count: string;
  /** `mixed`: a block of an entry with too many runs, of which `occupied` says how many are not free. */
  readonly use: AddressUse | 'free' | 'excluded' | 'mixed';
  readonly who?: string;
  readonly occupied?: number;
}

export interface MapEntry {
  /** As written in the pool. */
  readonly text: string;
  readonly size: string;
  readonly runs: readonly MapRun[];
}

export interface MapScope {
  /** A namespace, or `global`. */
  readonly scope: string;
  readonly size: string;
  readonly free: string;
  readonly excluded: string;
  readonly counts: Readonly<Record<AddressUse, number>>;
  readonly entries: readonly MapEntry[];
  /** Entries beyond those that are shown. */
  readonly more: number;
}

export interface PoolMap {
  readonly scopes: readonly MapScope[];
  /** Addresses that Gateways have and the pool does not cover. */
  readonly outside: readonly Occupant[];
}

export interface MapLimits {
  readonly entriesPerScope: number;
  /** An entry that would have more is shown in that many blocks. */
  readonly runsPerEntry: number;
  readonly outside: number;
}

export const mapLimits: MapLimits = { entriesPerScope: 64, runsPerEntry: 512, outside: 256 };

interface Placed extends Occupant, Interval {
  readonly family: PoolEntry['family'];
}

/** Draws a pool as runs of addresses, never as a list of all: a /8 costs no more than what is in use of it. */
export function mapPool(pool: Pool, occupants: readonly Occupant[], limits: MapLimits = mapLimits): PoolMap {
  const placed = occupants.flatMap((occupant): Placed[] => {
    const parsed = parseAddress(occupant.address);
    return parsed === undefined ? [] : [{ ...occupant, family: parsed.family, start: parsed.value, end: parsed.value }];
  });
  const sorted = placed.toSorted((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const covered = new Set<string>();
  const scopes = [...pool.scopes].map(([name, scope]) => mapScope(name, scope, { occupants: sorted, limits, covered }));
  const outside = occupants.filter(({ address, use }) => use !== 'conflict' && !covered.has(address));
  return {
    scopes: scopes.toSorted((a, b) => (a.scope < b.scope ? -1 : 1)),
    outside: outside.slice(0, limits.outside),
  };
}

interface MapScene {
  readonly occupants: readonly Placed[];
  readonly limits: MapLimits;
  /** Addresses that some entry covers are noted here. */
  readonly covered: Set<string>;
}

function mapScope(name: string, scope: PoolScope, { occupants, limits, covered }: MapScene): MapScope {
  const whole = sizeOf(scope.entries);
  const size = sizeOf(scope.segments);
  const counts: Record<AddressUse, number> = { used: 0, static: 0, quarantined: 0, conflict: 0 };
  const seen = new Set<string>();
  for (const entry of scope.entries) {
    for (const { address, use } of within(entry, occupants)) {
      if (seen.has(address)) continue;
      seen.add(address);
      covered.add(address);
      counts[use] += 1;
    }
  }
  const shown = scope.entries.slice(0, limits.entriesPerScope);
  return {
    scope: name,
    size: `${size}`,
    free: `${maximum(size - BigInt(seen.size), 0n)}`,
    excluded: `${whole - size}`,
    counts,
    entries: shown.map((entry) => mapEntry(entry, scope, occupants, limits)),
    more: scope.entries.length - shown.length,
  };
}

function within(entry: PoolEntry, occupants: readonly Placed[]): readonly Placed[] {
  return occupants.filter(({ family, start }) => family === entry.family && entry.start <= start && start <= entry.end);
}

function mapEntry(entry: PoolEntry, scope: PoolScope, all: readonly Placed[], limits: MapLimits): MapEntry {
  const occupants = within(entry, all);
  const excluded = new IntervalSet();
  excluded.add(entry);
  for (const segment of scope.segments) if (segment.family === entry.family) excluded.remove(segment);
  const runs = runsOf(entry, occupants, excluded);
  return {
    text: entry.text,
    size: `${entry.end - entry.start + 1n}`,
    runs: runs.length <= limits.runsPerEntry ? runs : blocksOf(entry, occupants, limits.runsPerEntry),
  };
}

function runsOf(entry: PoolEntry, occupants: readonly Placed[], excluded: IntervalSet): readonly MapRun[] {
  const runs: MapRun[] = [];
  let next = entry.start;
  const fill = (end: bigint): void => {
    while (next <= end) {
      const isExcluded = excluded.has(next);
      const last = lastOfRun(excluded, { start: next, end }, isExcluded);
      runs.push(run(entry, { start: next, end: last }, isExcluded ? 'excluded' : 'free'));
      next = last + 1n;
    }
  };
  for (const { start, use, who } of occupants) {
    if (start < next) continue;
    fill(start - 1n);
    runs.push({ ...run(entry, { start, end: start }, use), who });
    next = start + 1n;
  }
  fill(entry.end);
  return runs;
}

/** The last address from `start` on that is excluded, or is not, as the first is. */
function lastOfRun(excluded: IntervalSet, { start, end }: Interval, isExcluded: boolean): bigint {
  if (isExcluded) {
    const gap = excluded.lowestGap({ start, end });
    return gap === undefined ? end : gap - 1n;
  }
  const following = excluded.intervals.find((interval) => interval.start > start);
  return following === undefined || following.start > end ? end : following.start - 1n;
}

/** An entry with too many runs, as blocks of equal size. */
function blocksOf(entry: PoolEntry, occupants: readonly Placed[], blocks: number): readonly MapRun[] {
  const size = entry.end - entry.start + 1n;
  const step = maximum((size + BigInt(blocks) - 1n) / BigInt(blocks), 1n);
  const counts = new Map<bigint, number>();
  for (const { start } of occupants) {
    const block = (start - entry.start) / step;
    counts.set(block, (counts.get(block) ?? 0) + 1);
  }
  const runs: MapRun[] = [];
  for (let block = 0n; block * step < size; block += 1n) {
    const start = entry.start + block * step;
    const last = start + step - 1n;
    const end = last > entry.end ? entry.end : last;
    runs.push({ ...run(entry, { start, end }, 'mixed'), occupied: counts.get(block) ?? 0 });
  }
  return runs;
}

function run({ family }: PoolEntry, { start, end }: Interval, use: MapRun['use']): MapRun {
  return {
    from: formatAddress({ family, value: start }),
    to: formatAddress({ family, value: end }),
    count: `${end - start + 1n}`,
    use,
  };
}

function maximum(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
