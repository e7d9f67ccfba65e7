import type { IPFamily } from '../objects/service.ts';
import { formatAddress, ipFamilies } from './address.ts';
import type { IntervalSet } from './interval-set.ts';
import { globalScope, type Pool, type PoolScope } from './pool.ts';
import { concerning, describeProblems } from './pool-problem.ts';
import { type AddressSets, countOf } from './segments.ts';
import type { Taker } from './taker.ts';

/** A scope that has not got what was asked of it. */
export interface Shortage {
  readonly pool: Pool;
  readonly scope: PoolScope;
  readonly namespace: string;
  /** Families that were asked for and have no free address; absent: none of any family is free. */
  readonly lacking?: readonly IPFamily[] | undefined;
  /** A family that was not asked for alone, and has a free address. */
  readonly alternative?: IPFamily | undefined;
  /** What Gateways hold. */
  readonly used: AddressSets;
  /** Who has an address that no Gateway holds. */
  readonly takenBy: (address: string) => Taker | undefined;
}

interface Census {
  readonly size: bigint;
  readonly gateways: bigint;
  readonly quarantined: bigint;
  readonly others: bigint;
  /** One of the others, in words. */
  readonly example?: string | undefined;
}

/** Why no address can be had, with counts of who has them, and what to do about it. */
export function describeShortage(shortage: Shortage): string {
  const { pool, scope, namespace, lacking } = shortage;
  const name = `the pool for "${pool.scopes.has(namespace) ? namespace : globalScope}"`;
  if (countOf(scope.addresses) === 0n) return describeEmpty(shortage);
  const absent = lacking?.filter((family) => scope.addresses[family].size() === 0n) ?? [];
  if (absent.length > 0) {
    return `${name} has no ${absent.join(' and ')} addresses: add a range, or ask for another family`;
  }
  const census = count(shortage);
  const what = `all ${census.size} ${lacking === undefined ? '' : `${lacking.join(' and ')} `}addresses of ${name}`;
  return `${what} are ${describeCensus(census)}: ${advise(census, shortage)}`;
}

function describeEmpty({ pool, scope, namespace }: Shortage): string {
  const name = pool.scopes.has(namespace) ? namespace : globalScope;
  return scope.entries.length > 0
    ? `every address of the pool for "${name}" is excluded: shorten an exclude- list, or add a range`
    : `no entry of the pool for "${name}" is usable: ${describeProblems(concerning(pool.problems, namespace))}`;
}

function count({ scope, lacking, used, takenBy }: Shortage): Census {
  const sets = scope.addresses;
  const counts = { gateway: 0n, quarantined: 0n, other: 0n };
  let size = 0n;
  let example: string | undefined;
  for (const family of lacking ?? ipFamilies) {
    size += sets[family].size();
    for (const address of unheld(sets[family], used[family], family)) {
      const taker = takenBy(address);
      counts[taker?.use ?? 'other'] += 1n;
      if (taker?.use === 'other') example ??= `${address} by ${taker.who}`;
    }
  }
  const { quarantined, other } = counts;
  return { size, gateways: size - quarantined - other, quarantined, others: other, example };
}

/** Each address that no Gateway holds: no more than the search has looked at, which found none of them free. */
function* unheld(all: IntervalSet, used: IntervalSet, family: IPFamily): Generator<string, void> {
  for (const interval of all.intervals) {
    for (const { start, end } of used.gapsIn(interval)) {
      for (let value = start; value <= end; value += 1n) yield formatAddress({ family, value });
    }
  }
}

function describeCensus({ size, gateways, quarantined, others, example }: Census): string {
  if (gateways === size) return 'in use';
  const parts = [
    gateways > 0n && `${gateways} in use by Gateways`,
    quarantined > 0n && `${quarantined} in quarantine`,
    others > 0n && `${others} held by others${example === undefined ? '' : ` (${example})`}`,
  ];
  return `taken, ${parts.filter((part) => part !== false).join(', ')}`;
}

function advise({ gateways, quarantined, others }: Census, { alternative }: Shortage): string {
  const advice = [
    quarantined > 0n && 'wait until the quarantine is over',
    'add a range',
    alternative !== undefined && `ask for ${alternative} only`,
    gateways > 0n && 'delete a Gateway',
    others > 0n && 'free what others hold ("ipam ls" names them)',
  ].filter((part) => part !== false);
  const last = advice.pop() ?? '';
  return advice.length === 0 ? last : `${advice.join(', ')}, or ${last}`;
}

/** In words, why a namespace has no pool at all. */
export function describeLackOfScope(namespace: string, { problems }: Pool): string {
  const invalid = concerning(problems, namespace);
  return (
    `the pool has no entry for namespace "${namespace}": ` +
    `add cidr-${namespace}, range-${namespace}, cidr-global or range-global to its ConfigMap` +
    (invalid.length > 0 ? ` (of which is invalid: ${describeProblems(invalid)})` : '')
  );
}
