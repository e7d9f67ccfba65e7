import { type Bench, describe, type Writes } from '../bench.ts';
import type { Controller } from '../controller.ts';
import { type Group, groupsOf, type Shape } from '../objects.ts';
import type { Sample } from '../probe.ts';
import { type Chain, type Snapshot, withCreation, writesBetween } from '../replay.ts';
import { median, round, spread } from '../statistics.ts';
import { emptySnapshot } from '../world.ts';

type Scenario = 'converge' | 'online';

export interface Run {
  readonly seconds: number;
  /** From its start until its caches were in sync; part of `seconds` where it starts with all there. */
  readonly syncedSeconds: number;
  readonly sample: Sample;
  readonly writes: Writes;
  readonly requests: Readonly<Record<string, number>>;
}

/** One run of the controller from nothing to all settled, and the raw writes that come to the same. */
export interface Convergence extends Run {
  readonly chains: readonly Chain[];
}

/** The controller and the raw replay in turns, on one server. */
export async function convergence(scenario: Scenario, bench: Bench) {
  const shape = bench.shape();
  const turns = bench.options.repeat ?? 3;
  const figures = await alternate(scenario, bench, { shape, turns });
  return { scenario, gateways: shape.gateways, routes: shape.gateways * shape.routesPerGateway, ...figures };
}

export async function alternate(
  scenario: Scenario,
  bench: Bench,
  { shape, turns }: { readonly shape: Shape; readonly turns: number },
) {
  const groups = groupsOf(shape);
  const runs = new Map([...bench.builds.keys()].map((build) => [build, [] as Run[]]));
  const replays: number[] = [];
  let inFlight = Number.NaN;
  await bench.clean();
  for (let turn = 1; turn <= turns; turn += 1) {
    let chains: readonly Chain[] = [];
    for (const [build, done] of runs) {
      bench.report(
        `${scenario}, ${describe(shape)}: turn ${turn} of ${turns}, ${build === 'this' ? 'the controller' : build}`,
      );
      const run = await controllerRun(scenario, bench, { shape, groups, build });
      done.push(run);
      if (build === 'this') chains = run.chains;
    }
    inFlight = await bench.bestInFlight(groups, chainsWithoutCreation(scenario, chains));
    bench.report(`${scenario}: turn ${turn} of ${turns}, the raw replay, ${inFlight} in flight`);
    replays.push(await replayRun(scenario, bench, { shape, groups, chains, inFlight }));
  }
  const [own = [], against] = [runs.get('this'), runs.get('against')];
  return {
    ...figuresOf(own, replays, shape),
    inFlight,
    ...(against && { against: figuresOf(against, replays, shape) }),
  };
}

/** The chains for objects that are there already. */
function chainsWithoutCreation(scenario: Scenario, chains: readonly Chain[]): readonly Chain[] {
  if (scenario === 'converge') return chains;
  return chains.map((chain) => ({
    ...chain,
    head: chain.head.filter(({ method, path }) => method !== 'POST' || !/\/(gateways|tcproutes)$/.test(path)),
  }));
}

interface Turn {
  readonly shape: Shape;
  readonly groups: readonly Group[];
}

/** Leaves nothing behind but the figures. */
export async function controllerRun(
  scenario: Scenario,
  bench: Bench,
  { shape, groups, build }: Turn & { readonly build: 'this' | 'against' },
): Promise<Convergence> {
  const { run, before } = await (scenario === 'converge' ? adopt : grow)(bench, { shape, groups, build });
  const after = await bench.world.read();
  await bench.clean();
  const chains = writesBetween(before, after);
  return { ...run, chains: scenario === 'converge' ? chains : withCreation(chains, before) };
}

type Ran = { readonly run: Run; readonly before: Snapshot };
type BuildTurn = Turn & { readonly build: 'this' | 'against' };

/** All is there before the controller starts. */
async function adopt(bench: Bench, { shape, groups, build }: BuildTurn): Promise<Ran> {
  const before = await bench.world.create(groups);
  const goal = await bench.goal(shape, build);
  await bench.server.newWrites();
  const controller = await bench.startController(build);
  const reachedAt = await controller.during(bench.observer.reach(goal, bench.report));
  const run = await finish(bench, controller, (reachedAt - controller.startedAt) / 1000);
  return { run, before };
}

/** All is created while the controller is up. */
async function grow(bench: Bench, { shape, groups, build }: BuildTurn): Promise<Ran> {
  const goal = await bench.goal(shape, build);
  const controller = await bench.startController(build);
  await controller.synced;
  await bench.server.newWrites();
  const startedAt = performance.now();
  const reached = controller.during(bench.observer.reach(goal, bench.report));
  const before = await bench.world.create(groups);
  const run = await finish(bench, controller, ((await reached) - startedAt) / 1000);
  return { run, before };
}

/** Takes the figures at the moment when all is settled, and counts what is written after it too. */
async function finish(bench: Bench, controller: Controller, seconds: number): Promise<Run> {
  const sample = await controller.sample();
  const writes = await bench.countWrites();
  const requests = await controller.requests();
  const syncedSeconds = (await controller.synced) / 1000;
  await controller.stop();
  return { seconds, syncedSeconds, sample, writes, requests };
}

export async function replayRun(
  scenario: Scenario,
  bench: Bench,
  { shape, groups, chains, inFlight }: Turn & { readonly chains: readonly Chain[]; readonly inFlight: number },
): Promise<number> {
  const there = scenario === 'converge' ? await bench.world.create(groups) : emptySnapshot();
  const seconds = await bench.timeReplay({ chains, there, goal: await bench.goal(shape) }, inFlight);
  await bench.clean();
  return seconds;
}

function figuresOf(runs: readonly Run[], replays: readonly number[], shape: Shape) {
  const of = (figure: (run: Run) => number): number => median(runs.map(figure));
  const ratios = runs.map(({ seconds }, turn) => seconds / (replays[turn] ?? Number.NaN));
  const [first] = runs;
  return {
    convergeSeconds: round(of(({ seconds }) => seconds)),
    replaySeconds: round(median(replays)),
    ratio: round(median(ratios)),
    writes: first?.writes.byKind ?? {},
    writesApart: first?.writes.apart ?? 0,
    writesPerPair: round(of(({ writes }) => writes.total) / (shape.gateways * shape.routesPerGateway)),
    requests: first?.requests ?? {},
    cpuSeconds: round(of(({ sample }) => sample.cpuSeconds)),
    rssMiB: round(
      of(({ sample }) => sample.peakRssMiB),
      1,
    ),
    blockedMs: round(
      of(({ sample }) => sample.blockedMs),
      1,
    ),
    spread: {
      convergeSeconds: spread(runs.map(({ seconds }) => seconds)),
      replaySeconds: spread(replays),
      ratio: spread(ratios),
      cpuSeconds: spread(runs.map(({ sample }) => sample.cpuSeconds)),
    },
  };
}
