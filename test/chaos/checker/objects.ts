import { type ApiObject, at, objectsOf, stringOf } from '../../api-server/json.ts';
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
} as const;

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
  const named = (annotation(service, 'kube-vip.io/loadbalancerIPs') ?? '').split(',');
  return [...new Set([...named, stringOf(at(service, 'spec', 'loadBalancerIP'))])].filter((text) => text !== '');
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

/** `namespace/name` of the Gateways that a route names. */
export function parentsOf(route: ApiObject | undefined): readonly string[] {
  return objectsOf(at(route, 'spec', 'parentRefs')).map((ref) => {
    return `${stringOf(ref.namespace) || (route?.metadata.namespace ?? '')}/${stringOf(ref.name)}`;
  });
}

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
