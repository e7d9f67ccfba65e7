import { parseAddress } from './address.ts';
import type { NoPool } from './allocator.ts';
import { globalScope, type Pool, type PoolProblem, scopeFor } from './pool.ts';
import { sizeOf } from './segments.ts';

/** One address that somebody has. */
export interface Holding {
  readonly address: string;
  /** `namespace/name` of the Gateway. */
  readonly gateway: string;
  readonly namespace: string;
  /** RFC 3339; empty where the ledger does not know. */
  readonly since: string;
  /** RFC 3339: given up then, and in quarantine. */
  readonly released?: string | undefined;
}

export interface ScopeReport {
  /** A namespace, or `global`. */
  readonly scope: string;
  readonly entries: readonly string[];
  /** How many addresses it has, as decimal text: an IPv6 range has more than a number can hold. */
  readonly size: string;
  readonly inUse: number;
  readonly quarantined: number;
  /** Left out by `exclude-`, as decimal text. */
  readonly excluded: string;
}

export interface PoolReport {
  readonly scopes: readonly ScopeReport[];
  readonly holdings: readonly Holding[];
  /** Holdings that the pool does not cover: static ones, and those that an edit left behind. */
  readonly outside: readonly Holding[];
  readonly problems: readonly PoolProblem[];
}

/** What a pool offers to a namespace, in words. */
export function describePool(pool: Pool | NoPool, namespace: string): string {
  if ('missing' in pool) return pool.missing;
  const name = pool.scopes.has(namespace) ? namespace : globalScope;
  const scope = scopeFor(pool, namespace);
  if (scope === undefined) return `no entry for "${namespace}"`;
  const entries = scope.entries.map(({ text }) => text).join(', ');
  return `${name}: ${entries || 'no usable entry'} (${sizeOf(scope.segments)} addresses)`;
}

/** What a pool offers and who has what of it. */
export function reportPool(pool: Pool, holdings: readonly Holding[]): PoolReport {
  const sorted = holdings.toSorted((a, b) => compareAddresses(a.address, b.address));
  return {
    scopes: [...pool.scopes.keys()].toSorted().map((name) => reportScope(name, pool, sorted)),
    holdings: sorted,
    outside: sorted.filter((holding) => holding.released === undefined && !isCovered(holding, pool)),
    problems: pool.problems,
  };
}

function reportScope(name: string, pool: Pool, holdings: readonly Holding[]): ScopeReport {
  const scope = pool.scopes.get(name);
  const segments = scope?.segments ?? [];
  const entries = scope?.entries ?? [];
  const own = holdings.filter((holding) => scopeNameOf(holding, pool) === name && isCovered(holding, pool));
  const size = sizeOf(segments);
  return {
    scope: name,
    entries: entries.map(({ text }) => text),
    size: `${size}`,
    inUse: own.filter(({ released }) => released === undefined).length,
    quarantined: own.filter(({ released }) => released !== undefined).length,
    excluded: `${sizeOf(entries) - size}`,
  };
}

function scopeNameOf({ namespace }: Holding, pool: Pool): string {
  return pool.scopes.has(namespace) ? namespace : globalScope;
}

/** Whether the pool would hand this address out to its holder's namespace. */
export function isCovered({ address, namespace }: Pick<Holding, 'address' | 'namespace'>, pool: Pool): boolean {
  const parsed = parseAddress(address);
  if (parsed === undefined) return false;
  const segments = scopeFor(pool, namespace)?.segments ?? [];
  return segments.some(
    ({ family, start, end }) => family === parsed.family && start <= parsed.value && parsed.value <= end,
  );
}

function compareAddresses(a: string, b: string): number {
  const [left, right] = [parseAddress(a), parseAddress(b)];
  if (left === undefined || right === undefined) return a < b ? -1 : 1;
  if (left.family !== right.family) return left.family < right.family ? -1 : 1;
  return left.value < right.value ? -1 : left.value > right.value ? 1 : 0;
}

/** What an edit of the pool would do. */
export interface PoolPlan {
  readonly scopes: readonly {
    readonly scope: string;
    readonly sizeBefore: string;
    readonly sizeAfter: string;
    readonly added: readonly string[];
    readonly removed: readonly string[];
  }[];
  /** Gateways whose address the pool covers now and would not cover afterwards. They keep it. */
  readonly stranded: readonly Holding[];
  readonly problems: readonly PoolProblem[];
}

/** Compares two pools, for those who hold addresses. Harmless where nobody is stranded and no entry is invalid. */
export function planPool(before: Pool, after: Pool, holdings: readonly Holding[]): PoolPlan {
  const names = [...new Set([...before.scopes.keys(), ...after.scopes.keys()])].toSorted();
  const [old, next] = [reportPool(before, holdings), reportPool(after, holdings)];
  const find = (report: PoolReport, name: string): ScopeReport | undefined =>
    report.scopes.find(({ scope }) => scope === name);
  return {
    scopes: names.map((scope) => {
      const entriesBefore = find(old, scope)?.entries ?? [];
      const entriesAfter = find(next, scope)?.entries ?? [];
      return {
        scope,
        sizeBefore: find(old, scope)?.size ?? '0',
        sizeAfter: find(next, scope)?.size ?? '0',
        added: entriesAfter.filter((entry) => !entriesBefore.includes(entry)),
        removed: entriesBefore.filter((entry) => !entriesAfter.includes(entry)),
      };
    }),
    stranded: next.outside.filter((holding) => isCovered(holding, before)),
    problems: after.problems,
  };
}
