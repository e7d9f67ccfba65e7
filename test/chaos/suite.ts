import { counters, type Problem } from './checker/problem.ts';
import { judge } from './judge.ts';
import { type FaultKind, faultKinds, isFault, makePlan, type Plan } from './plan.ts';
import type { Plant } from './process.ts';
import { describe, shrink } from './shrink.ts';
import { startOfTime } from './world.ts';

export interface SuiteOptions {
  readonly seeds: number;
  /** The first seed. */
  readonly seed: number;
  /** How often a failing plan is run again to make it smaller. */
  readonly shrinkBudget: number;
  /** Told of what happens, in lines for people. */
  readonly say: (line: string) => void;
  /** Repeats the schedules on a real API server instead. */
  readonly isReal?: boolean;
}

/** What the suite prints: every figure but `seeds`, `faults` and `writes` must be zero. */
export type Result = {
  readonly seeds: number;
  /** How often each kind of fault struck. */
  readonly faults: Readonly<Record<FaultKind, number>>;
  readonly writes: number;
  readonly failures: readonly { readonly seed: number; readonly what: string }[];
} & Readonly<Record<Problem['counter'], number>>;

/** Runs seed after seed. */
export async function runSuite(options: SuiteOptions): Promise<Result> {
  const { seeds, seed: first, shrinkBudget, say, isReal = false } = options;
  const tally = new Tally();
  for (let seed = first; seed < first + seeds; seed += 1) {
    const plan = makePlan(seed);
    const { struck, writes, problems } = isReal ? await runReally(plan) : await runVirtually(plan);
    tally.add(plan, struck, writes, problems);
    if (problems.length > 0) await report(plan, problems, { shrinkBudget: isReal ? 0 : shrinkBudget, say });
    if (isReal) say(`seed ${seed}: ${writes} writes, ${problems.length} problems`);
    if ((seed - first + 1) % 100 === 0) say(`${seed - first + 1} seeds, ${tally.failures.length} failures`);
  }
  say(`faults scheduled: ${JSON.stringify(Object.fromEntries(tally.scheduled))}`);
  return tally.result(seeds);
}

interface Outcome {
  readonly struck: ReadonlyMap<FaultKind, number>;
  readonly writes: number;
  readonly problems: readonly Problem[];
}

async function runVirtually(plan: Plan): Promise<Outcome> {
  const { run, problems } = await judge(plan);
  return { struck: run.struck, writes: run.writes, problems };
}

async function runReally(plan: Plan): Promise<Outcome> {
  const { runOnCluster } = await import('./cluster/schedule.ts');
  return runOnCluster(plan);
}

/** How many seeds it takes until a planted bug is found, and how it showed; `undefined` where none finds it. */
export async function seedsUntilFound(
  plant: Plant,
  { seed: first, seeds }: Pick<SuiteOptions, 'seed' | 'seeds'>,
): Promise<{ readonly seeds: number; readonly problem: Problem } | undefined> {
  for (let seed = first; seed < first + seeds; seed += 1) {
    const [problem] = (await judge(makePlan(seed), plant)).problems;
    if (problem === undefined) continue;
    // A seed that fails anyway shows nothing.
    if ((await judge(makePlan(seed))).problems.length === 0) return { seeds: seed - first + 1, problem };
  }
  return undefined;
}

class Tally {
  readonly failures: { seed: number; what: string }[] = [];
  readonly scheduled = new Map<FaultKind, number>(faultKinds.map((kind) => [kind, 0]));
  readonly #struck = new Map<FaultKind, number>(faultKinds.map((kind) => [kind, 0]));
  readonly #counts = new Map<Problem['counter'], number>(counters.map((counter) => [counter, 0]));
  #writes = 0;

  add(
    { seed, steps }: Plan,
    struck: ReadonlyMap<FaultKind, number>,
    writes: number,
    problems: readonly Problem[],
  ): void {
    this.#writes += writes;
    for (const { kind } of steps) if (isFault(kind)) count(this.scheduled, kind, 1);
    for (const [kind, times] of struck) count(this.#struck, kind, times);
    for (const { counter, what } of problems) {
      count(this.#counts, counter, 1);
      this.failures.push({ seed, what: `${counter}: ${what}` });
    }
  }

  result(seeds: number): Result {
    const figures = Object.fromEntries(this.#counts) as Record<Problem['counter'], number>;
    const faults = Object.fromEntries(this.#struck) as Record<FaultKind, number>;
    return { seeds, faults, writes: this.#writes, ...figures, failures: this.failures };
  }
}

function count<T>(counts: Map<T, number>, key: T, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

/** Tells of a failing seed: how to have it again, and the smallest schedule that fails so. */
async function report(
  plan: Plan,
  problems: readonly Problem[],
  { shrinkBudget, say }: Pick<SuiteOptions, 'shrinkBudget' | 'say'>,
): Promise<void> {
  say(`seed ${plan.seed} fails; again: node test/chaos/index.ts --seeds 1 --seed ${plan.seed}`);
  for (const { counter, at, what } of problems)
    say(`  ${counter} at ${((at - startOfTime) / 1000).toFixed(3)} s: ${what}`);
  const [first] = problems;
  if (first === undefined || shrinkBudget === 0) return;
  const shrunk = await shrink(plan, first, shrinkBudget);
  const server = plan.canStream ? 'streams the initial state' : 'lists only';
  say(
    `  ${plan.steps.length} steps, shrunk to ${shrunk.plan.steps.length}; ${plan.replicas} replica(s), the server ${server}:`,
  );
  for (const line of describe(shrunk)) say(`    ${line}`);
  say(`  which ends in: ${shrunk.problem.what}`);
}
