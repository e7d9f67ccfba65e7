import type { Condition, Verdict } from '../objects/kubernetes.ts';

export interface WantedCondition extends Verdict {
  readonly type: string;
}

export interface Stamp {
  /** `metadata.generation` that was looked at. */
  readonly generation: number;
  /** RFC 3339, for conditions whose status flips. */
  readonly now: string;
}

const longestMessage = 32768;

export function condition(type: string, verdict: Verdict): WantedCondition {
  return { type, status: verdict.status, reason: verdict.reason, message: verdict.message };
}

/**
 * The conditions to write: ours as wanted, those of other writers kept, all in their places; `lastTransitionTime` kept
 * unless the status flips (Kubernetes API conventions, "Typical status properties").
 */
export function mergeConditions(
  current: readonly Condition[],
  wanted: readonly WantedCondition[],
  stamp: Stamp,
): readonly Condition[] {
  const ours = wanted.map((want): Condition => {
    const old = current.find((candidate) => candidate.type === want.type);
    return {
      ...want,
      message: want.message.slice(0, longestMessage),
      observedGeneration: stamp.generation,
      lastTransitionTime: old !== undefined && old.status === want.status ? old.lastTransitionTime : stamp.now,
    };
  });
  return mergeInPlace(current, ours, (a, b) => a.type === b.type);
}

/** The condition with one thing more in its message, which stays within its length. */
export function addNote(told: Condition, note: string): Condition {
  const end = `; ${note}`;
  return { ...told, message: `${told.message.slice(0, longestMessage - end.length)}${end}` };
}

/**
 * A list that several writers share: entries that are wanted anew replace those they match, in their places, and the
 * rest goes to the end. Two writers that each sort the list would write for ever.
 */
export function mergeInPlace<T>(current: readonly T[], wanted: readonly T[], matches: (a: T, b: T) => boolean): T[] {
  const left = [...wanted];
  const merged = current.map((entry) => {
    const index = left.findIndex((want) => matches(entry, want));
    return (index < 0 ? undefined : left.splice(index, 1)[0]) ?? entry;
  });
  return [...merged, ...left];
}
