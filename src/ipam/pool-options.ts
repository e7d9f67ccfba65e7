import type { StringMap } from '../objects/kubernetes.ts';
import type { PoolProblem } from './pool-problem.ts';

/** `listed`: entry by entry as written; else all entries as one set, from its lowest or its highest end. */
export type SearchOrder = 'listed' | 'asc' | 'desc';

export const defaultQuarantineMs = 30_000;

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `quarantine: 30s`, `5m`, `1h` or `0`; whole seconds, as the time of release is kept in. */
export function readQuarantine(data: StringMap, problems: PoolProblem[]): number {
  const key = 'quarantine';
  const text = data[key];
  if (text === undefined) return defaultQuarantineMs;
  const [, number = '', unit = 's'] = /^(\d{1,6})(ms|s|m|h)?$/.exec(text.trim()) ?? [];
  if (number !== '') return Math.ceil((Number(number) * (unitMs[unit] ?? 1000)) / 1000) * 1000;
  problems.push({ kind: 'invalid', key, message: `"${text}" is no time (want 30s, 5m or 0)` });
  return defaultQuarantineMs;
}

/** `search-order: asc` or `desc`. */
export function readSearchOrder(data: StringMap, problems: PoolProblem[]): SearchOrder {
  const key = 'search-order';
  const text = data[key]?.trim();
  if (text === 'asc' || text === 'desc') return text;
  if (text !== undefined) problems.push({ kind: 'invalid', key, message: `"${text}" is neither asc nor desc` });
  return 'listed';
}

/** `skip-end-ips-in-cidr: "true"`: the first and the last address of each CIDR are not used. */
export function readSkipEnds(data: StringMap, problems: PoolProblem[]): boolean {
  const key = 'skip-end-ips-in-cidr';
  const text = data[key]?.trim();
  if (text === 'true' || text === 'false' || text === undefined) return text === 'true';
  problems.push({ kind: 'invalid', key, message: `"${text}" is neither true nor false` });
  return false;
}
