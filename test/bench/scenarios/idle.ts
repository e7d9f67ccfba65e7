import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import type { Controller } from '../controller.ts';
import type { Sample } from '../probe.ts';

const settleSeconds = 15;
/** CPU seconds a second, of one that has no more to do than that. */
const atRest = 0.1;

/** A controller that has nothing to do, and what it held when it began to rest. */
export async function settledController(
  bench: Bench,
  flags: readonly string[] = [],
): Promise<{ readonly controller: Controller; readonly sample: Sample }> {
  const controller = await bench.startController('this', flags);
  await controller.synced;
  await bench.countWrites();
  await restOf(controller);
  const sample = await controller.sample('collect');
  await controller.sample('quiet');
  // What is left of the start, the last collection of its garbage too, is not idleness.
  await delay(settleSeconds * 1000);
  return { controller, sample };
}

/**
 * Waits until it has looked at everything: where nothing is to be written, only its CPU says that.
 * @returns the longest that its event loop was blocked, in milliseconds.
 */
export async function restOf(controller: Controller): Promise<number> {
  let before = await controller.sample();
  for (let blockedMs = before.blockedMs; ; ) {
    await delay(1000);
    const after = await controller.sample();
    blockedMs = Math.max(blockedMs, after.blockedMs);
    if (after.cpuSeconds - before.cpuSeconds < atRest) return blockedMs;
    before = after;
  }
}

/** @returns CPU seconds a second. */
export async function shareOfCore(controller: Controller, seconds: number): Promise<number> {
  const before = await controller.sample();
  await delay(seconds * 1000);
  const after = await controller.sample();
  return (after.cpuSeconds - before.cpuSeconds) / seconds;
}
