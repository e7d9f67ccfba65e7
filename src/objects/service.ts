import type { ObjectMeta, StringMap } from './kubernetes.ts';

export type Protocol = 'TCP' | 'UDP';
export type IPFamily = 'IPv4' | 'IPv6';

export interface ServicePort {
  readonly name?: string | undefined;
  readonly port: number;
  readonly protocol: string;
  readonly targetPort?: number | string | undefined;
  readonly nodePort?: number | undefined;
  readonly appProtocol?: string | undefined;
}

export interface ServiceSpec {
  readonly type: string;
  readonly selector?: StringMap | undefined;
  readonly ports: readonly ServicePort[];
  readonly clusterIP?: string | undefined;
  readonly loadBalancerIP?: string | undefined;
  readonly loadBalancerClass?: string | undefined;
  readonly externalTrafficPolicy?: string | undefined;
  readonly allocateLoadBalancerNodePorts?: boolean | undefined;
  readonly externalIPs: readonly string[];
  readonly ipFamilies: readonly string[];
  readonly ipFamilyPolicy?: string | undefined;
  readonly sessionAffinity?: string | undefined;
  readonly sessionAffinityConfig?: unknown;
  readonly publishNotReadyAddresses?: boolean | undefined;
  readonly trafficDistribution?: string | undefined;
}

/** An entry of `status.loadBalancer.ingress`: an address, or a host name that stands for one. */
export interface Ingress {
  readonly ip?: string | undefined;
  /** `VIP` or `Proxy`. */
  readonly ipMode?: string | undefined;
  readonly hostname?: string | undefined;
}

export interface Service {
  readonly kind: 'Service';
  readonly metadata: ObjectMeta;
  readonly spec: ServiceSpec;
  readonly status: { readonly ingress: readonly Ingress[] };
}

export interface EndpointPort {
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
  readonly appProtocol?: string | undefined;
}

/** As it stands in the slice: what is absent there is absent here, so that a copy is the same. */
export interface Endpoint {
  readonly addresses: readonly string[];
  readonly conditions?:
    | {
        readonly ready?: boolean | undefined;
        readonly serving?: boolean | undefined;
        readonly terminating?: boolean | undefined;
      }
    | undefined;
  readonly nodeName?: string | undefined;
  readonly zone?: string | undefined;
  readonly hints?: EndpointHints | undefined;
}

/** For which nodes and zones an endpoint is meant. */
export interface EndpointHints {
  readonly forZones?: readonly { readonly name: string }[] | undefined;
  readonly forNodes?: readonly { readonly name: string }[] | undefined;
}

/** An EndpointSlice, trimmed to what sends traffic somewhere. */
export interface EndpointSlice {
  readonly kind: 'EndpointSlice';
  readonly metadata: ObjectMeta;
  /** From the label `kubernetes.io/service-name`. */
  readonly serviceName: string;
  /** `IPv4`, `IPv6` or `FQDN`. */
  readonly addressType: string;
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
  readonly hasReadyEndpoint: boolean;
}
