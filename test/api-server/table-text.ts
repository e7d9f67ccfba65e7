import { type ApiObject, isObject, type Json, textOf } from './json.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

function twoParts(seconds: number, large: readonly [number, string], small: readonly [number, string]): string {
  const rest = Math.floor((seconds % large[0]) / small[0]);
  const head = `${Math.floor(seconds / large[0])}${large[1]}`;
  return rest === 0 ? head : `${head}${rest}${small[1]}`;
}

/** A duration as kubectl's ages are written: `5s`, `3m20s`, `4d`. */
export function humanDuration(seconds: number): string {
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 2 * MINUTE) return `${Math.floor(seconds)}s`;
  if (seconds < 10 * MINUTE) return twoParts(seconds, [MINUTE, 'm'], [1, 's']);
  if (seconds < 3 * HOUR) return `${Math.floor(seconds / MINUTE)}m`;
  if (seconds < 8 * HOUR) return twoParts(seconds, [HOUR, 'h'], [MINUTE, 'm']);
  if (seconds < 2 * DAY) return `${Math.floor(seconds / HOUR)}h`;
  if (seconds < 8 * DAY) return twoParts(seconds, [DAY, 'd'], [HOUR, 'h']);
  if (seconds < 2 * YEAR) return `${Math.floor(seconds / DAY)}d`;
  if (seconds < 8 * YEAR) return twoParts(seconds, [YEAR, 'y'], [DAY, 'd']);
  return `${Math.floor(seconds / YEAR)}y`;
}

export function sinceText(time: string, now: Date): string {
  return time === '' ? '<unknown>' : humanDuration((now.getTime() - Date.parse(time)) / 1000);
}

export function age(object: ApiObject, now: Date): string {
  return sinceText(object.metadata.creationTimestamp, now);
}

/** `a=1,b=2`, in the order of the keys. */
export function formatLabels(labels: Json | undefined): string {
  if (!isObject(labels)) return '<none>';
  const entries = Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1));
  return entries.map(([key, value]) => `${key}=${textOf(value)}`).join(',') || '<none>';
}
