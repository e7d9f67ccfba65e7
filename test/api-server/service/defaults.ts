import { type ApiObject, isObject, type JsonObject, objectOf, objectsOf } from '../json.ts';
import { isExternallyAccessible, portsOf, type ServicePort, specOf } from './shape.ts';

const DEFAULT_AFFINITY_SECONDS = 10_800;

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

/** Leaves out what Go's `omitempty` would. Pointers to false stay, plain booleans that are false go. */
export function withoutEmpty(value: JsonObject, plainBooleans: readonly string[] = []): void {
  for (const [name, member] of Object.entries(value)) {
    if (isEmpty(member) || (member === false && plainBooleans.includes(name))) delete value[name];
  }
}

function setPortDefaults(port: ServicePort): void {
  withoutEmpty(port);
  port.protocol ??= 'TCP';
  port.targetPort ??= port.port ?? 0;
}

function setAffinityDefaults(service: ApiObject): void {
  const spec = specOf(service);
  spec.sessionAffinity ??= 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity !== 'ClientIP') return;
  const seconds = objectOf(objectOf(spec.sessionAffinityConfig).clientIP).timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS;
  spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: seconds } };
}

/** What decoding a Service fills in. */
export function setServiceDefaults(service: ApiObject): void {
  const spec = specOf(service);
  withoutEmpty(spec, ['publishNotReadyAddresses']);
  spec.type ??= 'ClusterIP';
  setAffinityDefaults(service);
  for (const port of portsOf(service)) setPortDefaults(port);
  if (isExternallyAccessible(service)) spec.externalTrafficPolicy ??= 'Cluster';
  if (spec.type === 'ExternalName') delete spec.internalTrafficPolicy;
  else spec.internalTrafficPolicy ??= 'Cluster';
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
  setStatusDefaults(service);
}

function setStatusDefaults(service: ApiObject): void {
  const status = objectOf(service.status);
  const loadBalancer = objectOf(status.loadBalancer);
  if (isEmpty(loadBalancer.ingress)) delete loadBalancer.ingress;
  if (specOf(service).type === 'LoadBalancer') {
    for (const ingress of objectsOf(loadBalancer.ingress)) if (ingress.ip) ingress.ipMode ??= 'VIP';
  }
  service.status = { ...status, loadBalancer };
}
