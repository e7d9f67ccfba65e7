import type { StringMap } from '../objects/kubernetes.ts';
import { parseAddress } from './address.ts';
import { type ParsedEntry, type PoolEntry, parseCidr, parseRange, trimEnds } from './entry.ts';
import { type ListPrefix, readKey } from './pool-keys.ts';
import { readQuarantine, readSearchOrder, readSkipEnds, type SearchOrder } from './pool-options.ts';
import { invalidFirst, type PoolProblem } from './pool-problem.ts';
import { type AddressSets, byStart, type Segment, segmentsOf, setsOf } from './segments.ts';
import { describeUnusable, unusableEntries } from './unusable.ts';

/** What one namespace, or all others (`global`), take their addresses from. */
export interface PoolScope {
  /** As written, `cidr-` entries first. */
  readonly entries: readonly PoolEntry[];
  /** As written, those of all namespaces first. */
  readonly excluded: readonly PoolEntry[];
  /** What is left of them without the excluded ones, in the order of use. */
  readonly segments: readonly Segment[];
  /** All addresses of the segments. */
  readonly addresses: AddressSets;
}

export interface Pool {
  readonly scopes: ReadonlyMap<string, PoolScope>;
  readonly order: SearchOrder;
  /** Invalid entries before remarks. */
  readonly problems: readonly PoolProblem[];
  /** How long an address that was given up is not handed out again, in milliseconds. */
  readonly quarantineMs: number;
  readonly hints?: PoolHints;
}

/** By namespace: what else a Gateway there that gets no address is told. */
export type PoolHints = ReadonlyMap<string, string>;

export const globalScope = 'global';

const parsers: Readonly<Record<ListPrefix, (text: string) => ParsedEntry>> = {
  'cidr-': parseCidr,
  'range-': parseRange,
  'exclude-': (text) => (text.includes('/') ? parseCidr(text) : parseRange(text)),
};

/**
 * Reads the `data` of the pool's ConfigMap: `cidr-`, `range-` and `exclude-` with a namespace or `global` behind,
 * comma lists; and the options. A bad entry or key is reported and the rest used.
 */
export function parsePool(data: StringMap): Pool {
  const problems: PoolProblem[] = [];
  const lists = readLists(data, problems);
  const order = readSearchOrder(data, problems);
  const skipsEnds = readSkipEnds(data, problems);
  const entriesOf = (name: string): readonly PoolEntry[] => {
    const cidrs = lists['cidr-'].get(name) ?? [];
    return [...(skipsEnds ? cidrs.map(trimEnds) : cidrs), ...(lists['range-'].get(name) ?? [])];
  };
  const scopes = new Map<string, PoolScope>();
  const globalEntries = entriesOf(globalScope);
  const globalExcluded = lists['exclude-'].get(globalScope) ?? [];
  for (const name of new Set(Object.values(lists).flatMap((list) => [...list.keys()]))) {
    const own = entriesOf(name);
    reportOverlaps(name, own, problems);
    const isOwn = lists['cidr-'].has(name) || lists['range-'].has(name);
    const entries = isOwn ? own : globalEntries;
    if (!isOwn && globalEntries.length === 0) continue;
    const excluded = [...globalExcluded, ...(name === globalScope ? [] : (lists['exclude-'].get(name) ?? []))];
    const segments = segmentsOf(entries, [...excluded, ...unusableEntries], order);
    scopes.set(name, { entries, excluded, segments, addresses: setsOf(segments) });
  }
  const quarantineMs = readQuarantine(data, problems);
  return { scopes, order, problems: invalidFirst(problems), quarantineMs };
}

/** The scope that a namespace takes its addresses from: its own entries if it has any, else the global ones. */
export function scopeFor(pool: Pool, namespace: string): PoolScope | undefined {
  return pool.scopes.get(namespace) ?? pool.scopes.get(globalScope);
}

function readLists(data: StringMap, problems: PoolProblem[]): Readonly<Record<ListPrefix, Map<string, PoolEntry[]>>> {
  const lists = { 'cidr-': new Map(), 'range-': new Map(), 'exclude-': new Map() } satisfies Record<
    ListPrefix,
    unknown
  >;
  for (const [key, value] of Object.entries(data)) {
    const read = readKey(key);
    if ('prefix' in read) lists[read.prefix].set(read.scope, readList(key, value, parsers[read.prefix], problems));
    else if (read.problem !== undefined) problems.push(read.problem);
  }
  return lists;
}

function readList(
  key: string,
  value: string,
  parse: (text: string) => ParsedEntry,
  problems: PoolProblem[],
): PoolEntry[] {
  const texts = value
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '');
  if (texts.length === 0) problems.push({ kind: 'invalid', key, message: 'is empty' });
  return texts.flatMap((text) => {
    const parsed = parse(text);
    if ('problem' in parsed) {
      problems.push({ kind: 'invalid', key, message: parsed.problem });
      return [];
    }
    const unusable = key.startsWith('exclude-') ? undefined : describeUnusable(parsed.entry);
    if (unusable !== undefined) {
      problems.push({ kind: unusable.isWhole ? 'invalid' : 'remark', key, message: unusable.message });
    }
    return [parsed.entry];
  });
}

/** An overlap does no harm (an address is handed out once), but it is rarely meant. */
function reportOverlaps(scope: string, entries: readonly PoolEntry[], problems: PoolProblem[]): void {
  const sorted = entries.toSorted((a, b) => (a.family === b.family ? byStart(a, b) : a.family < b.family ? -1 : 1));
  let last: PoolEntry | undefined;
  for (const entry of sorted) {
    if (last !== undefined && last.family === entry.family && entry.start <= last.end) {
      const message = `"${entry.text}" overlaps "${last.text}"; each address is used once`;
      problems.push({ kind: 'remark', key: scope, message });
    }
    if (last === undefined || last.family !== entry.family || entry.end > last.end) last = entry;
  }
}

/** Whether some namespace may get an address of the pool. */
export function isInAnyScope(address: string, { scopes }: Pool): boolean {
  const parsed = parseAddress(address);
  return (
    parsed !== undefined && [...scopes.values()].some(({ addresses }) => addresses[parsed.family].has(parsed.value))
  );
}

export function isIn({ addresses }: PoolScope, address: string): boolean {
  const parsed = parseAddress(address);
  return parsed !== undefined && addresses[parsed.family].has(parsed.value);
}
