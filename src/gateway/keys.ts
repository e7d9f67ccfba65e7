import type { ParentReference } from '../objects/gateway-api.ts';
import type { Kind, ObjectKey, ParentKind, RouteKind } from '../objects/keys.ts';
import type { ObjectMeta } from '../objects/kubernetes.ts';

interface Identified<K extends Kind> {
  readonly kind: K;
  readonly metadata: Pick<ObjectMeta, 'namespace' | 'name'>;
}

export function keyOf<K extends Kind>(object: Identified<K>): ObjectKey<K> {
  return `${object.kind}/${object.metadata.namespace}/${object.metadata.name}`;
}

export function classKey(name: string): ObjectKey<'GatewayClass'> {
  return `GatewayClass//${name}`;
}

export function serviceKey(namespace: string, name: string): ObjectKey<'Service'> {
  return `Service/${namespace}/${name}`;
}

/** `namespace/name`, as people write it; only the name for cluster-scoped objects. */
export function nameOf(key: ObjectKey): string {
  const [, namespace = '', name = ''] = key.split('/');
  return namespace === '' ? name : `${namespace}/${name}`;
}

export function partsOf(key: ObjectKey): { kind: Kind; namespace: string; name: string } {
  const [kind, namespace = '', name = ''] = key.split('/');
  return { kind: kind as Kind, namespace, name };
}

export function kindOf<K extends Kind>(key: ObjectKey<K>): K {
  return key.slice(0, key.indexOf('/')) as K;
}

export const gatewayApiGroup = 'gateway.networking.k8s.io';

/** The Gateway or ListenerSet that a parentRef names, or `undefined` where it names another kind. */
export function parentOf(ref: ParentReference, routeNamespace: string): ObjectKey<ParentKind> | undefined {
  const kind = ref.kind ?? 'Gateway';
  if ((ref.group ?? gatewayApiGroup) !== gatewayApiGroup || !isParentKind(kind)) return undefined;
  return `${kind}/${ref.namespace ?? routeNamespace}/${ref.name}`;
}

function isParentKind(kind: string): kind is ParentKind {
  return kind === 'Gateway' || kind === 'ListenerSet';
}

export const protocolOf: Readonly<Record<RouteKind, 'TCP' | 'UDP'>> = { TCPRoute: 'TCP', UDPRoute: 'UDP' };

/** Oldest first, then by the text namespace/name: the order of precedence of the Gateway API. */
export function byAge(a: Identified<Kind> & AgedMeta, b: Identified<Kind> & AgedMeta): number {
  return (
    compare(a.metadata.creationTimestamp, b.metadata.creationTimestamp) ||
    compare(textOf(a), textOf(b)) ||
    compare(a.kind, b.kind)
  );
}

function textOf({ metadata }: Identified<Kind>): string {
  return `${metadata.namespace}/${metadata.name}`;
}

interface AgedMeta {
  readonly metadata: Pick<ObjectMeta, 'creationTimestamp'>;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function isGatewayKey(text: string): text is ObjectKey<'Gateway'> {
  return text.startsWith('Gateway/');
}

export function isListenerSetKey(text: string): text is ObjectKey<'ListenerSet'> {
  return text.startsWith('ListenerSet/');
}

export function isServiceKey(text: string): text is ObjectKey<'Service'> {
  return text.startsWith('Service/');
}

export function isRouteKey(text: string): text is ObjectKey<RouteKind> {
  return text.startsWith('TCPRoute/') || text.startsWith('UDPRoute/');
}
