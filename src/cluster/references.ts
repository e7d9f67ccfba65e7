import { addressesAskedFor } from '../gateway/announcers/index.ts';
import { backendKey } from '../gateway/backends.ts';
import { classKey, parentOf, partsOf, serviceKey } from '../gateway/keys.ts';
import { ownerKey } from '../gateway/ledger.ts';
import { gatewayOfSet } from '../gateway/listener-sets.ts';
import { ownServiceKeys } from '../gateway/own-service.ts';
import { gatewaysNamedBy, routesNamedBy } from '../gateway/ownership.ts';
import { parametersKey } from '../gateway/parameters.ts';
import { copyKey } from '../gateway/route-resolution.ts';
import { canonicalAddress } from '../ipam/address.ts';
import type { AllowedNamespaces, Gateway, GatewayClass, ListenerSet, Route } from '../objects/gateway-api.ts';
import type { Rejection } from '../objects/rejection.ts';
import type { Service } from '../objects/service.ts';
import type { FollowedObject } from '../objects/view.ts';

/** The token of an address in the index of who names what. */
export function addressToken(address: string): string {
  return `address/${address}`;
}

/** The token of the ReferenceGrants of a namespace: of those who ask for one there, and of the grants. */
export function grantsToken(namespace: string): string {
  return `grants/${namespace}`;
}

/** The token of the labels of all namespaces: of those who select by them. */
export const namespacesToken = 'namespaces';

/** The addresses among tokens. */
export function addressesAmong(tokens: readonly string[]): readonly string[] {
  const prefix = addressToken('');
  return tokens.filter((token) => token.startsWith(prefix)).map((token) => token.slice(prefix.length));
}

/** What an object names that cannot be decoded: the class of a Gateway, which stays while it is used. */
export function referencesOfRejection(rejection: Rejection | undefined): readonly string[] {
  return rejection?.gatewayClass === undefined ? [] : [classKey(rejection.gatewayClass)];
}

/** What an object names: keys of other objects, and addresses. */
export function referencesOf(object: FollowedObject): readonly string[] {
  switch (object.kind) {
    case 'Gateway':
      return [
        classKey(object.spec.gatewayClassName),
        ...ownServiceKeys(object),
        ...parametersNamedBy(object),
        ...selectionOf([object.spec.allowedListeners, ...allowedRoutesOf(object)]),
      ];
    case 'ListenerSet':
      return [...parentsOfSet(object), ...selectionOf(allowedRoutesOf(object))];
    case 'TCPRoute':
    case 'UDPRoute':
      return referencesOfRoute(object);
    case 'Service':
      return [
        ...routesNamedBy(object.metadata),
        ...gatewaysNamedBy(object.metadata),
        ...addressesOf(object).map(addressToken),
      ];
    case 'EndpointSlice':
      return [serviceKey(object.metadata.namespace, object.serviceName)];
    case 'IPAddress':
      return object.parentRef.resource === 'gateways' ? [ownerKey(object)] : [];
    case 'Node':
      return [...new Set(object.addresses.flatMap((text) => canonicalAddress(text) ?? []))].map(addressToken);
    case 'ReferenceGrant':
      return [grantsToken(object.metadata.namespace)];
    case 'GatewayClass':
      return parametersNamedBy(object);
    case 'CustomResourceDefinition':
    case 'Namespace':
    case 'ConfigMap':
      return [];
  }
}

function parametersNamedBy(object: Gateway | GatewayClass): readonly string[] {
  const key = parametersKey(object);
  return key === undefined ? [] : [key];
}

function parentsOfSet(set: ListenerSet): readonly string[] {
  const gateway = gatewayOfSet(set);
  return gateway === undefined ? [] : [gateway];
}

function allowedRoutesOf({ spec }: Gateway | ListenerSet): readonly AllowedNamespaces[] {
  return spec.listeners.map(({ allowedRoutes }) => allowedRoutes);
}

function selectionOf(allowed: readonly AllowedNamespaces[]): readonly string[] {
  return allowed.some(({ from }) => from === 'Selector') ? [namespacesToken] : [];
}

function referencesOfRoute(route: Route): readonly string[] {
  const parents = route.spec.parentRefs.flatMap((ref) => parentOf(ref, route.metadata.namespace) ?? []);
  const backends = route.spec.rules.flatMap((rule) => rule.backendRefs.map((ref) => backendKey(route, ref)));
  const elsewhere = backends.map((key) => partsOf(key).namespace).filter((other) => other !== route.metadata.namespace);
  return [...new Set([...parents, ...backends, ...backends.map(copyKey), ...elsewhere.map(grantsToken)])];
}

/** Addresses that stand on a Service, in canonical text. */
function addressesOf(service: Service): readonly string[] {
  const { loadBalancerIP, externalIPs, type } = service.spec;
  const texts = [
    loadBalancerIP ?? '',
    ...externalIPs,
    ...service.status.ingress.map(({ ip }) => ip ?? ''),
    ...addressesAskedFor(service.metadata.annotations, type),
  ];
  return [...new Set(texts.flatMap((text) => canonicalAddress(text) ?? []))];
}
