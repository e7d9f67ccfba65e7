import assert from 'node:assert/strict';
import type { Fixture } from '../support/fixture.ts';
import type { Manifest, TestMetadata } from '../support/objects.ts';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
  readonly lastTransitionTime: string;
}

interface Conditions {
  readonly conditions?: readonly Condition[];
}

interface Address {
  readonly type?: string;
  readonly value?: string;
}

export interface ClassObject {
  readonly metadata: TestMetadata;
  readonly status?: Conditions & { readonly supportedFeatures?: readonly { readonly name: string }[] };
}

export interface ListenerStatus extends Conditions {
  readonly name: string;
  readonly attachedRoutes: number;
  readonly supportedKinds: readonly { readonly kind: string }[];
}

export interface GatewayObject {
  readonly metadata: TestMetadata;
  readonly spec: { readonly gatewayClassName: string; readonly addresses?: readonly Address[] };
  readonly status?: Conditions & {
    readonly addresses?: readonly Address[];
    readonly listeners?: readonly ListenerStatus[];
  };
}

export interface ParentStatus extends Conditions {
  readonly controllerName: string;
  readonly parentRef: Readonly<Record<string, unknown>>;
}

export interface RouteObject {
  readonly metadata: TestMetadata;
  readonly status?: { readonly parents?: readonly ParentStatus[] };
}

export interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly targetPort?: number | string;
  readonly protocol?: string;
  readonly nodePort?: number;
}

export interface ServiceObject {
  readonly metadata: TestMetadata & { readonly ownerReferences?: readonly { kind: string; name: string }[] };
  readonly spec: {
    readonly type: string;
    readonly loadBalancerIP?: string;
    readonly clusterIP?: string;
    readonly selector?: Readonly<Record<string, string>>;
    readonly ports: readonly ServicePort[];
    readonly ipFamilies?: readonly string[];
    readonly ipFamilyPolicy?: string;
    readonly sessionAffinity?: string;
    readonly allocateLoadBalancerNodePorts?: boolean;
  };
}

interface Meta {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

function metadata(
  f: Fixture,
  name: string,
  { namespace = f.namespace, labels, annotations }: Meta,
): Manifest['metadata'] {
  return { name, namespace, ...(labels && { labels }), ...(annotations && { annotations }) };
}

export interface ListenerSpec {
  readonly name: string;
  readonly port: number;
  readonly protocol?: string;
  readonly allowedRoutes?: object;
}

export interface GatewayOptions extends Meta {
  readonly listeners?: readonly ListenerSpec[];
  readonly addresses?: readonly Address[];
  readonly className?: string;
  readonly spec?: object;
}

/** A Gateway with the TCP listener `tcp` on 8080 and the UDP listener `udp` on 5353, unless told otherwise. */
export function gateway(f: Fixture, name: string, options: GatewayOptions = {}): Manifest {
  const listeners = options.listeners ?? [
    { name: 'tcp', port: 8080 },
    { name: 'udp', port: 5353, protocol: 'UDP' },
  ];
  return {
    apiVersion: f.apiVersionOf('Gateway'),
    kind: 'Gateway',
    metadata: metadata(f, name, options),
    spec: {
      gatewayClassName: options.className ?? f.className,
      listeners: listeners.map((listener) => ({ protocol: 'TCP', ...listener })),
      ...(options.addresses && { addresses: options.addresses }),
      ...options.spec,
    },
  } as Manifest;
}

export interface RouteOptions extends Meta {
  readonly kind?: 'TCPRoute' | 'UDPRoute';
  readonly parentRefs?: readonly object[];
  readonly backendRefs?: readonly object[];
  readonly behaviour?: string;
  /** The pair of selector labels. */
  readonly selector?: readonly [string, string];
}

/** A route to the listener of its protocol of Gateway `gw`, and from there to port 80 of Service `web`. */
export function route(f: Fixture, name: string, options: RouteOptions = {}): Manifest {
  const { kind = 'TCPRoute', behaviour, selector } = options;
  const labels = {
    ...(behaviour !== undefined && { serviceBehaviour: behaviour }),
    ...(selector && { selectorkey: selector[0], selectorvalue: selector[1] }),
    ...options.labels,
  };
  const parentRefs = options.parentRefs ?? [{ name: 'gw', sectionName: kind === 'TCPRoute' ? 'tcp' : 'udp' }];
  return {
    apiVersion: f.apiVersionOf(kind),
    kind,
    metadata: metadata(f, name, { ...options, labels }),
    spec: { parentRefs, rules: [{ backendRefs: options.backendRefs ?? [{ name: 'web', port: 80 }] }] },
  } as Manifest;
}

export interface ServiceOptions extends Meta {
  readonly ports?: readonly ServicePort[];
  readonly spec?: object;
}

/** A ClusterIP Service with the selector `app: <name>` and port 80 to 8000. */
export function service(f: Fixture, name: string, options: ServiceOptions = {}): Manifest {
  const ports = options.ports ?? [{ port: 80, targetPort: 8000 }];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(f, name, options),
    spec: { selector: { app: name }, ports, ...options.spec },
  } as Manifest;
}

/** A slice of a Service with one endpoint. */
export function endpointSlice(f: Fixture, of: string, ready = true): Manifest {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${of}-slice`, namespace: f.namespace, labels: { 'kubernetes.io/service-name': of } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['192.0.2.1'], conditions: { ready } }],
    ports: [{ port: 8000, protocol: 'TCP' }],
  } as Manifest;
}

/** An entry of somebody else's in the ledger. */
export function strangersEntry({ namespace }: Fixture, address: string): Manifest {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: { name: address, labels: { 'ipaddress.kubernetes.io/managed-by': 'somebody-else' } },
    spec: { parentRef: { group: '', resource: 'services', namespace, name: 'shop' } },
  };
}

/** Puts an ingress address on a Service, as an announcer does. */
export async function announce(f: Fixture, name: string, ip: string): Promise<void> {
  await f.patch('Service', name, { status: { loadBalancer: { ingress: [{ ip }] } } }, 'status');
}

export function condition(of: Conditions | undefined, type: string): Condition {
  const found = of?.conditions?.find((candidate) => candidate.type === type);
  assert.ok(found, `no condition ${type} in ${JSON.stringify(of)}`);
  return found;
}

/** `status/reason`, for short comparisons; empty where there is no such condition. */
export function verdict(of: Conditions | undefined, type: string): string {
  const found = of?.conditions?.find((candidate) => candidate.type === type);
  return found === undefined ? '' : `${found.status}/${found.reason}`;
}

/** The one entry of `status.parents` that this fixture's controller wrote. */
export function ownParent(f: Fixture, { status }: RouteObject): ParentStatus | undefined {
  return status?.parents?.find((parent) => parent.controllerName === f.controllerName);
}

/** `Accepted` and `ResolvedRefs` of a route, as the controller wrote them. */
export async function routeVerdicts(f: Fixture, name: string, kind = 'TCPRoute'): Promise<readonly string[]> {
  const parent = ownParent(f, await f.get<RouteObject>(kind, name));
  return [verdict(parent, 'Accepted'), verdict(parent, 'ResolvedRefs')];
}

export async function addressOf(f: Fixture, name: string): Promise<string | undefined> {
  const { status } = await f.get<GatewayObject>('Gateway', name);
  return status?.addresses?.[0]?.value;
}

/** Names of the Services of the fixture's namespace, sorted. */
export async function serviceNames(f: Fixture): Promise<readonly string[]> {
  const { items } = await f.client.list(f.target('Service'));
  return items.map(({ metadata: { name } }) => name).sort();
}
