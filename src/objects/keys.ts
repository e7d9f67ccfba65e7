/** The kinds that the controller follows. */
export type Kind =
  | 'GatewayClass'
  | 'Gateway'
  | 'TCPRoute'
  | 'UDPRoute'
  | 'ListenerSet'
  | 'ReferenceGrant'
  | 'Service'
  | 'EndpointSlice'
  | 'Namespace'
  | 'Node'
  | 'IPAddress'
  | 'CustomResourceDefinition'
  | 'ConfigMap';

export type RouteKind = 'TCPRoute' | 'UDPRoute';

/** Kinds that have an actor each. */
export type ActorKind = 'GatewayClass' | 'Gateway' | 'ListenerSet' | RouteKind;

/** What a route can attach to. */
export type ParentKind = 'Gateway' | 'ListenerSet';

/** `kind/namespace/name`; the namespace is empty for cluster-scoped kinds. */
export type ObjectKey<K extends Kind = Kind> = `${K}/${string}/${string}`;
