import { gatewayApiGroup } from '../gateway/keys.ts';
import type { Kind, ObjectKey } from '../objects/keys.ts';

export interface KindInfo {
  /** Empty for the core group. */
  readonly group: string;
  readonly plural: string;
  readonly isNamespaced: boolean;
  /** Newest first: the first that the cluster serves is used. */
  readonly versions: readonly string[];
}

/** Where each kind is found. Kinds of Kubernetes itself are always served. */
export const kinds: Readonly<Record<Kind, KindInfo>> = {
  GatewayClass: gatewayApi('gatewayclasses', ['v1', 'v1beta1'], false),
  Gateway: gatewayApi('gateways', ['v1', 'v1beta1'], true),
  TCPRoute: gatewayApi('tcproutes', ['v1', 'v1alpha2'], true),
  UDPRoute: gatewayApi('udproutes', ['v1', 'v1alpha2'], true),
  ListenerSet: gatewayApi('listenersets', ['v1'], true),
  ReferenceGrant: gatewayApi('referencegrants', ['v1', 'v1beta1'], true),
  Service: { group: '', plural: 'services', isNamespaced: true, versions: ['v1'] },
  Namespace: { group: '', plural: 'namespaces', isNamespaced: false, versions: ['v1'] },
  Node: { group: '', plural: 'nodes', isNamespaced: false, versions: ['v1'] },
  ConfigMap: { group: '', plural: 'configmaps', isNamespaced: true, versions: ['v1'] },
  IPAddress: { group: 'networking.k8s.io', plural: 'ipaddresses', isNamespaced: false, versions: ['v1'] },
  CustomResourceDefinition: {
    group: 'apiextensions.k8s.io',
    plural: 'customresourcedefinitions',
    isNamespaced: false,
    versions: ['v1'],
  },
  EndpointSlice: { group: 'discovery.k8s.io', plural: 'endpointslices', isNamespaced: true, versions: ['v1'] },
};

function gatewayApi(plural: string, versions: readonly string[], isNamespaced: boolean): KindInfo {
  return { group: gatewayApiGroup, plural, isNamespaced, versions };
}

/** `/apis/<group>/<version>`, or `/api/v1`. */
export function groupPath(group: string, version: string): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
}

/** Path of all objects of a kind, or of those in one namespace. */
export function collectionPath(kind: Kind, version: string, namespace = ''): string {
  const { group, plural } = kinds[kind];
  const scope = namespace === '' ? '' : `/namespaces/${namespace}`;
  return `${groupPath(group, version)}${scope}/${plural}`;
}

export function objectPath(key: ObjectKey, version: string): string {
  const [kind, namespace = '', name = ''] = key.split('/');
  return `${collectionPath(kind as Kind, version, namespace)}/${name}`;
}
