import { type Chart, type ChartTransition, splitPath } from './chart.ts';

/** One question of a look at an object: the first whose guard holds decides the state. */
export interface Rung extends ChartTransition {
  /** From 1. */
  readonly number: number;
}

/** What every state asks, in the order of asking. */
export function ladderOf({ everywhere }: Chart): readonly Rung[] {
  return everywhere
    .filter(({ event, target }) => event === 'Observed' && target !== '')
    .map((transition, index) => ({ ...transition, number: index + 1 }));
}

/** The questions that lead to each state. */
export function rungsByTarget(chart: Chart): ReadonlyMap<string, readonly Rung[]> {
  return Map.groupBy(ladderOf(chart), ({ target }) => target);
}

/**
 * The way through the top states that the order of asking takes: from one to the next where all questions of the
 * first were answered with no.
 */
export function stepsOf(chart: Chart): readonly (readonly [from: string, to: string])[] {
  const order = [...new Set(ladderOf(chart).map(({ target }) => splitPath(target).parent || target))];
  return order.slice(1).map((to, index) => [order[index] ?? '', to]);
}
