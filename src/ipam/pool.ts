import type { StringMap } from '../objects/kubernetes.ts';
import { type ParsedEntry, type PoolEntry, parseCidr, parseRange } from './entry.ts';

/** The entries that one namespace, or all others (`global`), take their addresses from, in order of use. */
export interface PoolScope {
  readonly entries: readonly PoolEntry[];
}

export interface PoolProblem {
  /** Key of the ConfigMap. */
  readonly key: string;
  readonly message: string;
}

export interface Pool {
  readonly scopes: ReadonlyMap<string, PoolScope>;
  readonly problems: readonly PoolProblem[];
  /** How long an address that was given up is not handed out again, in milliseconds. */
  readonly quarantineMs: number;
}

export const defaultQuarantineMs = 30_000;

export const globalScope = 'global';
const quarantineKey = 'quarantine';
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Reads the `data` of the pool's ConfigMap: `cidr-<namespace>`, `range-<namespace>`, `cidr-global`, `range-global`,
 * comma lists. A bad entry is reported and the rest used. Within one scope the `cidr-` entries come first.
 */
export function parsePool(data: StringMap): Pool {
  const problems: PoolProblem[] = [];
  const entries = { 'cidr-': new Map<string, PoolEntry[]>(), 'range-': new Map<string, PoolEntry[]>() };
  const parsers = { 'cidr-': parseCidr, 'range-': parseRange } as const;
  for (const [key, value] of Object.entries(data)) {
    for (const prefix of ['cidr-', 'range-'] as const) {
      if (!key.startsWith(prefix) || key === prefix) continue;
      entries[prefix].set(key.slice(prefix.length), readList(key, value, parsers[prefix], problems));
    }
  }
  const names = new Set([...entries['cidr-'].keys(), ...entries['range-'].keys()]);
  const scopes = new Map<string, PoolScope>();
  for (const name of names) {
    const all = [...(entries['cidr-'].get(name) ?? []), ...(entries['range-'].get(name) ?? [])];
    scopes.set(name, { entries: all });
    reportOverlaps(name, all, problems);
  }
  return { scopes, problems, quarantineMs: readQuarantine(data, problems) };
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

/** `30s`, `5m`, `1h` or `0`. */
function readQuarantine(data: StringMap, problems: PoolProblem[]): number {
  const text = data[quarantineKey];
  if (text === undefined) return defaultQuarantineMs;
  const [, number = '', unit = 's'] = /^(\d{1,6})(ms|s|m|h)?$/.exec(text.trim()) ?? [];
  if (number !== '') return Number(number) * (unitMs[unit] ?? 1000);
  problems.push({ key: quarantineKey, message: `"${text}" is no time (want 30s, 5m or 0)` });
  return defaultQuarantineMs;
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

/** The scope that a namespace takes its addresses from: its own entries if it has any, else the global ones. */
export function scopeFor(pool: Pool, namespace: string): PoolScope | undefined {
  return pool.scopes.get(namespace) ?? pool.scopes.get(globalScope);
}
