import type { Behaviour } from './options.ts';

/** An object as it is sent, or as the server has it. */
export interface ApiObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly generation?: number;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly [field: string]: unknown;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: unknown;
  readonly [field: string]: unknown;
}

export const namespace = 'bench';
export const className = 'bench';
export const controllerName = 'bench.test/controller';
/** Four million addresses: the pool is not what is measured. */
export const pool = { 'cidr-global': '10.64.0.0/10', quarantine: '0s' };

/** The kinds that come and go with the pairs. */
export const resources = {
  IPAddress: '/apis/networking.k8s.io/v1/ipaddresses',
  Gateway: `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/gateways`,
  Service: `/api/v1/namespaces/${namespace}/services`,
  EndpointSlice: `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
  TCPRoute: `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/tcproutes`,
} as const;
export type Resource = keyof typeof resources;

const apiVersions: Readonly<Record<Resource, string>> = {
  IPAddress: 'networking.k8s.io/v1',
  Gateway: 'gateway.networking.k8s.io/v1',
  Service: 'v1',
  EndpointSlice: 'discovery.k8s.io/v1',
  TCPRoute: 'gateway.networking.k8s.io/v1',
};

export interface Shape {
  readonly gateways: number;
  readonly routesPerGateway: number;
  readonly behaviour: Behaviour;
}

/** A Gateway and what is created with it. */
export interface Group {
  readonly name: string;
  readonly gateway: ApiObject;
  /** Users' own Services and their slices, for the behaviours that need one. */
  readonly backends: readonly ApiObject[];
  readonly routes: readonly ApiObject[];
}

/** N Gateways, each with a listener for each of its R routes. */
export function groupsOf({ gateways, routesPerGateway, behaviour }: Shape): readonly Group[] {
  return Array.from({ length: gateways }, (_, index) => {
    const name = `g${String(index).padStart(6, '0')}`;
    const ports = Array.from({ length: routesPerGateway }, (_unused, route) => 8000 + route);
    const routes = ports.map((port) => ({ name: `${name}-${port}`, gateway: name, section: `tcp-${port}` }));
    return {
      name,
      gateway: gateway(name, ports),
      backends: behaviour === 'create' ? [] : routes.map((one) => backend(one.name)),
      routes: routes.map((one) => route(one, behaviour)),
    };
  });
}

export function gateway(name: string, ports: readonly number[]): ApiObject {
  const listeners = ports.map((port) => ({ name: `tcp-${port}`, port, protocol: 'TCP' }));
  return object('Gateway', name, { spec: { gatewayClassName: className, listeners } });
}

export interface RoutePlace {
  readonly name: string;
  readonly gateway: string;
  readonly section: string;
}

/** A route to a backend of its own name. */
export function route({ name, gateway: parent, section }: RoutePlace, behaviour: Behaviour): ApiObject {
  const labels = behaviour === 'create' ? { selectorkey: 'app', selectorvalue: name } : { serviceBehaviour: behaviour };
  const spec = {
    parentRefs: [{ name: parent, sectionName: section }],
    rules: [{ backendRefs: [{ name, port: 80 }] }],
  };
  return object('TCPRoute', name, { labels, spec });
}

export function backend(name: string): ApiObject {
  const ports = [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 }];
  return object('Service', name, { spec: { selector: { app: name }, ports } });
}

/** How many Services carry an address in the end. */
export function servicesOf({ gateways, routesPerGateway, behaviour }: Shape): number {
  return behaviour === 'aggregate' ? gateways : gateways * routesPerGateway;
}

export function object(
  kind: Resource,
  name: string,
  rest: { readonly labels?: Readonly<Record<string, string>>; readonly [field: string]: unknown },
): ApiObject {
  const { labels, ...fields } = rest;
  const metadata = { name, ...(kind !== 'IPAddress' && { namespace }), ...(labels && { labels }) };
  return { apiVersion: apiVersions[kind], kind, metadata, ...fields };
}

/** Path of one object. */
export function pathOf(kind: Resource, name: string): string {
  return `${resources[kind]}/${name}`;
}
