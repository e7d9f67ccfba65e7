import type { Gateway, ListenerSet } from '../objects/gateway-api.ts';
import type { ObjectKey, ParentKind } from '../objects/keys.ts';
import type { Verdict } from '../objects/kubernetes.ts';
import type { ListenerSetVerdict, ListenerVerdict } from '../objects/verdicts.ts';
import type { ClusterView } from '../objects/view.ts';
import { byAge, isGatewayKey, isListenerSetKey, keyOf, nameOf, parentOf } from './keys.ts';
import { acceptListeners } from './listeners.ts';
import { allowsNamespace } from './namespaces.ts';

/** The Gateway that a ListenerSet wants to belong to; `undefined` where its parentRef names another kind. */
export function gatewayOfSet({ metadata, spec }: ListenerSet): ObjectKey<'Gateway'> | undefined {
  const parent = parentOf(spec.parentRef, metadata.namespace);
  return parent !== undefined && isGatewayKey(parent) ? parent : undefined;
}

/** The Gateway that a route's parent is, or belongs to; `undefined` where that is not known. */
export function gatewayBehind(parent: ObjectKey<ParentKind>, view: ClusterView): ObjectKey<'Gateway'> | undefined {
  if (!isListenerSetKey(parent)) return parent as ObjectKey<'Gateway'>;
  const set = view.get(parent);
  return set && gatewayOfSet(set);
}

/** A Gateway's ListenerSets in their order of precedence, those that it allows and the others. */
export function setsOf(
  gateway: Gateway,
  view: ClusterView,
): readonly { readonly set: ListenerSet; readonly refusal: Verdict | undefined }[] {
  return view
    .listenerSetsOf(keyOf(gateway))
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .toSorted(byAge)
    .map((set) => ({ set, refusal: refuseSet(set, gateway, view) }));
}

function refuseSet(set: ListenerSet, gateway: Gateway, view: ClusterView): Verdict | undefined {
  const { namespace } = set.metadata;
  const name = nameOf(keyOf(gateway));
  const { allowedListeners } = gateway.spec;
  switch (allowsNamespace(allowedListeners, { namespace, home: gateway.metadata.namespace }, view)) {
    case 'yes':
      return undefined;
    case 'no': {
      const message =
        `spec.allowedListeners of Gateway ${name} (namespaces from ${allowedListeners.from}) does not allow ` +
        `ListenerSets of namespace "${namespace}"`;
      return { status: 'False', reason: 'NotAllowed', message };
    }
    case 'unknown':
      return { status: 'Unknown', reason: 'Pending', message: 'the labels of namespaces cannot be read' };
  }
}

/** What a ListenerSet is worth by itself: like a Gateway, it takes one valid listener. */
export function acceptSet(refusal: Verdict | undefined, listeners: readonly ListenerVerdict[]): ListenerSetVerdict {
  if (refusal !== undefined) return { isAllowed: false, accepted: refusal };
  return { isAllowed: true, accepted: acceptListeners(listeners, listeners) };
}

/**
 * `Accepted` of a ListenerSet: one that its Gateway allows is refused with it. A Gateway of which no listener is valid,
 * the ListenerSets' neither, has nothing to say against one: that is in the words of the ListenerSet's own listeners.
 * @param accepted of the Gateway.
 */
export function acceptedUnder(
  { gateway, accepted }: { readonly gateway: Gateway; readonly accepted: Verdict },
  own: ListenerSetVerdict,
): Verdict {
  const isRefused = accepted.status === 'False' && accepted.reason !== 'ListenersNotValid';
  if (!own.isAllowed || !isRefused) return own.accepted;
  const message = `Gateway ${nameOf(keyOf(gateway))} is not accepted: ${accepted.message}`;
  return { status: 'False', reason: 'ParentNotAccepted', message };
}
