import type { ListenerSetFacts } from '../objects/facts.ts';
import type { Gateway, ListenerSet } from '../objects/gateway-api.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { Verdict } from '../objects/kubernetes.ts';
import { acceptedWith, requestOf } from './address-request.ts';
import { countRoutes } from './facts.ts';
import type { World } from './graph.ts';
import { keyOf, nameOf } from './keys.ts';
import { isSigned } from './listener-set-status.ts';
import { acceptedUnder, gatewayOfSet } from './listener-sets.ts';
import { presenceOf } from './presence.ts';

const unknown: Verdict = { status: 'Unknown', reason: 'Pending', message: 'its Gateway is not known yet' };

/** Facts of a ListenerSet; `uid` as for `gatewayFacts`. */
export function listenerSetFacts(key: ObjectKey<'ListenerSet'>, uid: string, world: World): ListenerSetFacts {
  const set = world.view.get(key);
  const isThere = set?.metadata.uid === uid && set.metadata.deletionTimestamp === undefined;
  const gateway = set && gatewayOfSet(set);
  const nothing = {
    gateway,
    isGatewayJudged: false,
    accepted: unknown,
    programmed: unknown,
    listeners: [],
    attachedRoutes: {},
  };
  if (!isThere) return { ...nothing, presence: presenceOf(key, undefined, world), standing: 'absent' };
  const presence = presenceOf(key, set, world);
  const graph = gateway && world.graph(gateway);
  if (graph === undefined) return { ...nothing, presence, standing: standingWithout(set, gateway, world) };
  // Not as the graph has it: that is remembered over changes of nothing but the Gateway's status.
  const parent = world.view.get(keyOf(graph.gateway)) ?? graph.gateway;
  const accepted = acceptedWith({ request: requestOf(parent, world), accepted: graph.accepted });
  const own = graph.sets.get(key);
  const listeners = graph.listeners.filter(({ source }) => source === key);
  return {
    presence,
    standing: graph.standing,
    gateway,
    isGatewayJudged: accepted.status !== 'Unknown',
    accepted: own === undefined ? unknown : acceptedUnder({ gateway: parent, accepted }, own),
    programmed: programmedOf(parent, set),
    listeners,
    attachedRoutes: countRoutes({ listeners, attached: graph.attached }, world),
  };
}

/** What cannot be read may be there. One that names no Gateway is ours only where we have told of it before. */
function standingWithout(
  set: ListenerSet,
  gateway: ObjectKey<'Gateway'> | undefined,
  { view, settings }: World,
): 'missing' | 'absent' | 'foreign' {
  if (gateway === undefined) return isSigned(set, settings) ? 'absent' : 'foreign';
  return (view.unreadable(gateway) ?? view.unavailable('Gateway')) ? 'missing' : 'absent';
}

/** A ListenerSet is programmed with its Gateway. Of why that is not, it tells where both are of one namespace. */
function programmedOf(gateway: Gateway, { metadata }: ListenerSet): Verdict {
  const name = nameOf(keyOf(gateway));
  const condition = gateway.status.conditions.find(({ type }) => type === 'Programmed');
  if (condition === undefined || condition.status === 'Unknown')
    return { ...unknown, message: `Gateway ${name} is not programmed yet` };
  if (condition.status === 'True') {
    return { status: 'True', reason: 'Programmed', message: `Gateway ${name} is programmed` };
  }
  const why = metadata.namespace === gateway.metadata.namespace ? `: ${condition.message}` : '';
  return { status: 'False', reason: 'ParentNotProgrammed', message: `Gateway ${name} is not programmed${why}` };
}
