import { check } from './checker/index.ts';
import type { Problem } from './checker/problem.ts';
import { compareWithCleanRun } from './clean-run.ts';
import { infra, poolName } from './manifests.ts';
import type { Plan } from './plan.ts';
import type { Plant } from './process.ts';
import { type Run, run } from './run.ts';

export interface Judgement {
  readonly run: Run;
  readonly problems: readonly Problem[];
}

/** Faults that keep a controller from knowing for long what happens. */
const blinding: readonly string[] = [
  'paused',
  'watch silent',
  'stale list',
  'events in a burst',
  'API server restarted',
];
const blindMs = 220_000;
const lateMs = 40_000;

/** Runs a plan and finds all that is wrong with what came of it. */
export async function judge(plan: Plan, plant: Plant = {}): Promise<Judgement> {
  const done = await run(plan, plant);
  const isBlinded = plan.steps.some(({ kind }) => blinding.includes(kind));
  const options = {
    pool: `ConfigMap/${infra}/${poolName}`,
    lateMs: isBlinded ? blindMs : lateMs,
    areClocksSteady: plan.steps.every(({ kind }) => kind !== 'clock stepped'),
  };
  const problems: Problem[] = [
    ...check(done.history, options),
    ...done.bugs.map((what) => unconverged(done, `the controller ${what}`)),
    ...done.restartWrites.map(
      ({ at, type, key }): Problem => ({ counter: 'restartWrites', at, what: `${type} ${key}` }),
    ),
  ];
  if (!done.isSettled) problems.push(unconverged(done, 'the controller still writes long after the last change'));
  // What is wrong already would only be told once more.
  if (problems.length === 0) problems.push(...(await compareWithCleanRun(done, plan.seed)));
  return { run: done, problems };
}

function unconverged({ world }: Run, what: string): Problem {
  return { counter: 'unconverged', at: world.clock.now, what };
}
