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
  readonly allocateLoadBalancerNodePorts?: boolean | undefined;
  readonly externalIPs: readonly string[];
  readonly ipFamilies: readonly string[];
  readonly ipFamilyPolicy?: string | undefined;
  readonly sessionAffinity?: string | undefined;
  readonly sessionAffinityConfig?: unknown;
  readonly publishNotReadyAddresses?: boolean | undefined;
  readonly internalTrafficPolicy?: string | undefined;
  readonly trafficDistribution?: string | undefined;
}

export interface Service {
  readonly kind: 'Service';
  readonly metadata: ObjectMeta;
  readonly spec: ServiceSpec;
  readonly status: { readonly ingress: readonly { readonly ip?: string | undefined }[] };
}

/** An EndpointSlice, trimmed to what "has this Service a ready endpoint" needs. */
export interface EndpointSlice {
  readonly kind: 'EndpointSlice';
  readonly metadata: ObjectMeta;
  /** From the label `kubernetes.io/service-name`. */
  readonly serviceName: string;
  readonly hasReadyEndpoint: boolean;
}
