import type { Gateway, ParentReference, Route } from '../objects/gateway-api.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { Verdict } from '../objects/kubernetes.ts';
import type { ListenerVerdict } from '../objects/verdicts.ts';
import type { ClusterView, Settings } from '../objects/view.ts';
import { refuseShape } from './behaviour.ts';
import { gatewayOf, keyOf, nameOf } from './keys.ts';
import { matchesSelector } from './label-selector.ts';
import { isAccepted } from './listeners.ts';

/** What one parentRef comes to. */
export interface Attachment {
  readonly accepted: Verdict;
  /** Names of the listeners that the route is bound to; empty unless accepted. */
  readonly listeners: readonly string[];
}

interface Claim {
  readonly route: Route;
  readonly ref: ParentReference;
  readonly gateway: Gateway;
  readonly settings: Settings;
  readonly view: ClusterView;
  /** The one Gateway that this route's Service can belong to; `undefined` under `aggregate`, which serves several. */
  readonly home: ObjectKey<'Gateway'> | undefined;
}

type Narrowing = readonly ListenerVerdict[] | Verdict;

/** Each rule keeps the listeners that pass it, or says why none does. The order is that of the reasons. */
const rules: readonly ((claim: Claim, listeners: readonly ListenerVerdict[]) => Narrowing)[] = [
  ({ ref }, listeners) => {
    const found = listeners.filter(
      ({ listener }) =>
        (ref.sectionName === undefined || listener.name === ref.sectionName) &&
        (ref.port === undefined || listener.port === ref.port),
    );
    return found.length > 0 ? found : noMatchingParent(ref, listeners);
  },
  ({ route }, listeners) => {
    const found = listeners.filter((verdict) => verdict.supportedKinds.some((kind) => kind.kind === route.kind));
    return found.length > 0 ? found : notAllowed(`${describe(listeners)} does not take a ${route.kind}`);
  },
  (_claim, listeners) => {
    const found = listeners.filter(isAccepted);
    return found.length > 0 ? found : notAllowed(`${describe(listeners)} is itself refused`);
  },
  ({ route, gateway, view }, listeners) => {
    const found = listeners.filter(({ listener }) => allowsNamespace(listener, route, { gateway, view }));
    if (found.length > 0) return found;
    const unknown = listeners.some(isSelective) ? view.unavailable('Namespace') : undefined;
    if (unknown !== undefined) return pending(`the labels of namespaces cannot be read: ${unknown}`);
    return notAllowed(`${describe(listeners)} does not allow routes of namespace "${route.metadata.namespace}"`);
  },
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
  let left = listeners;
  for (const rule of rules) {
    const next = rule(claim, left);
    if (!('length' in next)) return { accepted: next, listeners: [] };
    left = next;
  }
  const names = left.map(({ listener }) => listener.name);
  const accepted: Verdict = {
    status: 'True',
    reason: 'Accepted',
    message: `attached to ${describe(left)} of Gateway ${nameOf(keyOf(claim.gateway))}`,
  };
  return { accepted, listeners: names };
}

/** The first of the route's Gateways, in the order of its parentRefs, of those that are ours. */
export function homeOf(
  route: Route,
  isOurs: (gateway: ObjectKey<'Gateway'>) => boolean,
): ObjectKey<'Gateway'> | undefined {
  for (const ref of route.spec.parentRefs) {
    const key = gatewayOf(ref, route.metadata.namespace);
    if (key !== undefined && isOurs(key)) return key;
  }
  return undefined;
}

function allowsNamespace(
  { allowedRoutes: { from, selector } }: ListenerVerdict['listener'],
  route: Route,
  { gateway, view }: Pick<Claim, 'gateway' | 'view'>,
): boolean {
  const { namespace } = route.metadata;
  switch (from) {
    case 'All':
      return true;
    case 'Same':
      return namespace === gateway.metadata.namespace;
    case 'Selector': {
      const labels = view.get(`Namespace//${namespace}`)?.metadata.labels;
      return labels !== undefined && selector !== undefined && matchesSelector(selector, labels);
    }
    default:
      return false;
  }
}

function isSelective({ listener }: ListenerVerdict): boolean {
  return listener.allowedRoutes.from === 'Selector';
}

function noMatchingParent(ref: ParentReference, listeners: readonly ListenerVerdict[]): Verdict {
  const wanted = [
    ref.sectionName === undefined ? '' : `sectionName "${ref.sectionName}"`,
    ref.port === undefined ? '' : `port ${ref.port}`,
  ].filter((part) => part !== '');
  const there = listeners.map(({ listener }) => `"${listener.name}" (${listener.protocol} ${listener.port})`);
  return {
    status: 'False',
    reason: 'NoMatchingParent',
    message: `Gateway "${ref.name}" has no listener with ${wanted.join(' and ')}; it has ${there.join(', ') || 'none'}`,
  };
}

function pending(message: string): Verdict {
  return { status: 'Unknown', reason: 'Pending', message };
}

function notAllowed(message: string): Verdict {
  return { status: 'False', reason: 'NotAllowedByListeners', message };
}

function describe(listeners: readonly ListenerVerdict[]): string {
  return `listener ${listeners.map(({ listener }) => `"${listener.name}"`).join(', ')}`;
}
