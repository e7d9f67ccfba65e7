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
 * The conditions to write: ours as wanted, those of other writers kept, `lastTransitionTime` kept unless the status
 * flips (Kubernetes API conventions, "Typical status properties").
 */
export function mergeConditions(
  current: readonly Condition[],
  wanted: readonly WantedCondition[],
  stamp: Stamp,
): readonly Condition[] {
  const ours = wanted.map((want) => {
    const old = current.find((candidate) => candidate.type === want.type);
    return {
      ...want,
      message: want.message.slice(0, longestMessage),
      observedGeneration: stamp.generation,
      lastTransitionTime: old !== undefined && old.status === want.status ? old.lastTransitionTime : stamp.now,
    };
  });
  const others = current.filter((old) => wanted.every((want) => want.type !== old.type));
  return [...ours, ...others];
}
