import { setTimeout as sleep } from 'node:timers/promises';
import { type ControlPlane, startControlPlane } from '../../cluster/control-plane.ts';
import { findLeaks, findUnrestored } from '../checker/end.ts';
import { findForeignChanges } from '../checker/foreign.ts';
import { findHandedOutWrongly } from '../checker/handed-out.ts';
import { findLostAddresses } from '../checker/kept.ts';
import type { Problem } from '../checker/problem.ts';
import { findUnrecorded } from '../checker/recorded.ts';
import { findDuplicates } from '../checker/told.ts';
import { infra, poolName } from '../manifests.ts';
import { operate } from '../operations.ts';
import { type FaultKind, isFault, type Plan, type Step } from '../plan.ts';
import { foreignEdits } from '../strikes.ts';
import { startOfTime } from '../world.ts';
import { RealFleet } from './real-fleet.ts';
import { RealWorld } from './real-world.ts';

/** A plan takes so much less time than in the virtual clock. */
const speed = 4;
/** Longer than the longest quarantine, and than a stranger's entry of the ledger is not read again. */
const quietMs = 65_000;
const mostMs = 240_000;
const restartMs = 8_000;

export interface RealRun {
  readonly struck: ReadonlyMap<FaultKind, number>;
  readonly writes: number;
  readonly problems: readonly Problem[];
}

/** Repeats the schedule of a plan on a real API server of its own: what strikes there are processes and foreigners. */
export async function runOnCluster(plan: Plan): Promise<RealRun> {
  const controlPlane = await startControlPlane();
  const world = new RealWorld(controlPlane);
  try {
    await world.start();
    const fleet = new RealFleet(controlPlane.kubeconfigPath, plan.replicas);
    try {
      return await play(plan, { controlPlane, world, fleet });
    } finally {
      await fleet.end();
    }
  } finally {
    await world.stop();
    await controlPlane.stop();
  }
}

interface Stage {
  readonly controlPlane: ControlPlane;
  readonly world: RealWorld;
  readonly fleet: RealFleet;
}

async function play(plan: Plan, { controlPlane, world, fleet }: Stage): Promise<RealRun> {
  const struck = new Map<FaultKind, number>();
  const began = performance.now();
  for (const step of plan.steps) {
    await sleep(Math.max(0, step.at / speed - (performance.now() - began)));
    const { kind } = step;
    if (!isFault(kind)) operate(world, kind, step);
    else if (strike(kind, step, { world, fleet })) struck.set(kind, (struck.get(kind) ?? 0) + 1);
  }
  fleet.calm();
  await world.drain();
  const problems: Problem[] = [];
  const report = (counter: Problem['counter'], what: string): void =>
    void problems.push({ counter, at: startOfTime, what });
  if (!(await settle(controlPlane))) report('unconverged', 'the controller still writes long after the last change');
  problems.push(...judge(world));
  for (const what of fleet.crashes) report('unconverged', what);
  const before = await writesOf(controlPlane);
  await fleet.replaceAll();
  await sleep(restartMs);
  const after = await writesOf(controlPlane);
  for (const what of after.slice(before.length)) report('restartWrites', what);
  return { struck, writes: after.length, problems };
}

function judge({ history }: RealWorld): readonly Problem[] {
  const lateMs = 60_000;
  return [
    ...findDuplicates(history),
    ...findUnrecorded(history),
    ...findHandedOutWrongly(history, { pool: `ConfigMap/${infra}/${poolName}`, lateMs }),
    ...findLostAddresses(history),
    ...findForeignChanges(history, { lateMs }),
    ...findUnrestored(history),
    ...findLeaks(history),
  ];
}

/** What can strike without a hand on the network. @returns whether it hit anything. */
function strike(kind: FaultKind, step: Step, { world, fleet }: Pick<Stage, 'world' | 'fleet'>): boolean {
  switch (kind) {
    case 'killed before a write':
    case 'killed after a write':
      return fleet.signal(step.which, 'SIGKILL');
    case 'restarted':
      return fleet.signal(step.which, 'SIGTERM');
    case 'paused':
      return fleet.pause(step.which, (500 + (step.what % 40_000)) / speed);
    case 'two leaders':
      return fleet.startTwin((3_000 + (step.what % 40_000)) / speed);
    case 'foreign edit of labels':
    case 'foreign edit of spec.addresses':
    case 'foreign edit of a Service':
      return foreignEdits[kind](world, step);
    default:
      return false;
  }
}

/** Lets time pass until no controller has written for long. @returns whether that came about. */
async function settle(controlPlane: ControlPlane): Promise<boolean> {
  const end = performance.now() + mostMs;
  let count = -1;
  for (let since = performance.now(); performance.now() < end; await sleep(1_000)) {
    const { length } = await writesOf(controlPlane);
    if (length !== count) since = performance.now();
    count = length;
    if (performance.now() - since >= quietMs) return true;
  }
  return false;
}

/** Writes of controllers that the server took; leases and Events apart. */
async function writesOf(controlPlane: ControlPlane): Promise<readonly string[]> {
  return (await controlPlane.writes())
    .filter(({ userAgent, code }) => userAgent.startsWith('gateway-api-controller') && code < 300)
    .filter(({ resource }) => resource !== 'leases' && resource !== 'events')
    .map(({ verb, resource, namespace, name }) => `${verb} ${resource} ${namespace}/${name}`);
}
