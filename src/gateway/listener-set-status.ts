import type { ListenerSetFacts } from '../objects/facts.ts';
import type { ListenerSet } from '../objects/gateway-api.ts';
import type { Verdict } from '../objects/kubernetes.ts';
import type { ListenerSetState } from '../objects/states.ts';
import type { Settings } from '../objects/view.ts';
import { condition, mergeConditions, type Stamp } from './conditions.ts';
import { gatewayOfSet } from './listener-sets.ts';
import { listenerStatus } from './listener-status.ts';

export interface ListenerSetReport {
  readonly state: ListenerSetState;
  readonly facts: ListenerSetFacts;
}

/** The status to write, or `undefined` where its Gateway is not (known to be) ours, nor was when it was last there. */
export function listenerSetStatus(
  set: ListenerSet,
  { state, facts }: ListenerSetReport,
  settings: Settings,
  stamp: Stamp,
): ListenerSet['status'] | undefined {
  if (facts.presence !== 'present') return undefined;
  if (facts.standing === 'absent' && isSigned(set, settings)) return orphanStatus(set, settings, stamp);
  if (facts.standing !== 'accepted' || state === 'Pending.ReadingParameters') return undefined;
  const { accepted } = facts;
  const verdict = accepted.status === 'True' ? facts.programmed : notProgrammed(accepted);
  const wanted = [condition('Accepted', signed(accepted, settings)), condition('Programmed', verdict)];
  return {
    conditions: mergeConditions(set.status.conditions, wanted, stamp),
    listeners: facts.listeners.map((listener) =>
      listenerStatus(set.status.listeners, listener, { facts, verdict, stamp }),
    ),
  };
}

function orphanStatus(set: ListenerSet, settings: Settings, stamp: Stamp): ListenerSet['status'] {
  const message =
    gatewayOfSet(set) === undefined
      ? 'spec.parentRef names no Gateway'
      : `Gateway "${set.spec.parentRef.name}" does not exist`;
  const accepted: Verdict = { status: 'False', reason: 'ParentNotAccepted', message };
  const wanted = [condition('Accepted', signed(accepted, settings)), condition('Programmed', notProgrammed(accepted))];
  return { conditions: mergeConditions(set.status.conditions, wanted, stamp), listeners: [] };
}

/**
 * The status of a ListenerSet has no field for the name of the controller, as that of a route has. So it stands in the
 * message of `Accepted`: when the Gateway is gone, nothing else tells who is to say so.
 */
function signed(verdict: Verdict, settings: Settings): Verdict {
  return { ...verdict, message: `${signatureOf(settings)}${verdict.message}` };
}

export function isSigned({ status }: ListenerSet, settings: Settings): boolean {
  const accepted = status.conditions.find(({ type }) => type === 'Accepted');
  return accepted?.message.startsWith(signatureOf(settings)) === true;
}

function signatureOf({ controllerName }: Settings): string {
  return `${controllerName}: `;
}

/** `Programmed` of what is not accepted; of its parent it has a reason of its own. */
function notProgrammed(accepted: Verdict): Verdict {
  return accepted.reason === 'ParentNotAccepted' ? { ...accepted, reason: 'ParentNotProgrammed' } : accepted;
}
