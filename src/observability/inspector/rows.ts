import type { ActorEntry } from '../../actors/actor-entry.ts';
import { describeState, machineOf } from '../../actors/descriptions.ts';
import { explainObject, type Witnesses } from '../../actors/explain.ts';
import type { MailboxEntry } from '../../actors/mailbox.ts';
import { type Question, questionsOf } from '../../actors/questions.ts';
import type { Explanation } from '../../gateway/explanation.ts';
import { kindOf } from '../../gateway/keys.ts';
import type { ActorKey } from './feed.ts';
import type { Row } from './page-feed.ts';
import { sanitise } from './sanitise.ts';

/** One actor in the list; `undefined` where there is none. */
export function rowOf(key: ActorKey, { actors }: Pick<Witnesses, 'actors'>): Row | undefined {
  const entry = actors.entries.get(key);
  if (entry === undefined) return isCrashed(key, actors) ? [key, 'Crashed', 0, '', 0, 0] : undefined;
  const last = entry.mailbox.entries().at(-1);
  return [key, entry.state, entry.mailbox.since, last?.event ?? '', last?.at ?? 0, last?.times ?? 0];
}

/** All actors, and the objects whose actor cannot be had. */
export function* keysOf({ actors }: Pick<Witnesses, 'actors'>): IterableIterator<ActorKey> {
  yield* actors.entries.keys();
  for (const key of actors.crashed) if (!actors.entries.has(key)) yield key;
}

function isCrashed(key: ActorKey, { crashed }: Witnesses['actors']): boolean {
  return crashed.includes(key);
}

/** What a running actor tells of itself: also to `explain`, over the metrics port. */
export interface ActorReport {
  readonly key: string;
  readonly state: string;
  /** Of the state, in the chart's words. */
  readonly description: string;
  /** When the state was entered, in milliseconds since the epoch. */
  readonly since: number;
  /** Looks that wait in the mailbox: 0 or 1, as it is latest-wins. */
  readonly depth: number;
  /** The last events that it handled, the oldest first. */
  readonly events: readonly MailboxEntry[];
  /** The guard that holds it where it is; absent before its first look. */
  readonly guard?: string | undefined;
}

export function reportActor(key: ActorKey, { actors }: Pick<Witnesses, 'actors'>): ActorReport | undefined {
  const entry = actors.entries.get(key);
  if (entry === undefined) return undefined;
  const { state, mailbox } = entry;
  return {
    key,
    state,
    description: describeState(kindOf(key), state),
    since: mailbox.since,
    depth: actors.isDirty(key) ? 1 : 0,
    events: mailbox.entries(),
    guard: questionsOf(entry).find(({ answer }) => answer === 'holds')?.guard,
  };
}

/** All that the page shows of one actor. */
export interface ActorDetail extends Omit<ActorReport, 'guard'> {
  /** Name of its chart. */
  readonly chart: string;
  readonly explanation: Explanation;
  readonly questions: readonly Question[];
  readonly context: unknown;
}

export function detailOf(key: ActorKey, witnesses: Witnesses): ActorDetail | undefined {
  const report = reportActor(key, witnesses);
  const entry: ActorEntry | undefined = witnesses.actors.entries.get(key);
  if (report === undefined || entry === undefined) return undefined;
  const { guard: _, ...rest } = report;
  return {
    ...rest,
    chart: machineOf(kindOf(key)).id,
    explanation: sanitise(explainObject(key, witnesses)) as Explanation,
    questions: questionsOf(entry),
    context: sanitise(entry.context),
  };
}
