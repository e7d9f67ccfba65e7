import type { JsonObject } from '../api-server/json.ts';
import { pick } from './random.ts';

/** The objects that the users of the chaos suite write. All choices are made by numbers, of any size. */

export const ourController = 'thebsdbox.co.uk/controller';
export const otherController = 'example.com/other';
export const namespaces = ['a', 'b', 'c'] as const;
/** Where the pool, the lease and Services of strangers stand; it is never deleted. */
export const infra = 'infra';
export const poolName = 'pool';
export const classes: Readonly<Record<string, string>> = {
  ours: ourController,
  spare: ourController,
  other: otherController,
};

const gatewayApi = 'gateway.networking.k8s.io/v1';

export const paths = {
  classes: `/apis/${gatewayApi}/gatewayclasses`,
  namespaces: '/api/v1/namespaces',
  nodes: '/api/v1/nodes',
  ipAddresses: '/apis/networking.k8s.io/v1/ipaddresses',
  gateways: (namespace: string): string => `/apis/${gatewayApi}/namespaces/${namespace}/gateways`,
  listenerSets: (namespace: string): string => `/apis/${gatewayApi}/namespaces/${namespace}/listenersets`,
  routes: (namespace: string, plural: string): string => `/apis/${gatewayApi}/namespaces/${namespace}/${plural}`,
  services: (namespace: string): string => `/api/v1/namespaces/${namespace}/services`,
  configMaps: (namespace: string): string => `/api/v1/namespaces/${namespace}/configmaps`,
  slices: (namespace: string): string => `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
};

export function gatewayClass(name: string, controllerName: string): JsonObject {
  return { apiVersion: gatewayApi, kind: 'GatewayClass', metadata: { name }, spec: { controllerName } };
}

const listenerChoices: readonly JsonObject[][] = [
  [listener('tcp', 8080, 'TCP'), listener('udp', 5353, 'UDP')],
  [listener('tcp', 8080, 'TCP')],
  [listener('tcp', 8080, 'TCP'), listener('more', 9090, 'TCP'), listener('udp', 5353, 'UDP')],
  [listener('udp', 5353, 'UDP'), listener('tcp', 7070, 'TCP')],
  [listener('web', 80, 'HTTP')],
];

function listener(name: string, port: number, protocol: string): JsonObject {
  return { name, port, protocol, allowedRoutes: { namespaces: { from: 'All' } } };
}

export function listenersOf(choice: number): JsonObject[] {
  // The last one, which cannot be served, is rare.
  return pick(listenerChoices, choice % 17 === 0 ? 4 : choice % 4) ?? [];
}

export function classOf(choice: number): string {
  return pick(['ours', 'ours', 'ours', 'spare', 'ours', 'ours', 'other', 'ours', 'missing', 'ours'], choice) ?? 'ours';
}

/** What a user writes into `spec.addresses`; most write nothing. */
export function addressesOf(choice: number): JsonObject[] | undefined {
  switch (choice % 9) {
    case 0:
      return [{ type: 'IPAddress', value: `10.0.0.${1 + (choice % 7)}` }];
    case 1:
      return [{ type: 'IPAddress', value: `192.168.9.${1 + (choice % 3)}` }];
    default:
      return undefined;
  }
}

/** Which ListenerSets a Gateway takes; `undefined`: none, as the API server has it by default. */
export function allowedListenersOf(choice: number): JsonObject | undefined {
  const from = pick([undefined, 'All', 'Same', 'Selector', 'All', 'Same', 'None'], choice);
  if (from === undefined) return undefined;
  const selector = { matchLabels: { 'kubernetes.io/metadata.name': pick(namespaces, choice >> 3) ?? 'a' } };
  return { namespaces: { from, ...(from === 'Selector' && { selector }) } };
}

/** Names of the ConfigMaps that Gateways take parameters from, in each namespace. */
export const parametersNames = ['params-0', 'params-1'] as const;
/** Where classes take them from. */
export const classParameters = { group: '', kind: 'ConfigMap', namespace: infra, name: 'class-params' } as const;

/** Most Gateways have no parameters; a few name what is no ConfigMap. */
export function infrastructureOf(choice: number): JsonObject | undefined {
  if (choice % 3 > 0) return undefined;
  const kind = choice % 29 === 0 ? 'Secret' : 'ConfigMap';
  return { parametersRef: { group: '', kind, name: pick(parametersNames, choice >> 2) ?? '' } };
}

export function gateway(namespace: string, name: string, choice: number): JsonObject {
  const addresses = addressesOf(choice >> 3);
  const allowedListeners = allowedListenersOf(choice >> 9);
  const infrastructure = infrastructureOf(choice >> 13);
  return {
    apiVersion: gatewayApi,
    kind: 'Gateway',
    metadata: { namespace, name },
    spec: {
      gatewayClassName: classOf(choice),
      listeners: listenersOf(choice >> 5),
      ...(addresses && { addresses }),
      ...(allowedListeners && { allowedListeners }),
      ...(infrastructure && { infrastructure }),
    },
  };
}

const addedListeners: readonly JsonObject[][] = [
  [listener('added', 9191, 'TCP')],
  [listener('added', 9191, 'TCP'), listener('udp', 5454, 'UDP')],
  // These clash with the listeners of most Gateways, or with those of another ListenerSet.
  [listener('tcp', 8080, 'TCP'), listener('added', 9292, 'TCP')],
  [listener('added', 9090, 'TCP')],
  [listener('udp', 5353, 'UDP')],
  [{ ...listener('tcp', 9393, 'TCP'), allowedRoutes: { namespaces: { from: 'Same' } } }, listener('web', 80, 'HTTP')],
];

/** Mostly for a Gateway of its own namespace. */
export function listenerSet(namespace: string, name: string, choice: number): JsonObject {
  const elsewhere = choice % 4 === 0 ? { namespace: pick(namespaces, choice >> 2) } : {};
  const parentRef = { name: `gw-${(choice >> 4) % 3}`, ...elsewhere };
  const listeners = pick(addedListeners, choice >> 6) ?? [];
  return { apiVersion: gatewayApi, kind: 'ListenerSet', metadata: { namespace, name }, spec: { parentRef, listeners } };
}

const parameterChoices: readonly Readonly<Record<string, string>>[] = [
  {},
  { serviceBehaviour: 'duplicate' },
  { serviceBehaviour: 'update', sessionAffinity: 'ClientIP' },
  { serviceBehaviour: 'aggregate', externalTrafficPolicy: 'Local' },
  { externalTrafficPolicy: 'Local' },
  { announcer: 'metallb' },
  { announcer: 'none', sessionAffinity: 'None' },
  { announcer: 'loxilb', serviceBehaviour: 'auto' },
  { announcer: 'cilium', ipFamilies: 'ipv4' },
  { allocateLoadBalancerNodePorts: 'true', trafficDistribution: 'PreferClose' },
  { loadBalancerClass: 'example.com/lb' },
  // Nobody can use these.
  { serviceBehavior: 'update' },
  { sessionAffinity: 'sticky', announcer: 'metallb' },
];

export function parameters(namespace: string, name: string, choice: number): JsonObject {
  const data = { ...pick(parameterChoices, choice) };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data };
}

export interface RouteChoice {
  readonly namespace: string;
  readonly plural: 'tcproutes' | 'udproutes';
  readonly name: string;
  readonly choice: number;
}

export function route({ namespace, plural, name, choice }: RouteChoice): JsonObject {
  // Without the label, parameters and flags decide.
  const behaviour = pick(['duplicate', 'update', 'create', 'aggregate', 'update', 'aggregate', undefined], choice);
  const isCreate = behaviour === 'create';
  const labels = {
    ...(behaviour !== undefined && { serviceBehaviour: behaviour }),
    ...(isCreate && { selectorkey: 'app', selectorvalue: `app-${choice % 2}` }),
  };
  const backend = { name: isCreate ? `made-${(choice >> 6) % 2}` : `svc-${(choice >> 6) % 3}`, port: 80 };
  return {
    apiVersion: gatewayApi,
    kind: plural === 'tcproutes' ? 'TCPRoute' : 'UDPRoute',
    metadata: { namespace, name, labels },
    spec: { parentRefs: parentRefsOf(plural, choice), rules: [{ backendRefs: [backend] }] },
  };
}

/** Mostly a Gateway; now and then a ListenerSet instead, or beside it. */
function parentRefsOf(plural: RouteChoice['plural'], choice: number): JsonObject[] {
  const section = plural === 'tcproutes' ? 'tcp' : 'udp';
  const elsewhere = choice % 13 === 0 ? { namespace: pick(namespaces, choice >> 4) ?? 'a' } : {};
  const toGateway = { name: `gw-${(choice >> 3) % 3}`, ...(choice % 5 > 0 && { sectionName: section }), ...elsewhere };
  const toSet = { kind: 'ListenerSet', name: `set-${(choice >> 9) % 2}`, ...elsewhere };
  switch ((choice >> 10) % 8) {
    case 0:
      return [toSet];
    case 1:
      return [choice % 2 === 0 ? toSet : { ...toSet, sectionName: section }];
    case 2:
      return [toGateway, toSet];
    default:
      return [toGateway];
  }
}

export function service(namespace: string, name: string, choice: number): JsonObject {
  const ports: JsonObject[] = [
    { port: 80, targetPort: 8000, protocol: 'TCP', ...(choice % 2 === 0 && { name: 'http' }) },
    { port: 80, targetPort: 8053, protocol: 'UDP', name: 'dns' },
  ];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name, ...(choice % 3 === 0 && { labels: { team: 'blue' } }) },
    // Several ports must all have names.
    spec: { selector: { app: name }, ports: choice % 2 === 0 ? ports : ports.slice(0, 1) },
  };
}

/** A LoadBalancer that has nothing to do with us, on an address that may be in our pool. */
export function alien(name: string, choice: number): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: infra, name },
    spec: {
      type: 'LoadBalancer',
      loadBalancerIP: `10.0.0.${1 + (choice % 9)}`,
      selector: { app: 'alien' },
      ports: [{ port: 443, targetPort: 8443, protocol: 'TCP' }],
    },
  };
}

export function strangersEntry(address: string): JsonObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: { name: address, labels: { 'ipaddress.kubernetes.io/managed-by': 'stranger' } },
    spec: { parentRef: { group: '', resource: 'services', namespace: infra, name: 'alien' } },
  };
}

/** Addresses of a Node, one of which may be in our pool. */
export function nodeStatus(choice: number): JsonObject {
  return {
    addresses: [
      { type: 'Hostname', address: 'node' },
      { type: 'InternalIP', address: `10.0.0.${1 + (choice % 9)}` },
    ],
  };
}

const pools: readonly Readonly<Record<string, string>>[] = [
  { 'range-global': '10.0.0.1-10.0.0.6', quarantine: '10s' },
  { 'cidr-global': '10.0.0.0/29', 'range-a': '10.1.0.1-10.1.0.3', quarantine: '5s' },
  { 'range-global': '10.0.0.3-10.0.0.9', 'exclude-global': '10.0.0.4', 'search-order': 'desc', quarantine: '20s' },
  { 'range-global': '10.0.0.1-10.0.0.12' },
  { 'range-global': '10.0.0.1-10.0.0.9,10.0.0.oops', 'range-b': '10.2.0.1-10.2.0.2', quarantine: '15s' },
  { 'range-global': 'fd00::1-fd00::9', 'range-c': '10.0.0.1-10.0.0.6', quarantine: '10s' },
];

export function pool(choice: number): JsonObject {
  const metadata = { namespace: infra, name: poolName };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { ...pick(pools, choice) } };
}
