import type { Explanation } from '../gateway/explanation.ts';
import type { LiveActor } from './controller-link.ts';
import { paint } from './style.ts';
import { table } from './table.ts';

/** An explanation, and what the running actor told where it was reached. */
export interface Explained extends Explanation {
  readonly live?: LiveActor;
}

/** `KIND NAME is STATE: CAUSE`, without the line's end. */
export function firstLine({ kind, name, state, cause, isReady }: Explanation): string {
  return `${kind} ${name} is ${paint(isReady ? 'green' : 'red', state)}: ${cause}`;
}

/** One line each. */
export function renderAll(found: readonly Explanation[]): string {
  return found.length === 0 ? 'everything is ready\n' : found.map((item) => `${firstLine(item)}\n`).join('');
}

/** The line, who is involved, the conditions, and the last transitions. */
export function renderOne(item: Explained): string {
  const conditions = item.conditions.map(({ type, status, reason, message }) => [
    '  condition',
    `${type}=${status}/${reason}: ${message}`,
  ]);
  const rows = [
    ...item.details.map(([name, text]) => [`  ${name}`, text]),
    ...conditions,
    ...(item.live === undefined ? [] : liveRows(item.live)),
  ];
  return `${firstLine(item)}\n${table(rows)}`;
}

function liveRows({ state, since, depth, guard, events }: LiveActor): readonly (readonly string[])[] {
  const held = guard === undefined ? '' : `, held by ${guard}`;
  const waiting = depth === 0 ? '' : ', about to look again';
  return [
    ['  controller', `${state} since ${timeOf(since)}${held}${waiting}`],
    ...events.map((event) => {
      const times = event.times > 1 ? ` (${event.times} times)` : '';
      return ['  event', `${timeOf(event.at)} ${event.event}${times} -> ${event.state}`];
    }),
  ];
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}
