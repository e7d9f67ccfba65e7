import type { ListenerStatus } from '../objects/gateway-api.ts';
import type { Verdict } from '../objects/kubernetes.ts';
import type { ListenerVerdict } from '../objects/verdicts.ts';
import { condition, mergeConditions, type Stamp } from './conditions.ts';
import { isAccepted } from './listeners.ts';

/** What the status of one listener takes from the Gateway or ListenerSet in which it stands. */
export interface ListenerScope {
  readonly facts: { readonly attachedRoutes: Readonly<Record<string, number>> };
  /** `Programmed` of the whole. */
  readonly verdict: Verdict;
  readonly stamp: Stamp;
}

/** The status of one listener; of those that stand there the conditions of other writers are kept. */
export function listenerStatus(
  current: readonly ListenerStatus[],
  judged: ListenerVerdict,
  { facts, verdict, stamp }: ListenerScope,
): ListenerStatus {
  const { name } = judged.listener;
  const old = current.find((status) => status.name === name);
  const wanted = [
    condition('Accepted', judged.accepted),
    condition('Conflicted', judged.conflicted),
    condition('ResolvedRefs', judged.resolvedRefs),
    condition('Programmed', isAccepted(judged) ? verdict : notProgrammed(judged)),
  ];
  return {
    name,
    supportedKinds: judged.supportedKinds,
    attachedRoutes: facts.attachedRoutes[judged.id] ?? old?.attachedRoutes ?? 0,
    conditions: mergeConditions(old?.conditions ?? [], wanted, stamp),
  };
}

function notProgrammed({ accepted, conflicted }: ListenerVerdict): Verdict {
  const reason = conflicted.status === 'True' ? conflicted.reason : 'Invalid';
  return { status: 'False', reason, message: accepted.message };
}
