import { startAgents } from './agents.ts';
import { Fleet } from './fleet.ts';
import { digest, type Entry, isController } from './history.ts';
import { operate } from './operations.ts';
import { type FaultKind, isFault, type Plan } from './plan.ts';
import type { Plant } from './process.ts';
import { strike } from './strikes.ts';
import { World } from './world.ts';

export type FaultCounts = Map<FaultKind, number>;

/** What one plan did, for the checker. */
export interface Run {
  readonly world: World;
  readonly history: readonly Entry[];
  /** Of the history up to the last restart. */
  readonly digest: string;
  readonly struck: FaultCounts;
  /** Writes of controllers that the server took, leases apart. */
  readonly writes: number;
  /** Writes after the last restart. */
  readonly restartWrites: readonly Entry[];
  /** Length of the history when everything had come to rest. */
  readonly settledAt: number;
  /** What went wrong in the controller itself. */
  readonly bugs: readonly string[];
  readonly isSettled: boolean;
}

/** Nothing was written for so long, in milliseconds: longer than the longest pause between two tries. */
const quietMs = 330_000;
const mostMs = 3_600_000;
const restartMs = 90_000;

/** Runs a plan to its end, lets everything settle, and starts a controller anew. */
export async function run(plan: Plan, plant: Plant = {}): Promise<Run> {
  const struck: FaultCounts = new Map();
  const count = (kind: FaultKind): void => void struck.set(kind, (struck.get(kind) ?? 0) + 1);
  const bugs = new Set<string>();
  const world = new World({ canStream: plan.canStream, onStrike: count });
  startAgents(world);
  world.furnish();
  const fleet = new Fleet({
    world,
    seed: plan.seed,
    replicas: plan.replicas,
    plant,
    onWrong: (what) => bugs.add(what),
  });
  for (const step of plan.steps) {
    world.clock.after(step.at, () => {
      const { kind } = step;
      if (!isFault(kind)) operate(world, kind, step);
      else if (strike(kind, { world, fleet, step })) count(kind);
    });
  }
  await world.clock.run((plan.steps.at(-1)?.at ?? 0) + 1);
  world.board.clear();
  fleet.calm();
  const isSettled = await settle(world);
  const settledAt = world.server.history.length;
  fleet.replaceAll();
  await world.clock.run(restartMs);
  fleet.end();
  const { history } = world.server;
  return {
    world,
    history: history.slice(0, settledAt),
    digest: digest(history),
    struck,
    writes: history.filter(isWrite).length,
    restartWrites: history.slice(settledAt).filter(isWrite),
    settledAt,
    bugs: [...bugs],
    isSettled,
  };
}

/** Lets time pass until no controller has written for long. @returns whether that came about. */
export async function settle(world: World, quiet = quietMs): Promise<boolean> {
  const end = world.clock.now + mostMs;
  while (world.clock.now < end) {
    const last = world.server.history.findLast(isWrite)?.at ?? 0;
    const calmSince = Math.max(last, world.clock.now - quiet);
    if (world.clock.now - last >= quiet && world.clock.now >= end - mostMs + quiet) return true;
    await world.clock.run(Math.max(1_000, calmSince + quiet - world.clock.now));
  }
  return false;
}

/** A write of a controller, other than of its lease. */
export function isWrite({ author, kind }: Entry): boolean {
  return isController(author) && kind !== 'Lease';
}
