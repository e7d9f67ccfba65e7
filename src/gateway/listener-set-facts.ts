import type { ListenerSetFacts } from '../objects/facts.ts';
import type { Gateway } from '../objects/gateway-api.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { Verdict } from '../objects/kubernetes.ts';
import { countRoutes } from './facts.ts';
import type { World } from './graph.ts';
import { keyOf, nameOf } from './keys.ts';
import { gatewayOfSet } from './listener-sets.ts';
import { presenceOf } from './presence.ts';

const unknown: Verdict = { status: 'Unknown', reason: 'Pending', message: 'its Gateway is not known yet' };

/** Facts of a ListenerSet; `uid` as for `gatewayFacts`. */
export function listenerSetFacts(key: ObjectKey<'ListenerSet'>, uid: string, world: World): ListenerSetFacts {
  const set = world.view.get(key);
  const isThere = set?.metadata.uid === uid && set.metadata.deletionTimestamp === undefined;
  const gateway = set && gatewayOfSet(set);
  const nothing = { gateway, accepted: unknown, programmed: unknown, listeners: [], attachedRoutes: {} };
  if (!isThere) return { ...nothing, presence: presenceOf(key, undefined, world), standing: 'absent' };
  const presence = presenceOf(key, set, world);
  const graph = gateway && world.graph(gateway);
  if (graph === undefined) return { ...nothing, presence, standing: standingWithout(gateway, world) };
  const listeners = graph.listeners.filter(({ source }) => source === key);
  return {
    presence,
    standing: graph.standing,
    gateway,
    accepted: graph.sets.get(key)?.accepted ?? unknown,
    // Not as the graph has it: that is remembered over changes of nothing but the Gateway's status.
    programmed: programmedOf(world.view.get(keyOf(graph.gateway)) ?? graph.gateway),
    listeners,
    attachedRoutes: countRoutes({ listeners, attached: graph.attached }, world),
  };
}

/** What cannot be read may be there. */
function standingWithout(gateway: ObjectKey<'Gateway'> | undefined, { view }: World): 'missing' | 'absent' | 'foreign' {
  if (gateway === undefined) return 'foreign';
  return (view.unreadable(gateway) ?? view.unavailable('Gateway')) ? 'missing' : 'absent';
}

/** A ListenerSet is programmed with its Gateway. */
function programmedOf(gateway: Gateway): Verdict {
  const name = nameOf(keyOf(gateway));
  const condition = gateway.status.conditions.find(({ type }) => type === 'Programmed');
  if (condition === undefined) return { ...unknown, message: `Gateway ${name} is not programmed yet` };
  if (condition.status === 'True') {
    return { status: 'True', reason: 'Programmed', message: `Gateway ${name} is programmed` };
  }
  return { status: 'False', reason: 'Pending', message: `Gateway ${name} is not programmed: ${condition.message}` };
}
