import type { Gateway, ParentReference, Route } from '../objects/gateway-api.ts';
import type { ObjectKey, ParentKind } from '../objects/keys.ts';
import type { ListenerSetVerdict, ListenerVerdict } from '../objects/verdicts.ts';
import type { ClusterView } from '../objects/view.ts';
import type { Attachment } from './attachment.ts';
import { isListenerSetKey, keyOf, nameOf, parentOf } from './keys.ts';
import { acceptSet, gatewayBehind, setsOf } from './listener-sets.ts';
import { judgeListeners } from './listeners.ts';

/** The listeners of a Gateway and of the ListenerSets that it allows, whatever their routes. */
export interface MergedListeners {
  /** Its own, and then those of its ListenerSets. */
  readonly listeners: readonly ListenerVerdict[];
  readonly sets: ReadonlyMap<ObjectKey<'ListenerSet'>, ListenerSetVerdict>;
}

export function mergeListeners(gateway: Gateway, view: ClusterView): MergedListeners {
  const found = setsOf(gateway, view);
  const allowed = found.flatMap(({ set, refusal }) => (refusal === undefined ? [set] : []));
  const listeners = judgeListeners(gateway, allowed);
  const sets = new Map(
    found.map(({ set, refusal }) => {
      const key = keyOf(set);
      return [
        key,
        acceptSet(
          refusal,
          listeners.filter(({ source }) => source === key),
        ),
      ] as const;
    }),
  );
  return { listeners, sets };
}

/** One parentRef of a route to a Gateway. */
export interface Lead {
  readonly ref: ParentReference;
  /** What the parentRef names: the Gateway, or a ListenerSet of it. */
  readonly parent: ObjectKey<ParentKind>;
  /** Why nothing can attach there. */
  readonly refusal: Attachment | undefined;
  readonly listeners: readonly ListenerVerdict[];
}

/** The parentRefs of a route that lead to a Gateway, in their order, with what each finds there. */
export function leadsOf(
  route: Route,
  gateway: ObjectKey<'Gateway'>,
  { listeners, sets }: MergedListeners,
  view: ClusterView,
): readonly Lead[] {
  return route.spec.parentRefs.flatMap((ref) => {
    const parent = parentOf(ref, route.metadata.namespace);
    if (parent === undefined || gatewayBehind(parent, view) !== gateway) return [];
    const own = listeners.filter(({ source }) => source === parent);
    return [{ ref, parent, refusal: refuseParent(parent, sets), listeners: own }];
  });
}

/** Why nothing can attach to a ListenerSet that its Gateway does not take. */
function refuseParent(parent: ObjectKey<ParentKind>, sets: MergedListeners['sets']): Attachment | undefined {
  const verdict = isListenerSetKey(parent) ? sets.get(parent) : undefined;
  if (verdict === undefined || verdict.isAllowed) return undefined;
  const { status, message } = verdict.accepted;
  const reason = status === 'Unknown' ? 'Pending' : 'NotAllowedByListeners';
  return { accepted: { status, reason, message: `ListenerSet ${nameOf(parent)}: ${message}` }, listeners: [] };
}
