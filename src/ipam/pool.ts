import type { StringMap } from '../objects/kubernetes.ts';
import { type ParsedEntry, type PoolEntry, parseCidr, parseRange, trimEnds } from './entry.ts';
import { type PoolProblem, readQuarantine, readSearchOrder, readSkipEnds, type SearchOrder } from './pool-options.ts';
import { type AddressSets, type Segment, segmentsOf, setsOf } from './segments.ts';

/** What one namespace, or all others (`global`), take their addresses from. */
export interface PoolScope {
  /** As written, `cidr-` entries first. */
  readonly entries: readonly PoolEntry[];
  /** What is left of them without the excluded ones, in the order of use. */
  readonly segments: readonly Segment[];
  /** All addresses of the segments. */
  readonly addresses: AddressSets;
}

export interface Pool {
  readonly scopes: ReadonlyMap<string, PoolScope>;
  readonly order: SearchOrder;
  readonly problems: readonly PoolProblem[];
  /** How long an address that was given up is not handed out again, in milliseconds. */
  readonly quarantineMs: number;
}

export type { PoolProblem };

export const globalScope = 'global';

type Prefix = 'cidr-' | 'range-' | 'exclude-';

const parsers: Readonly<Record<Prefix, (text: string) => ParsedEntry>> = {
  'cidr-': parseCidr,
  'range-': parseRange,
  'exclude-': (text) => (text.includes('/') ? parseCidr(text) : parseRange(text)),
};

/**
 * Reads the `data` of the pool's ConfigMap: `cidr-`, `range-` and `exclude-` with a namespace or `global` behind,
 * comma lists; and the options. A bad entry is reported and the rest used.
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
    const segments = segmentsOf(entries, excluded, order);
    scopes.set(name, { entries, segments, addresses: setsOf(segments) });
  }
  return { scopes, order, problems, quarantineMs: readQuarantine(data, problems) };
}

/** The scope that a namespace takes its addresses from: its own entries if it has any, else the global ones. */
export function scopeFor(pool: Pool, namespace: string): PoolScope | undefined {
  return pool.scopes.get(namespace) ?? pool.scopes.get(globalScope);
}

/** The first few: a ConfigMap may hold a megabyte of them. */
export function describeProblems({ problems }: Pool): string {
  const shown = problems.slice(0, 3).map(({ key, message }) => `${key}: ${message}`);
  const more = problems.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

function readLists(data: StringMap, problems: PoolProblem[]): Readonly<Record<Prefix, Map<string, PoolEntry[]>>> {
  const lists = { 'cidr-': new Map(), 'range-': new Map(), 'exclude-': new Map() } satisfies Record<Prefix, unknown>;
  for (const [key, value] of Object.entries(data)) {
    for (const prefix of ['cidr-', 'range-', 'exclude-'] as const) {
      if (!key.startsWith(prefix) || key === prefix) continue;
      lists[prefix].set(key.slice(prefix.length), readList(key, value, parsers[prefix], problems));
    }
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
  if (texts.length === 0) problems.push({ key, message: 'is empty' });
  return texts.flatMap((text) => {
    const parsed = parse(text);
    if ('entry' in parsed) return [parsed.entry];
    problems.push({ key, message: parsed.problem });
    return [];
  });
}

/** An overlap does no harm (an address is handed out once), but it is rarely meant. */
function reportOverlaps(scope: string, entries: readonly PoolEntry[], problems: PoolProblem[]): void {
  const sorted = entries.toSorted((a, b) =>
    a.family === b.family ? Number(a.start > b.start) - Number(a.start < b.start) : a.family < b.family ? -1 : 1,
  );
  let last: PoolEntry | undefined;
  for (const entry of sorted) {
    if (last !== undefined && last.family === entry.family && entry.start <= last.end) {
      problems.push({ key: scope, message: `"${entry.text}" overlaps "${last.text}"; each address is used once` });
    }
    if (last === undefined || last.family !== entry.family || entry.end > last.end) last = entry;
  }
}
