import type { Problem } from './checker/problem.ts';
import { judge } from './judge.ts';
import type { Plan, Step } from './plan.ts';
import type { Plant } from './process.ts';

/** A smaller plan that fails in the same way, and how. */
export interface Shrunk {
  readonly plan: Plan;
  readonly problem: Problem;
}

/**
 * Leaves steps out, in large parts first, as long as the failure stays.
 * @param budget how often the plan may be run.
 */
export async function shrink(plan: Plan, problem: Problem, budget: number, plant: Plant = {}): Promise<Shrunk> {
  let best: Shrunk = { plan, problem };
  let left = budget;
  const attempt = async (steps: readonly Step[]): Promise<boolean> => {
    left -= 1;
    const { problems } = await judge({ ...best.plan, steps }, plant);
    const found = problems.find(({ counter }) => counter === problem.counter);
    if (found === undefined) return false;
    best = { plan: { ...best.plan, steps }, problem: found };
    return true;
  };
  for (let size = plan.steps.length >> 1; size >= 1 && left > 0; size >>= 1) {
    for (let from = 0; from < best.plan.steps.length && left > 0; ) {
      const { steps } = best.plan;
      const isSmaller = await attempt(steps.filter((_, index) => index < from || index >= from + size));
      if (!isSmaller) from += size;
    }
  }
  return best;
}

/** The schedule, one line a step. */
export function describe({ plan }: Shrunk): readonly string[] {
  return plan.steps.map(({ at, kind, which, what }) => `${(at / 1000).toFixed(3)} s: ${kind} (${which}, ${what})`);
}
