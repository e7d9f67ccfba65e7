import type { Gateway, Listener, RouteGroupKind } from '../objects/gateway-api.ts';
import type { RouteKind } from '../objects/keys.ts';
import type { Verdict } from '../objects/kubernetes.ts';
import type { ListenerVerdict } from '../objects/verdicts.ts';
import { gatewayApiGroup } from './keys.ts';

const kindFor: Readonly<Record<string, RouteKind>> = { TCP: 'TCPRoute', UDP: 'UDPRoute' };

/** What each listener of a Gateway is worth, whatever its routes. */
export function judgeListeners(gateway: Gateway): readonly ListenerVerdict[] {
  return gateway.spec.listeners.map((listener) => {
    const rival = gateway.spec.listeners.find(
      (other) => other !== listener && other.port === listener.port && other.protocol === listener.protocol,
    );
    return judgeListener(listener, rival);
  });
}

export function isAccepted(verdict: ListenerVerdict): boolean {
  return verdict.accepted.status === 'True';
}

function judgeListener(listener: Listener, rival: Listener | undefined): ListenerVerdict {
  const kind = kindFor[listener.protocol];
  const conflicted = judgeConflict(listener, rival);
  if (kind === undefined) {
    const message = `protocol ${listener.protocol} is not served: use TCP or UDP`;
    const accepted: Verdict = { status: 'False', reason: 'UnsupportedProtocol', message };
    return { listener, accepted, conflicted, resolvedRefs: allResolved, supportedKinds: [] };
  }
  const accepted: Verdict =
    conflicted.status === 'True'
      ? { status: 'False', reason: conflicted.reason, message: conflicted.message }
      : { status: 'True', reason: 'Accepted', message: `serves ${listener.protocol} on port ${listener.port}` };
  return { listener, accepted, conflicted, ...judgeKinds(listener, kind) };
}

const allResolved: Verdict = { status: 'True', reason: 'ResolvedRefs', message: 'all references are resolved' };

function judgeConflict(listener: Listener, rival: Listener | undefined): Verdict {
  if (rival === undefined) return { status: 'False', reason: 'NoConflicts', message: 'no conflict' };
  const message = `listener "${rival.name}" has port ${listener.port} and protocol ${listener.protocol} too: change one`;
  return { status: 'True', reason: 'ProtocolConflict', message };
}

function judgeKinds(listener: Listener, kind: RouteKind): Pick<ListenerVerdict, 'resolvedRefs' | 'supportedKinds'> {
  const supported = { group: gatewayApiGroup, kind };
  const wanted = listener.allowedRoutes.kinds;
  if (wanted === undefined || wanted.length === 0) return { resolvedRefs: allResolved, supportedKinds: [supported] };
  const isServed = (want: RouteGroupKind): boolean => want.kind === kind && want.group === gatewayApiGroup;
  const bad = wanted.filter((want) => !isServed(want));
  if (bad.length === 0) return { resolvedRefs: allResolved, supportedKinds: [supported] };
  return {
    supportedKinds: wanted.some(isServed) ? [supported] : [],
    resolvedRefs: {
      status: 'False',
      reason: 'InvalidRouteKinds',
      message: `allowedRoutes.kinds: a ${listener.protocol} listener serves ${kind}, not ${bad.map((b) => b.kind).join(', ')}`,
    },
  };
}

/** `Accepted` of the Gateway as a whole: it takes one accepted listener, and no parameters that we cannot use. */
export function acceptGateway(gateway: Gateway, listeners: readonly ListenerVerdict[]): Verdict {
  const parameters = gateway.spec.infrastructure.parametersRef;
  if (parameters !== undefined) {
    const what = `spec.infrastructure.parametersRef (${parameters.kind} "${parameters.name}")`;
    return { status: 'False', reason: 'InvalidParameters', message: `${what} is not supported: remove it` };
  }
  const refused = listeners.filter((verdict) => !isAccepted(verdict));
  const names = refused.map(({ listener, accepted }) => `"${listener.name}" (${accepted.message})`).join(', ');
  if (refused.length === listeners.length) {
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
