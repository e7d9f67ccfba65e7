import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Kind, ObjectKey } from '../../src/objects/keys.ts';
import type { Clock } from './clock.ts';
import type { Manifest } from './manifests.ts';
import type { MemoryApi } from './memory-api.ts';
import { changesSince, describeOutcome, describeWrites } from './outcome.ts';
import { Simulation } from './simulation.ts';

/** One thing that a user, or somebody else, does. */
export interface Step {
  readonly step: string;
  /** As `kubectl apply`: the whole object without its status, unless that is given. */
  readonly apply?: readonly Manifest[];
  /** JSON merge patches by key. */
  readonly patch?: Readonly<Record<ObjectKey, unknown>>;
  readonly delete?: readonly ObjectKey[];
  /** The controller is down while this happens. */
  readonly whileDown?: boolean;
  /** The controller is started anew with these, and keeps them. */
  readonly flags?: readonly string[];
  /** That go by before the rest. */
  readonly seconds?: number;
}

export interface GoldenCase {
  readonly about: string;
  readonly flags?: readonly string[];
  /** Kinds that the cluster does not serve. */
  readonly notServed?: readonly Kind[];
  /** Writes that the API server refuses, as `<effect> <key>`. */
  readonly refused?: readonly string[];
  /** Without the class `l4` and the pool of `common.yaml`. */
  readonly isBare?: boolean;
  /** Who comes first gets the address, so that the outcome may depend on the order. */
  readonly dependsOnOrder?: boolean;
  readonly given: readonly Manifest[];
  readonly steps?: readonly Step[];
}

const defaultFlags = ['-ipam-configmap', 'default/ipam'];

export function readCase(path: string): GoldenCase {
  const golden = parse(readFileSync(path, 'utf8'), { merge: true }) as GoldenCase;
  if (golden.isBare === true) return golden;
  const common = parse(readFileSync(join(dirname(path), 'common.yaml'), 'utf8')) as Manifest[];
  return { ...golden, given: [...common, ...golden.given] };
}

export function flagsOf({ flags = defaultFlags }: GoldenCase): readonly string[] {
  return flags;
}

/** Plays a case to its end. @returns the simulation at rest, and all outcomes as YAML. */
export function play(golden: GoldenCase): { readonly simulation: Simulation; readonly text: string } {
  let simulation = start(golden);
  for (const manifest of golden.given) simulation.put(manifest);
  simulation.run();
  let last = describeOutcome(simulation);
  const outcomes: unknown[] = [{ step: 'given', writes: describeWrites(simulation.writes), ...last }];
  for (const step of golden.steps ?? []) {
    simulation.writes.length = 0;
    simulation.clock.advance((step.seconds ?? 0) * 1000);
    const { flags = step.whileDown === true ? simulation.flags : undefined } = step;
    if (flags !== undefined) simulation = whileDown(simulation, { ...golden, flags }, (api) => take(step, api));
    else take(step, simulation);
    const now = describeOutcome(simulation.run());
    outcomes.push({ step: step.step, writes: describeWrites(simulation.writes), ...changesSince(last, now) });
    last = now;
  }
  return { simulation, text: outcomes.map((outcome) => stringify(outcome, { lineWidth: 0 })).join('---\n') };
}

/** A controller that starts anew on what the other one left. */
export function restarted(simulation: Simulation, golden: GoldenCase): Simulation {
  return whileDown(simulation, { ...golden, flags: simulation.flags }, () => {}).run();
}

/** One with the same objects, fed one by one, the last first. */
export function playBackwards(golden: GoldenCase): Simulation {
  const simulation = start(golden);
  for (const manifest of golden.given.toReversed()) {
    simulation.put(manifest);
    simulation.run();
  }
  return simulation;
}

function start(golden: GoldenCase, api?: MemoryApi, clock?: Clock): Simulation {
  const { notServed, refused } = golden;
  return new Simulation({
    flags: flagsOf(golden),
    ...(api && { api }),
    ...(clock && { clock }),
    ...(notServed && { notServed }),
    ...(refused && { refused }),
  });
}

function whileDown(simulation: Simulation, golden: GoldenCase, happens: (api: MemoryApi) => void): Simulation {
  simulation.stop();
  happens(simulation.api);
  return start(golden, simulation.api, simulation.clock);
}

/** Does what the step says: to the API server, or to a simulation that is told of each change. */
function take(step: Step, to: Pick<MemoryApi, 'remove' | 'put' | 'patch'>): void {
  for (const key of step.delete ?? []) to.remove(key);
  for (const manifest of step.apply ?? []) to.put(manifest);
  for (const [key, body] of Object.entries(step.patch ?? {})) to.patch(key as ObjectKey, body);
}
