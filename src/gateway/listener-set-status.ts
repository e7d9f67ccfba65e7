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
  { facts, wasOurs }: ListenerSetReport,
  stamp: Stamp,
): ListenerSet['status'] | undefined {
  if (facts.presence !== 'present') return undefined;
  if (facts.standing === 'absent' && wasOurs) return orphanStatus(set, stamp);
  if (facts.standing !== 'accepted') return undefined;
  const { accepted, programmed } = facts;
  const verdict: Verdict = accepted.status === 'True' ? programmed : accepted;
  const wanted = [condition('Accepted', accepted), condition('Programmed', verdict)];
  return {
    conditions: mergeConditions(set.status.conditions, wanted, stamp),
    listeners: facts.listeners.map((listener) =>
      listenerStatus(set.status.listeners, listener, { facts, verdict: programmed, stamp }),
    ),
  };
}

function orphanStatus(set: ListenerSet, stamp: Stamp): ListenerSet['status'] {
  const message = `Gateway "${set.spec.parentRef.name}" does not exist`;
  const verdict: Verdict = { status: 'False', reason: 'ParentNotAccepted', message };
  const wanted = [condition('Accepted', verdict), condition('Programmed', verdict)];
  return { conditions: mergeConditions(set.status.conditions, wanted, stamp), listeners: [] };
}
