import type { IPFamily } from '../objects/service.ts';
import { familyOf, type IPAddress, ipFamilies, parseAddress } from './address.ts';
import type { NoPool } from './allocator.ts';
import { globalScope, isIn, isInAnyScope, type Pool, type PoolScope, scopeFor } from './pool.ts';
import type { PoolProblem } from './pool-problem.ts';
import { countOf, setsOf, sizeOf } from './segments.ts';

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

/** An address that somebody has who is not us. */
export interface Other {
  /** In canonical text. */
  readonly address: string;
  /** In words, e.g. `Service shop/web`. */
  readonly who: string;
}

export interface ScopeReport {
  /** A namespace, or `global`. */
  readonly scope: string;
  readonly entries: readonly string[];
  /** How many addresses it has, as decimal text: an IPv6 range has more than a number can hold. */
  readonly size: string;
  readonly inUse: number;
  readonly quarantined: number;
  /** Of which others have them, and no Gateway. */
  readonly others: number;
  /** Left out by `exclude-`, as decimal text. */
  readonly excluded: string;
}

/** Of one family, each address once, in however many scopes it is. */
export interface FamilyReport {
  readonly family: IPFamily;
  /** As decimal text. */
  readonly size: string;
  readonly inUse: number;
  readonly quarantined: number;
  /** Of which others have them, and no Gateway. */
  readonly others: number;
}

export interface PoolReport {
  /** Those that the pool has addresses of. */
  readonly families: readonly FamilyReport[];
  readonly scopes: readonly ScopeReport[];
  /** How many different addresses the scopes have together, as decimal text. */
  readonly size: string;
  /** How many their entries have beside these, which no namespace gets, as decimal text. */
  readonly excluded: string;
  readonly holdings: readonly Holding[];
  /** Holdings that the pool does not cover: static ones, and those that an edit left behind. */
  readonly outside: readonly Holding[];
  /** Addresses of the pool that others have; a Gateway may have one too, which is a conflict. */
  readonly others: readonly Other[];
  readonly problems: readonly PoolProblem[];
}

/** What a pool offers to a namespace, in words. */
export function describePool(pool: Pool | NoPool, namespace: string): string {
  if ('missing' in pool) return pool.missing;
  const name = pool.scopes.has(namespace) ? namespace : globalScope;
  const scope = scopeFor(pool, namespace);
  if (scope === undefined) return `no entry for "${namespace}"`;
  const entries = scope.entries.map(({ text }) => text).join(', ');
  return `${name}: ${entries || 'no usable entry'} (${countOf(scope.addresses)} addresses)`;
}

/** What a pool offers and who has what of it. */
export function reportPool(pool: Pool, holdings: readonly Holding[], others: readonly Other[] = []): PoolReport {
  const held = byAddress(holdings);
  const isHeld = new Set(held.map(({ address }) => address));
  const scopes = [...pool.scopes.values()];
  const sets = setsOf(scopes.flatMap(({ segments }) => segments));
  const size = countOf(sets);
  const inPool = byAddress(others.filter(({ address }) => isInAnyScope(address, pool)));
  const taken = { pool, held, isHeld, inPool };
  return {
    families: ipFamilies
      .filter((family) => sets[family].size() > 0n)
      .map((family) => reportFamily(family, sets[family].size(), taken)),
    scopes: [...pool.scopes].map(([name, scope]) => reportScope(name, scope, taken)).toSorted(byScope),
    size: `${size}`,
    excluded: `${sizeOf(scopes.flatMap(({ entries }) => entries)) - size}`,
    holdings: held,
    outside: held.filter((holding) => holding.released === undefined && !isCovered(holding, pool)),
    others: inPool,
    problems: pool.problems,
  };
}

interface Taken {
  readonly pool: Pool;
  readonly held: readonly Holding[];
  readonly isHeld: ReadonlySet<string>;
  readonly inPool: readonly Other[];
}

function reportScope(name: string, scope: PoolScope, { pool, held, isHeld, inPool }: Taken): ScopeReport {
  const own = held.filter((holding) => scopeNameOf(holding, pool) === name && isCovered(holding, pool));
  const size = countOf(scope.addresses);
  return {
    scope: name,
    entries: scope.entries.map(({ text }) => text),
    size: `${size}`,
    ...usesOf(own),
    others: inPool.filter(({ address }) => !isHeld.has(address) && isIn(scope, address)).length,
    excluded: `${sizeOf(scope.entries) - size}`,
  };
}

function reportFamily(family: IPFamily, size: bigint, { pool, held, isHeld, inPool }: Taken): FamilyReport {
  const own = held.filter((holding) => familyOf(holding.address) === family && isCovered(holding, pool));
  return {
    family,
    size: `${size}`,
    ...usesOf(own),
    others: inPool.filter(({ address }) => !isHeld.has(address) && familyOf(address) === family).length,
  };
}

function usesOf(own: readonly Holding[]): Pick<FamilyReport, 'inUse' | 'quarantined'> {
  const inUse = own.filter(({ released }) => released === undefined).length;
  return { inUse, quarantined: own.length - inUse };
}

function scopeNameOf({ namespace }: Holding, pool: Pool): string {
  return pool.scopes.has(namespace) ? namespace : globalScope;
}

/** Whether the pool would hand this address out to its holder's namespace. */
export function isCovered({ address, namespace }: Pick<Holding, 'address' | 'namespace'>, pool: Pool): boolean {
  const scope = scopeFor(pool, namespace);
  return scope !== undefined && isIn(scope, address);
}

function byScope(a: ScopeReport, b: ScopeReport): number {
  return a.scope < b.scope ? -1 : 1;
}

/** In the order of their addresses, each of which is read once; those that are none come in that of their text. */
export function byAddress<T extends { readonly address: string }>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, text: item.address, at: parseAddress(item.address) }))
    .toSorted(compareAddresses)
    .map(({ item }) => item);
}

interface Placed {
  readonly text: string;
  readonly at: IPAddress | undefined;
}

function compareAddresses(a: Placed, b: Placed): number {
  const [left, right] = [a.at, b.at];
  if (left === undefined || right === undefined) return a.text < b.text ? -1 : 1;
  if (left.family !== right.family) return left.family < right.family ? -1 : 1;
  return left.value < right.value ? -1 : left.value > right.value ? 1 : 0;
}
