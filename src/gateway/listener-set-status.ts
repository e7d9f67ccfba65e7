import type { ListenerSetFacts } from '../objects/facts.ts';
import type { ListenerSet } from '../objects/gateway-api.ts';
import type { Verdict } from '../objects/kubernetes.ts';
import type { ListenerSetState } from '../objects/states.ts';
import { condition, mergeConditions, type Stamp } from './conditions.ts';
import { listenerStatus } from './listener-status.ts';

export interface ListenerSetReport {
  readonly state: ListenerSetState;
  readonly facts: ListenerSetFacts;
  /** Whether its Gateway was ours when it was last there. */
  readonly wasOurs: boolean;
}

/** The status to write, or `undefined` where its Gateway is not (known to be) ours. */
export function listenerSetStatus(
  set: ListenerSet,
  { state, facts, wasOurs }: ListenerSetReport,
  stamp: Stamp,
): ListenerSet['status'] | undefined {
  if (facts.presence !== 'present') return undefined;
  if (facts.standing === 'absent' && wasOurs) return orphanStatus(set, stamp);
  if (facts.standing !== 'accepted' || state === 'Pending.ReadingParameters') return undefined;
  const { accepted } = facts;
  const verdict = accepted.status === 'True' ? facts.programmed : notProgrammed(accepted);
  const wanted = [condition('Accepted', accepted), condition('Programmed', verdict)];
  return {
    conditions: mergeConditions(set.status.conditions, wanted, stamp),
    listeners: facts.listeners.map((listener) =>
      listenerStatus(set.status.listeners, listener, { facts, verdict, stamp }),
    ),
  };
}

function orphanStatus(set: ListenerSet, stamp: Stamp): ListenerSet['status'] {
  const message = `Gateway "${set.spec.parentRef.name}" does not exist`;
  const accepted: Verdict = { status: 'False', reason: 'ParentNotAccepted', message };
  const wanted = [condition('Accepted', accepted), condition('Programmed', notProgrammed(accepted))];
  return { conditions: mergeConditions(set.status.conditions, wanted, stamp), listeners: [] };
}

/** `Programmed` of what is not accepted; of its parent it has a reason of its own. */
function notProgrammed(accepted: Verdict): Verdict {
  return accepted.reason === 'ParentNotAccepted' ? { ...accepted, reason: 'ParentNotProgrammed' } : accepted;
}
