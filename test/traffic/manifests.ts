import type { Manifest } from '../support/objects.ts';

/** Image that stands for test/lab/echo.ts. */
export const echoImage = 'echo';
/** Image that stands for the controller's own command line. */
export const controllerImage = 'controller';

/** Ports of the echo pods; in Services they can be named. */
export const podPorts = { TCP: { port: 8080, name: 'http' }, UDP: { port: 5353, name: 'dns' } } as const;

export type Protocol = keyof typeof podPorts;

const gatewayApi = 'gateway.networking.k8s.io/v1';

export interface PodOptions {
  readonly replicas?: number;
  /** How long a pod serves on after it was told to go, in milliseconds. */
  readonly drainMs?: number;
}

/** Pods that answer on both protocols; a rollout starts a new one before it ends an old one. */
export function deployment(name: string, { replicas = 2, drainMs = 0 }: PodOptions = {}): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [
            {
              name: 'echo',
              image: echoImage,
              ports: (['TCP', 'UDP'] as const).map((protocol) => ({
                name: podPorts[protocol].name,
                containerPort: podPorts[protocol].port,
                protocol,
              })),
              env: [
                { name: 'TCP_PORTS', value: String(podPorts.TCP.port) },
                { name: 'UDP_PORTS', value: String(podPorts.UDP.port) },
                { name: 'DRAIN_MS', value: String(drainMs) },
                { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
              ],
            },
          ],
        },
      },
    },
  };
}

export interface ServiceOptions {
  readonly targetPort?: 'named' | 'numeric';
  readonly spec?: object;
}

/** A ClusterIP Service before the pods of `app`: TCP 80 and UDP 53. */
export function service(name: string, app: string, { targetPort = 'named', spec = {} }: ServiceOptions = {}): Manifest {
  const target = (protocol: Protocol): string | number =>
    targetPort === 'named' ? podPorts[protocol].name : podPorts[protocol].port;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: {
      selector: { app },
      ports: [
        { name: 'web', port: 80, protocol: 'TCP', targetPort: target('TCP') },
        { name: 'names', port: 53, protocol: 'UDP', targetPort: target('UDP') },
      ],
      ...spec,
    },
  };
}

export interface GatewayOptions {
  readonly families?: 'ipv4' | 'ipv6' | 'dual';
  /** Name of a ConfigMap with options. */
  readonly parameters?: string;
}

/** A Gateway with a TCP and a UDP listener, named by their protocol, on one port. */
export function gateway(name: string, port: number, { families = 'ipv4', parameters }: GatewayOptions = {}): Manifest {
  return {
    apiVersion: gatewayApi,
    kind: 'Gateway',
    metadata: { name, annotations: { 'gateway-api-controller.thebsdbox.co.uk/ip-families': families } },
    spec: {
      gatewayClassName: 'lab',
      listeners: (['TCP', 'UDP'] as const).map((protocol) => ({ name: protocol.toLowerCase(), port, protocol })),
      ...(parameters && { infrastructure: { parametersRef: { group: '', kind: 'ConfigMap', name: parameters } } }),
    },
  };
}

export type Behaviour = 'create' | 'duplicate' | 'update' | 'aggregate';

export interface RouteOptions {
  readonly protocol: Protocol;
  readonly gateway: string;
  readonly behaviour: Behaviour;
  readonly backend: string;
  /** What the pods carry in their label `app`, for `create`. */
  readonly app: string;
  readonly backendNamespace?: string;
}

/** A route from a Gateway's listener of its protocol to a Service of `service`, or for `create` straight to pods. */
export function route(name: string, options: RouteOptions): Manifest {
  const { protocol, behaviour, backend, app, backendNamespace } = options;
  const port = { create: podPorts[protocol].port, other: protocol === 'TCP' ? 80 : 53 };
  const selector = behaviour === 'create' ? { selectorkey: 'app', selectorvalue: app } : {};
  return {
    apiVersion: gatewayApi,
    kind: `${protocol}Route`,
    metadata: { name, labels: { serviceBehaviour: behaviour, ...selector } },
    spec: {
      parentRefs: [{ name: options.gateway, sectionName: protocol.toLowerCase() }],
      rules: [
        {
          backendRefs: [
            {
              name: backend,
              port: behaviour === 'create' ? port.create : port.other,
              ...(backendNamespace && { namespace: backendNamespace }),
            },
          ],
        },
      ],
    },
  };
}
