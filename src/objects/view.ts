import type { Gateway, GatewayClass, ListenerSet, ReferenceGrant, Route } from './gateway-api.ts';
import type { IPAddress } from './ip-address.ts';
import type { Kind, ObjectKey, RouteKind } from './keys.ts';
import type { ConfigMap, CustomResourceDefinition, Namespace, Node } from './kubernetes.ts';
import type { EndpointSlice, Service } from './service.ts';

export interface ObjectOfKind {
  GatewayClass: GatewayClass;
  Gateway: Gateway;
  TCPRoute: Route;
  UDPRoute: Route;
  ListenerSet: ListenerSet;
  ReferenceGrant: ReferenceGrant;
  Service: Service;
  EndpointSlice: EndpointSlice;
  Namespace: Namespace;
  Node: Node;
  IPAddress: IPAddress;
  CustomResourceDefinition: CustomResourceDefinition;
  ConfigMap: ConfigMap;
}

export type FollowedObject = ObjectOfKind[Kind];

/** What the pure decisions may ask about the last known state of the cluster. Nothing here changes it. */
export interface ClusterView {
  get<K extends Kind>(key: ObjectKey<K>): ObjectOfKind[K] | undefined;
  /** ListenerSets with a parentRef to that Gateway, in no order. */
  listenerSetsOf(gateway: ObjectKey<'Gateway'>): readonly ListenerSet[];
  /** Whether a Gateway names that class; `undefined` where Gateways cannot be read. */
  isClassUsed(gatewayClass: ObjectKey<'GatewayClass'>): boolean | undefined;
  /** Routes with a parentRef to that Gateway, or to a ListenerSet of it, in no order. */
  routesOf(gateway: ObjectKey<'Gateway'>): readonly Route[];
  /** Routes whose backendRefs may lead to that Service, as original or as copy, in no order. */
  routesNaming(service: ObjectKey<'Service'>): readonly Route[];
  /** ReferenceGrants of a namespace, in no order. */
  grantsIn(namespace: string): readonly ReferenceGrant[];
  /** Gateways of which this may be the own Service, by its name. */
  gatewaysNaming(service: ObjectKey<'Service'>): readonly Gateway[];
  /** Services that carry this route's or Gateway's name in our annotation, whoever put it there. */
  servicesNaming(owner: ObjectKey<RouteKind | 'Gateway'>): readonly Service[];
  /** EndpointSlices of a Service, whoever manages them, in no order. */
  slicesOf(service: ObjectKey<'Service'>): readonly EndpointSlice[];
  /** Services on which this address stands: as loadBalancerIP, in the ingress, as an external IP, or asked of an announcer. */
  servicesAt(address: string): readonly Service[];
  /** Nodes that have this address. */
  nodesAt(address: string): readonly Node[];
  /** `undefined` where EndpointSlices cannot be read. */
  hasReadyEndpoint(service: ObjectKey<'Service'>): boolean | undefined;
  /** Why this object, though it exists, could not be decoded; `undefined` for one that could or that is not there. */
  unreadable(key: ObjectKey): string | undefined;
  /** Entries of the ledger that name this Gateway, whatever its uid and whoever made them. */
  ledgerOf(gateway: ObjectKey<'Gateway'>): readonly IPAddress[];
  /** Whether it is known if this object is there: what it could be among has been listed. */
  isRead(key: ObjectKey): boolean;
  /** Whether the cluster serves this kind, and we have read it. */
  isServed(kind: Kind): boolean;
  /** Why this kind cannot be followed now (no permission, say); `undefined` while it can. */
  unavailable(kind: Kind): string | undefined;
}

/** What the pure decisions may ask about addresses. */
export interface AddressView {
  /** Addresses that this Gateway (uid) holds, in canonical text; empty when none. */
  held(uid: string): readonly string[];
  holderOf(address: string): { readonly uid: string; readonly namespace: string; readonly name: string } | undefined;
  /** Which of its addresses lie outside the pool for its namespace; none where there is no pool. */
  outsidePool(uid: string): readonly string[];
  /** Whether the claim of this Gateway (uid) has been answered since the start: what it does not hold then, it has not. */
  isAnswered(uid: string): boolean;
  /** Changes whenever a refused claim could have another outcome. */
  readonly revision: number;
}

/**
 * What can be set for a Gateway or a class too, by a ConfigMap of parameters with these keys; `undefined`: not set, the
 * field is left as it is.
 */
export interface Options {
  readonly serviceBehaviour: ServiceBehaviourSetting;
  readonly ipFamilies: IPFamiliesSetting;
  /** Who makes addresses reachable. */
  readonly announcer: AnnouncerName;
  readonly externalTrafficPolicy: 'Cluster' | 'Local';
  readonly loadBalancerClass?: string | undefined;
  readonly allocateLoadBalancerNodePorts?: boolean | undefined;
  readonly sessionAffinity?: 'None' | 'ClientIP' | undefined;
  readonly trafficDistribution?: 'PreferClose' | 'PreferSameZone' | 'PreferSameNode' | undefined;
}

/** Settings that decisions depend on. */
export interface Settings extends Options {
  readonly controllerName: string;
  readonly implementationLabel: string;
  /** Whether users may name addresses outside the pool. */
  readonly staticAddresses: 'any' | 'pool';
  /** Whether an assigned address is written into `spec.addresses`. */
  readonly pinAddress: boolean;
  /** Whether a Gateway whose address was assigned, and is an older one's, may have another. */
  readonly fixDuplicates: boolean;
}

export type AnnouncerName = 'kube-vip' | 'metallb' | 'cilium' | 'purelb' | 'openelb' | 'loxilb' | 'none';
export type IPFamiliesSetting = 'auto' | 'ipv4' | 'ipv6' | 'dual';

export type ServiceBehaviour = 'create' | 'duplicate' | 'update' | 'aggregate';
export type ServiceBehaviourSetting = 'auto' | ServiceBehaviour;
