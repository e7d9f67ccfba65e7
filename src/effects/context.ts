import type { GatewayReport } from '../gateway/gateway-status.ts';
import type { World } from '../gateway/graph.ts';
import { kindOf, partsOf } from '../gateway/keys.ts';
import type { ListenerSetReport } from '../gateway/listener-set-status.ts';
import type { RouteReport } from '../gateway/route-status.ts';
import type { ApiRequest } from '../kubernetes/client.ts';
import { collectionPath, objectPath } from '../kubernetes/kinds.ts';
import type { GatewayClassFacts } from '../objects/facts.ts';
import type { Kind, ObjectKey, RouteKind } from '../objects/keys.ts';
import type { ObjectMeta } from '../objects/kubernetes.ts';

/** What the effects decide from: the newest state of the cluster and of the actors. */
export interface EffectContext {
  readonly world: World;
  /** What an actor has to tell; `undefined` where there is none. */
  readonly reports: {
    gatewayClass(key: ObjectKey<'GatewayClass'>): { readonly facts: GatewayClassFacts } | undefined;
    gateway(key: ObjectKey<'Gateway'>): (GatewayReport & { readonly uid: string }) | undefined;
    listenerSet(key: ObjectKey<'ListenerSet'>): (ListenerSetReport & { readonly uid: string }) | undefined;
    route(key: ObjectKey<RouteKind>): (RouteReport & { readonly uid: string }) | undefined;
  };
  /** The version at which the cluster serves a kind. */
  readonly versionOf: (kind: Kind) => string;
  /** How long an address that was given up is not handed out again. */
  readonly quarantineMs: () => number;
  /** Whether what is known may be older than it looks: what would do harm then is confirmed first. */
  readonly isDoubtful: () => boolean;
  /** RFC 3339, whole seconds as `metav1.Time` keeps them. */
  readonly timestamp: () => string;
}

const mergePatch = 'application/merge-patch+json';

/**
 * A merge patch that fails with 409 where somebody wrote the object since: lists in it replace the whole list, and
 * must not undo others' entries.
 */
export function patchRequest(
  key: ObjectKey,
  context: EffectContext,
  patch: {
    readonly resourceVersion: string;
    readonly body: Readonly<Record<string, unknown>>;
    readonly subresource?: 'status';
  },
): ApiRequest {
  const kind = kindOf(key);
  const path = objectPath(key, context.versionOf(kind)) + (patch.subresource === undefined ? '' : '/status');
  const metadata = { ...(patch.body.metadata as object | undefined), resourceVersion: patch.resourceVersion };
  return { method: 'PATCH', path, contentType: mergePatch, body: { ...patch.body, metadata } };
}

/** Creates an object in the namespace of its key; a name that is taken fails with 409. */
export function createRequest(key: ObjectKey, context: EffectContext, body: unknown): ApiRequest {
  const { kind, namespace } = partsOf(key);
  return { method: 'POST', path: collectionPath(kind, context.versionOf(kind), namespace), body };
}

/** A delete that fails with 409 where the object is another one, or somebody wrote it since. */
export function deleteRequest(
  key: ObjectKey,
  context: EffectContext,
  { uid, resourceVersion }: Pick<ObjectMeta, 'uid' | 'resourceVersion'>,
): ApiRequest {
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } };
  return { method: 'DELETE', path: objectPath(key, context.versionOf(kindOf(key))), body };
}
