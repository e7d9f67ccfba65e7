import { chartOf } from '../charts/chart.ts';
import { ladderOf } from '../charts/ladder.ts';
import { kindOf } from '../gateway/keys.ts';
import type { ActorEntry } from './actor-entry.ts';
import { machineOf } from './descriptions.ts';

/** One question that an actor's chart asks at each look, with today's answer. */
export interface Question {
  /** From 1, in the order of asking. */
  readonly number: number;
  /** E.g. `isPoolExhausted`, `isRefused(UnsupportedValue)`, or `else`. */
  readonly guard: string;
  /** `Parent.Child`: where the actor goes when it holds. */
  readonly target: string;
  /** `no`, `holds` (this one decides the state), or `unasked` (one before it held). */
  readonly answer: 'no' | 'holds' | 'unasked';
}

/**
 * The guards of an actor's chart in the order of asking, answered with the facts that it saw last: the first that
 * holds is what keeps it where it is. Empty before its first look.
 */
export function questionsOf({ key, context }: Pick<ActorEntry, 'key' | 'context'>): readonly Question[] {
  if (context.facts === undefined) return [];
  const machine = machineOf(kindOf(key));
  const guards = machine.implementations.guards as Readonly<Record<string, Test | undefined>>;
  const scope = { context, event: { type: 'Observed', facts: context.facts } };
  let isDecided = false;
  return ladderOf(chartOf(machine)).map(({ number, guard, guardType, guardParams, target }) => {
    const holds = !isDecided && (guard === '' || guards[guardType]?.(scope, guardParams) === true);
    const answer = isDecided ? 'unasked' : holds ? 'holds' : 'no';
    isDecided ||= holds;
    return { number, guard: guard === '' ? 'else' : guard, target, answer };
  });
}

type Test = (scope: unknown, params: unknown) => boolean;
