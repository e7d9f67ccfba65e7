import { type ApiObject, at, type JsonObject, objectOf, objectsOf, stringOf } from '../../api-server/json.ts';
import { type Entry, isController } from '../history.ts';

/** What the README promises to write, read here without any code of the controller. */
export const ours = 'thebsdbox.co.uk/controller';
export const prefix = 'gateway-api-controller.thebsdbox.co.uk/';
export const marks = {
  uid: `${prefix}owner-uid`,
  behaviour: `${prefix}behaviour`,
  releasedAt: `${prefix}released-at`,
  pinned: `${prefix}pinned-addresses`,
  gateway: `${prefix}gateway`,
  source: `${prefix}source`,
  addresses: `${prefix}addresses`,
  announcer: `${prefix}announcer`,
} as const;

/** Annotations by which announcers are asked for addresses, each with a comma list. */
const addressAnnotations = [
  'kube-vip.io/loadbalancerIPs',
  'metallb.io/loadBalancerIPs',
  'lbipam.cilium.io/ips',
  'purelb.io/addresses',
  'eip.openelb.kubesphere.io/v1alpha1',
  'loxilb.io/staticIP',
] as const;

export function nameOf({ metadata }: ApiObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

export function annotation(object: ApiObject | undefined, name: string): string | undefined {
  return object?.metadata.annotations?.[name];
}

/** Addresses in `spec` or `status` of a Gateway, without empty ones. */
export function addressesIn(gateway: ApiObject | undefined, part: 'spec' | 'status'): readonly string[] {
  return objectsOf(at(gateway, part, 'addresses')).flatMap(({ value }) => stringOf(value) || []);
}

/** Addresses that a Service asks an announcer for. */
export function addressesAsked(service: ApiObject | undefined): readonly string[] {
  const field = stringOf(at(service, 'spec', 'loadBalancerIP'));
  return [...new Set([...addressesAnnotated(service), field])].filter((text) => text !== '');
}

/** Those that it asks for by an annotation. */
export function addressesAnnotated(service: ApiObject | undefined): readonly string[] {
  const named = addressAnnotations.flatMap((name) => (annotation(service, name) ?? '').split(','));
  return [...new Set(named)].filter((text) => text !== '');
}

/** All addresses that stand on a Service or Node; of a Node also its names. */
export function addressesOn(service: ApiObject | undefined): readonly string[] {
  if (service?.kind === 'Node') {
    return objectsOf(at(service, 'status', 'addresses')).map(({ address }) => stringOf(address));
  }
  const external = at(service, 'spec', 'externalIPs');
  const ingress = objectsOf(at(service, 'status', 'loadBalancer', 'ingress')).map(({ ip }) => stringOf(ip));
  const others = Array.isArray(external) ? external.map((value) => stringOf(value)) : [];
  return [...new Set([stringOf(at(service, 'spec', 'loadBalancerIP')), ...others, ...ingress])].filter(
    (ip) => ip !== '',
  );
}

/** Keys of the routes that a Service of ours is for, by its annotations. */
export function routesOf({ metadata }: ApiObject): readonly string[] {
  const named = [
    ['TCPRoute', metadata.annotations?.['parent-tcp-route']],
    ['UDPRoute', metadata.annotations?.['parent-udp-route']],
  ];
  return named.flatMap(([kind, name]) => (name === undefined ? [] : `${kind}/${metadata.namespace}/${name}`));
}

/** `namespace/name` of the Gateway whose own Service this is, by its annotation. */
export function ownerOf(service: ApiObject): readonly string[] {
  const name = annotation(service, marks.gateway);
  return name === undefined ? [] : [`${service.metadata.namespace}/${name}`];
}

/** Keys of what a route or a ListenerSet names as its parents: Gateways, and ListenerSets. */
export function parentsOf(object: ApiObject | undefined): readonly string[] {
  const { parentRefs, parentRef } = objectOf(object?.spec);
  return [...objectsOf(parentRefs), ...objectsOf([parentRef ?? null])].map((ref) => {
    return parentKey(ref, object?.metadata.namespace);
  });
}

/** Key of what a reference of an object in this namespace names. */
export function parentKey(ref: JsonObject, home = ''): string {
  return `${stringOf(ref.kind) || 'Gateway'}/${stringOf(ref.namespace) || home}/${stringOf(ref.name)}`;
}

/** Keys of the Gateways that a route belongs to, be it by a ListenerSet, as things are. */
export function gatewaysOf(route: ApiObject | undefined, find: Find): readonly string[] {
  return parentsOf(route).flatMap((parent) => (parent.startsWith('ListenerSet/') ? parentsOf(find(parent)) : parent));
}

/** What is there under a key. */
export type Find = (key: string) => ApiObject | undefined;

/** Uids of the objects of a kind that a controller made. */
export function madeByUs(history: readonly Entry[], kind: string): ReadonlySet<string> {
  return new Set(
    history.flatMap(({ author, type, after, kind: one }) => {
      return one === kind && type === 'ADDED' && isController(author) ? (after?.metadata.uid ?? []) : [];
    }),
  );
}

/** What is there after the last change, by key. */
export function finalState(history: readonly Entry[]): ReadonlyMap<string, ApiObject> {
  const state = new Map<string, ApiObject>();
  for (const { key, after } of history) {
    if (after === undefined) state.delete(key);
    else state.set(key, after);
  }
  return state;
}

/** Whether the class of a Gateway is there and another controller's. */
export function isForeign(gateway: ApiObject, state: ReadonlyMap<string, ApiObject>): boolean {
  const gatewayClass = state.get(`GatewayClass//${stringOf(at(gateway, 'spec', 'gatewayClassName'))}`);
  return gatewayClass !== undefined && at(gatewayClass, 'spec', 'controllerName') !== ours;
}
