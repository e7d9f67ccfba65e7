import type { PoolEntry } from './entry.ts';
import { type Pool, type PoolScope, scopeFor } from './pool.ts';
import type { PoolProblem } from './pool-problem.ts';
import { byAddress, type Holding, isCovered } from './report.ts';
import { countOf } from './segments.ts';

/** Entries as written. */
export interface Difference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export interface ScopePlan extends Difference {
  /** A namespace, or `global`. */
  readonly scope: string;
  /** How many addresses it has, as decimal text. */
  readonly sizeBefore: string;
  readonly sizeAfter: string;
  readonly excluded: Difference;
}

/** What an edit of the pool would do. */
export interface PoolPlan {
  readonly scopes: readonly ScopePlan[];
  /** Gateways whose address would lie outside the pool afterwards. They keep it. */
  readonly outside: readonly Holding[];
  /** Those of them that it newly leaves outside: all, where there is no pool now, or none with addresses. */
  readonly stranded: readonly Holding[];
  readonly problems: readonly PoolProblem[];
}

/**
 * Compares two pools, for those who hold addresses. Harmless where nobody is stranded and no entry is invalid.
 * @param before `undefined` where there is no pool now.
 */
export function planPool(before: Pool | undefined, after: Pool, holdings: readonly Holding[]): PoolPlan {
  const names = [...new Set([...(before?.scopes.keys() ?? []), ...after.scopes.keys()])].toSorted();
  const outside = byAddress(holdings.filter((holding) => isOutside(holding, after)));
  return {
    scopes: names.map((name) => compare(name, before && scopeFor(before, name), scopeFor(after, name))),
    outside,
    stranded:
      before === undefined || isEmpty(before) ? outside : outside.filter((holding) => isCovered(holding, before)),
    problems: after.problems,
  };
}

/** Those that hold an address which the pool has before an edit and not after it. */
export function strandedBy(before: Pool, after: Pool, holdings: readonly Holding[]): readonly Holding[] {
  return holdings.filter((holding) => isOutside(holding, after) && isCovered(holding, before));
}

function isEmpty({ scopes }: Pool): boolean {
  return [...scopes.values()].every(({ segments }) => segments.length === 0);
}

function isOutside(holding: Holding, pool: Pool): boolean {
  return holding.released === undefined && !isCovered(holding, pool);
}

/** Of what a namespace takes its addresses from before and after: its own entries, or the global ones. */
function compare(scope: string, before: PoolScope | undefined, after: PoolScope | undefined): ScopePlan {
  return {
    scope,
    sizeBefore: `${before === undefined ? 0n : countOf(before.addresses)}`,
    sizeAfter: `${after === undefined ? 0n : countOf(after.addresses)}`,
    ...differenceOf(before?.entries ?? [], after?.entries ?? []),
    excluded: differenceOf(before?.excluded ?? [], after?.excluded ?? []),
  };
}

function differenceOf(before: readonly PoolEntry[], after: readonly PoolEntry[]): Difference {
  const [old, next] = [textsOf(before), textsOf(after)];
  return {
    added: [...next].filter((text) => !old.has(text)),
    removed: [...old].filter((text) => !next.has(text)),
  };
}

function textsOf(entries: readonly PoolEntry[]): ReadonlySet<string> {
  return new Set(entries.map(({ text }) => text));
}
