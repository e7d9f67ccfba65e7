import type { Gateway, ParentReference, Route } from '../objects/gateway-api.ts';
import type { ObjectKey, ParentKind } from '../objects/keys.ts';
import type { Verdict } from '../objects/kubernetes.ts';
import type { ListenerVerdict } from '../objects/verdicts.ts';
import type { ClusterView, Settings } from '../objects/view.ts';
import { refuseShape } from './behaviour.ts';
import { keyOf, kindOf, nameOf, partsOf } from './keys.ts';
import { isAccepted } from './listeners.ts';
import { allowsNamespace } from './namespaces.ts';

/** What one parentRef comes to. */
export interface Attachment {
  readonly accepted: Verdict;
  /** Ids of the listeners that the route is bound to; empty unless accepted. */
  readonly listeners: readonly string[];
}

interface Approach {
  readonly route: Route;
  readonly ref: ParentReference;
  /** What the parentRef names: the Gateway, or a ListenerSet of it. */
  readonly parent: ObjectKey<ParentKind>;
  readonly view: ClusterView;
}

interface Claim extends Approach {
  readonly gateway: Gateway;
  readonly settings: Settings;
  /** The one Gateway that this route's Service can belong to; `undefined` under `aggregate`, which serves several. */
  readonly home: ObjectKey<'Gateway'> | undefined;
}

type Narrowing = readonly ListenerVerdict[] | Verdict;

type Rule<C> = (claim: C, listeners: readonly ListenerVerdict[]) => Narrowing;

/** Each rule keeps the listeners that pass it, or says why none does. The order is that of the reasons. */
const listenerRules: readonly Rule<Approach>[] = [
  ({ ref, parent }, listeners) => {
    const found = listeners.filter(
      ({ listener }) =>
        (ref.sectionName === undefined || listener.name === ref.sectionName) &&
        (ref.port === undefined || listener.port === ref.port),
    );
    return found.length > 0 ? found : noMatchingParent(ref, parent, listeners);
  },
  ({ route }, listeners) => {
    const found = listeners.filter((verdict) => verdict.supportedKinds.some((kind) => kind.kind === route.kind));
    return found.length > 0
      ? found
      : notAllowed(`${describe(listeners)} does not take a ${route.kind}: ${whyKind(listeners)}`);
  },
  (_approach, listeners) => {
    const found = listeners.filter(isAccepted);
    return found.length > 0
      ? found
      : notAllowed(
          `${describe(listeners)} is itself refused: ${join(listeners.map(({ accepted }) => accepted.message))}`,
        );
  },
  ({ route, parent, view }, listeners) => {
    const between = { namespace: route.metadata.namespace, home: partsOf(parent).namespace };
    const answers = listeners.map(({ listener }) => allowsNamespace(listener.allowedRoutes, between, view));
    const found = listeners.filter((_, index) => answers[index] === 'yes');
    if (found.length > 0) return found;
    if (answers.includes('unknown')) return pending('the labels of namespaces cannot be read');
    const from = join(
      listeners.map(({ listener }) => listener.allowedRoutes.from),
      ' or ',
    );
    return notAllowed(
      `${describe(listeners)} (allowedRoutes.namespaces from ${from}) does not allow routes of namespace "${route.metadata.namespace}"`,
    );
  },
];

/** What one Service can do, and for whom. */
const serviceRules: readonly Rule<Claim>[] = [
  ({ route, settings }, listeners) => refuseShape(route, settings) ?? listeners,
  ({ gateway, home }, listeners) =>
    home === undefined || home === keyOf(gateway)
      ? listeners
      : {
          status: 'False',
          reason: 'UnsupportedValue',
          message: `this route's Service belongs to Gateway ${nameOf(home)} already: use the behaviour aggregate for several`,
        },
];

/** Decides one parentRef of a route to this Gateway. */
export function attach(claim: Claim, listeners: readonly ListenerVerdict[]): Attachment {
  const taken = narrow(listenerRules, claim, listeners);
  const left = 'length' in taken ? narrow(serviceRules, claim, taken) : taken;
  if (!('length' in left)) return { accepted: left, listeners: [] };
  const accepted: Verdict = {
    status: 'True',
    reason: 'Accepted',
    message: `attached to ${describe(left)} of ${textOf(claim.parent)}`,
  };
  return { accepted, listeners: left.map(({ id }) => id) };
}

/** Whether any of these listeners takes the route, or may: what its Service can do does not count. */
export function mayTake(approach: Approach, listeners: readonly ListenerVerdict[]): boolean {
  const taken = narrow(listenerRules, approach, listeners);
  return 'length' in taken || taken.status === 'Unknown';
}

function narrow<C>(rules: readonly Rule<C>[], claim: C, listeners: readonly ListenerVerdict[]): Narrowing {
  let left: Narrowing = listeners;
  for (const rule of rules) {
    if (!('length' in left)) return left;
    left = rule(claim, left);
  }
  return left;
}

function noMatchingParent(
  ref: ParentReference,
  parent: ObjectKey<ParentKind>,
  listeners: readonly ListenerVerdict[],
): Verdict {
  const wanted = [
    ref.sectionName === undefined ? '' : `sectionName "${ref.sectionName}"`,
    ref.port === undefined ? '' : `port ${ref.port}`,
  ].filter((part) => part !== '');
  const which = wanted.length === 0 ? '' : ` with ${wanted.join(' and ')}`;
  const there = listeners.map(({ listener }) => `"${listener.name}" (${listener.protocol} ${listener.port})`);
  return {
    status: 'False',
    reason: 'NoMatchingParent',
    message: `${kindOf(parent)} "${ref.name}" has no listener${which}; it has ${there.join(', ') || 'none'}`,
  };
}

function textOf(parent: ObjectKey<ParentKind>): string {
  return `${kindOf(parent)} ${nameOf(parent)}`;
}

function pending(message: string): Verdict {
  return { status: 'Unknown', reason: 'Pending', message };
}

function notAllowed(message: string): Verdict {
  return { status: 'False', reason: 'NotAllowedByListeners', message };
}

/** What these listeners take instead of a route. */
function whyKind(listeners: readonly ListenerVerdict[]): string {
  return join(
    listeners.map(({ accepted, listener, resolvedRefs, supportedKinds }) => {
      if (supportedKinds.length > 0) return `of protocol ${listener.protocol} it takes a ${supportedKinds[0]?.kind}`;
      return accepted.status === 'True' ? resolvedRefs.message : accepted.message;
    }),
  );
}

function join(texts: readonly string[], between = '; '): string {
  return [...new Set(texts)].join(between);
}

function describe(listeners: readonly ListenerVerdict[]): string {
  return `listener ${listeners.map(({ listener }) => `"${listener.name}"`).join(', ')}`;
}
