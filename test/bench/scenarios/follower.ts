import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import { type Group, groupsOf, type Shape } from '../objects.ts';
import type { Chain } from '../replay.ts';
import { median, round, spread } from '../statistics.ts';
import { controllerRun, replayRun } from './convergence.ts';

interface Sent {
  readonly shape: Shape;
  readonly groups: readonly Group[];
  readonly chains: readonly Chain[];
  readonly inFlight: number;
}

interface Ran {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/**
 * What a controller cannot go below: the raw replay, the same writes sent by a process that follows all that a controller
 * must follow, and the controller, in turns; the latter two from when their caches are in sync.
 */
export async function follower(bench: Bench) {
  const shape = bench.shape();
  const groups = groupsOf(shape);
  const replays: number[] = [];
  const [followers, controllers]: [Ran[], Ran[]] = [[], []];
  for (let turn = 1; turn <= (bench.options.repeat ?? 3); turn += 1) {
    bench.report(`follower: turn ${turn}`);
    const { seconds, syncedSeconds, sample, chains } = await controllerRun('converge', bench, {
      shape,
      groups,
      build: 'this',
    });
    controllers.push({ seconds: seconds - syncedSeconds, cpuSeconds: sample.cpuSeconds });
    const inFlight = await bench.bestInFlight(groups, chains);
    replays.push(await replayRun('converge', bench, { shape, groups, chains, inFlight }));
    followers.push(await followerRun(bench, { shape, groups, chains, inFlight }));
  }
  const ratiosOf = (runs: readonly Ran[]) => runs.map(({ seconds }, turn) => seconds / (replays[turn] ?? Number.NaN));
  const figuresOf = (runs: readonly Ran[]) => ({
    seconds: round(median(runs.map(({ seconds }) => seconds))),
    cpuSeconds: round(median(runs.map(({ cpuSeconds }) => cpuSeconds))),
    ratio: round(median(ratiosOf(runs))),
    ratioSpread: spread(ratiosOf(runs)),
  });
  return {
    scenario: 'follower',
    gateways: shape.gateways,
    routes: shape.gateways * shape.routesPerGateway,
    replaySeconds: round(median(replays)),
    follower: figuresOf(followers),
    controller: figuresOf(controllers),
  };
}

async function followerRun(bench: Bench, { shape, groups, chains, inFlight }: Sent): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-follower-'));
  const file = join(folder, 'chains.json');
  writeFileSync(file, JSON.stringify(chains));
  await bench.world.create(groups);
  const goal = await bench.goal(shape);
  const child = fork(join(import.meta.dirname, '..', 'follower.ts'), [
    bench.server.kubeconfigPath,
    file,
    `${inFlight}`,
  ]);
  try {
    await once(child, 'message');
    const startedAt = performance.now();
    child.send('send');
    const reachedAt = await bench.observer.reach(goal, bench.report);
    child.send('used');
    const [cpuSeconds] = (await once(child, 'message')) as [number];
    return { seconds: (reachedAt - startedAt) / 1000, cpuSeconds };
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
    await bench.clean();
  }
}
