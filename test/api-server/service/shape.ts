import { type ApiObject, isObject, type JsonObject } from '../json.ts';
import { ANY, array, BOOLEAN, integer, map, object, type Schema, string } from '../schema.ts';

export interface ServicePort extends JsonObject {
  name?: string;
  protocol?: string;
  port: number;
  targetPort?: number | string;
  nodePort?: number;
}

export interface ServiceSpec extends JsonObject {
  type?: string;
  clusterIP?: string;
  clusterIPs?: string[];
  ipFamilies?: string[];
  ipFamilyPolicy?: string;
  ports?: ServicePort[];
  selector?: Record<string, string>;
  externalTrafficPolicy?: string;
  internalTrafficPolicy?: string;
  healthCheckNodePort?: number;
  allocateLoadBalancerNodePorts?: boolean;
  loadBalancerClass?: string;
  sessionAffinity?: string;
}

const PORT = object({
  name: string(),
  protocol: string(),
  appProtocol: string(),
  port: integer(),
  targetPort: ANY,
  nodePort: integer(),
});

const SPEC = object({
  ports: array(PORT),
  selector: map(string()),
  clusterIP: string(),
  clusterIPs: array(string()),
  type: string(),
  externalIPs: array(string()),
  sessionAffinity: string(),
  loadBalancerIP: string(),
  loadBalancerSourceRanges: array(string()),
  externalName: string(),
  externalTrafficPolicy: string(),
  healthCheckNodePort: integer(),
  publishNotReadyAddresses: BOOLEAN,
  sessionAffinityConfig: object({ clientIP: object({ timeoutSeconds: integer() }) }),
  ipFamilies: array(string()),
  ipFamilyPolicy: string(),
  allocateLoadBalancerNodePorts: BOOLEAN,
  loadBalancerClass: string(),
  internalTrafficPolicy: string(),
  trafficDistribution: string(),
});

const INGRESS_PORT = object({ port: integer(), protocol: string(), error: string() });
const INGRESS = object({ ip: string(), hostname: string(), ipMode: string(), ports: array(INGRESS_PORT) });

/** The fields of a Service; types only, no rules. */
export const SERVICE: Schema = object({
  spec: SPEC,
  status: object({ loadBalancer: object({ ingress: array(INGRESS) }), conditions: array(ANY) }),
});

/** The spec of a decoded Service; its types were checked on decoding. */
export function specOf(service: ApiObject): ServiceSpec {
  if (!isObject(service.spec)) service.spec = {};
  return service.spec as ServiceSpec;
}

export function portsOf(service: ApiObject): ServicePort[] {
  return specOf(service).ports ?? [];
}

export function isHeadless(service: ApiObject): boolean {
  const { clusterIPs, clusterIP } = specOf(service);
  return clusterIPs?.[0] === 'None' || (!clusterIPs && clusterIP === 'None');
}

export function isLoadBalancer(service: ApiObject): boolean {
  return specOf(service).type === 'LoadBalancer';
}

export function needsClusterIP(service: ApiObject): boolean {
  return specOf(service).type !== 'ExternalName';
}

export function needsNodePort(service: ApiObject): boolean {
  return ['NodePort', 'LoadBalancer'].includes(specOf(service).type ?? '');
}

/** Node ports are given to it unasked. */
export function getsNodePorts(service: ApiObject): boolean {
  return (
    needsNodePort(service) && (!isLoadBalancer(service) || specOf(service).allocateLoadBalancerNodePorts !== false)
  );
}

export function needsHealthCheck(service: ApiObject): boolean {
  return isLoadBalancer(service) && specOf(service).externalTrafficPolicy === 'Local';
}

export function isExternallyAccessible(service: ApiObject): boolean {
  const { type, externalIPs } = specOf(service);
  return needsNodePort(service) || (type === 'ClusterIP' && Array.isArray(externalIPs) && externalIPs.length > 0);
}

export function familyOf(address: string): string {
  return address.includes(':') ? 'IPv6' : 'IPv4';
}
