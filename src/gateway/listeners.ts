import type { Gateway, Listener, ListenerSet, RouteGroupKind } from '../objects/gateway-api.ts';
import type { RouteKind } from '../objects/keys.ts';
import type { Verdict } from '../objects/kubernetes.ts';
import type { ListenerVerdict } from '../objects/verdicts.ts';
import { gatewayApiGroup, keyOf } from './keys.ts';
import type { KnownParameters } from './parameters.ts';

const kindFor: Readonly<Record<string, RouteKind>> = { TCP: 'TCPRoute', UDP: 'UDPRoute' };

/**
 * What each listener is worth, whatever its routes: the Gateway's own, and then those of its ListenerSets in their
 * order. Two of the Gateway's own on one port and protocol are both refused; of a ListenerSet's, only the later one.
 */
export function judgeListeners(gateway: Gateway, sets: readonly ListenerSet[]): readonly ListenerVerdict[] {
  const own = gateway.spec.listeners.map((listener) => {
    const rival = gateway.spec.listeners.find((other) => other !== listener && areRivals(other, listener));
    return judgeListener({ id: listener.name, source: keyOf(gateway), listener }, rival && nameIn(rival, gateway));
  });
  const taken = new Map<string, Taker>(own.map(({ listener }) => [placeOf(listener), { listener, of: gateway }]));
  const added = sets.flatMap((set) => {
    const source = keyOf(set);
    return set.spec.listeners.map((listener) => {
      const place = placeOf(listener);
      const taker = taken.get(place);
      const rival = taker && nameFor(set, taker);
      const verdict = judgeListener({ id: `${source}/${listener.name}`, source, listener }, rival);
      if (isAccepted(verdict)) taken.set(place, { listener, of: set });
      return verdict;
    });
  });
  return [...own, ...added];
}

/** Which listener has a port and protocol already. */
interface Taker {
  readonly listener: Listener;
  readonly of: Gateway | ListenerSet;
}

/** What a ListenerSet is told of it: nothing of what another one of another namespace has. */
function nameFor(set: ListenerSet, { listener, of }: Taker): string {
  const isStrangers = of.kind === 'ListenerSet' && of.metadata.namespace !== set.metadata.namespace;
  return isStrangers ? 'a listener of an older ListenerSet' : nameIn(listener, of);
}

function nameIn({ name }: Listener, { kind, metadata }: Gateway | ListenerSet): string {
  return `listener "${name}" of ${kind} ${metadata.namespace}/${metadata.name}`;
}

function areRivals(a: Listener, b: Listener): boolean {
  return placeOf(a) === placeOf(b);
}

/** Where TCP and UDP listeners must be alone; others share a port by their hostnames, whether they are served or not. */
function placeOf({ port, protocol, hostname = '' }: Listener): string {
  return kindFor[protocol] === undefined ? `${port}/${protocol}/${hostname}` : `${port}/${protocol}`;
}

export function isAccepted(verdict: ListenerVerdict): boolean {
  return verdict.accepted.status === 'True';
}

function judgeListener(
  place: Pick<ListenerVerdict, 'id' | 'source' | 'listener'>,
  /** Which other one has this port and protocol, in words. */
  rival: string | undefined,
): ListenerVerdict {
  const { listener } = place;
  const kind = kindFor[listener.protocol];
  const conflicted = judgeConflict(listener, rival);
  if (kind === undefined) {
    const message = `protocol ${listener.protocol} is not served: use TCP or UDP`;
    const accepted: Verdict = { status: 'False', reason: 'UnsupportedProtocol', message };
    return { ...place, accepted, conflicted, ...judgeKinds(listener, undefined) };
  }
  const accepted: Verdict =
    conflicted.status === 'True'
      ? { status: 'False', reason: conflicted.reason, message: conflicted.message }
      : { status: 'True', reason: 'Accepted', message: `serves ${listener.protocol} on port ${listener.port}` };
  return { ...place, accepted, conflicted, ...judgeKinds(listener, kind) };
}

const allResolved: Verdict = { status: 'True', reason: 'ResolvedRefs', message: 'all references are resolved' };

function judgeConflict(listener: Listener, rival: string | undefined): Verdict {
  if (rival === undefined) return { status: 'False', reason: 'NoConflicts', message: 'no conflict' };
  const message = `${rival} has port ${listener.port} and protocol ${listener.protocol} too: change one`;
  return { status: 'True', reason: 'ProtocolConflict', message };
}

/** @param kind that listeners of its protocol serve; `undefined`: none. */
function judgeKinds(
  { protocol, allowedRoutes }: Listener,
  kind: RouteKind | undefined,
): Pick<ListenerVerdict, 'resolvedRefs' | 'supportedKinds'> {
  const supported = kind === undefined ? [] : [{ group: gatewayApiGroup, kind }];
  const wanted = allowedRoutes.kinds ?? [];
  const isServed = (want: RouteGroupKind): boolean => want.kind === kind && want.group === gatewayApiGroup;
  const bad = wanted.filter((want) => !isServed(want));
  if (bad.length === 0) return { resolvedRefs: allResolved, supportedKinds: supported };
  return {
    supportedKinds: wanted.some(isServed) ? supported : [],
    resolvedRefs: {
      status: 'False',
      reason: 'InvalidRouteKinds',
      message: `allowedRoutes.kinds: a ${protocol} listener serves ${kind ?? 'nothing'}, not ${bad.map((b) => b.kind).join(', ')}`,
    },
  };
}

/** `Accepted` of the Gateway as a whole: it takes one accepted listener, and no parameters that we cannot use. */
export function acceptGateway(
  gateway: Gateway,
  listeners: readonly ListenerVerdict[],
  parameters: KnownParameters,
): Verdict {
  if (parameters.kind === 'refused') {
    return { status: 'False', reason: 'InvalidParameters', message: parameters.message };
  }
  if (parameters.kind === 'awaited') {
    return { status: 'Unknown', reason: 'Pending', message: 'its parameters are being read' };
  }
  const own = listeners.filter(({ source }) => source === keyOf(gateway));
  return acceptListeners(own, listeners);
}

/**
 * `Accepted` of what has these listeners.
 * @param all with those that others add: one valid listener among them is enough.
 */
export function acceptListeners(own: readonly ListenerVerdict[], all: readonly ListenerVerdict[]): Verdict {
  const refused = own.filter((verdict) => !isAccepted(verdict));
  const names = refused.map(({ listener, accepted }) => `"${listener.name}" (${accepted.message})`).join(', ');
  if (!all.some(isAccepted)) {
    return {
      status: 'False',
      reason: 'ListenersNotValid',
      message: `no listener is valid: ${names || 'there is none'}`,
    };
  }
  if (refused.length > 0) {
    return { status: 'True', reason: 'ListenersNotValid', message: `served, except listener ${names}` };
  }
  return { status: 'True', reason: 'Accepted', message: 'all listeners are valid' };
}
