import { forbiddenField, invalidValue } from '../causes.ts';
import type { Cause } from '../failure.ts';
import { type ApiObject, equal, objectOf } from '../json.ts';
import {
  getsNodePorts,
  isExternallyAccessible,
  isHeadless,
  isLoadBalancer,
  needsClusterIP,
  needsHealthCheck,
  needsNodePort,
  portsOf,
  type ServiceSpec,
  specOf,
} from './shape.ts';

function usedNodePorts(service: ApiObject): Set<number> {
  return new Set(portsOf(service).flatMap((port) => (port.nodePort ? [port.nodePort] : [])));
}

function keepNodePorts(next: ApiObject, previous: ApiObject): void {
  const before = usedNodePorts(previous);
  const used = usedNodePorts(next).intersection(before);
  const byName = new Map(portsOf(previous).map((port) => [port.name ?? '', port.nodePort]));
  for (const port of portsOf(next)) {
    const known = byName.get(port.name ?? '');
    if (!port.nodePort && known && !used.has(known)) port.nodePort = known;
  }
}

/** Fills in what was allocated before and the client left out, so that a PUT of a manifest changes nothing. */
export function keepAllocated(next: ApiObject, previous: ApiObject): void {
  const [spec, before] = [specOf(next), specOf(previous)];
  if (needsClusterIP(next) && needsClusterIP(previous)) {
    if (!spec.clusterIP && before.clusterIP) spec.clusterIP = before.clusterIP;
    if (!spec.clusterIPs && before.clusterIPs) spec.clusterIPs = [...before.clusterIPs];
  }
  if (getsNodePorts(next) && getsNodePorts(previous)) keepNodePorts(next, previous);
  if (needsHealthCheck(next) && needsHealthCheck(previous) && before.healthCheckNodePort) {
    spec.healthCheckNodePort ??= before.healthCheckNodePort;
  }
}

/** Keeps clusterIPs in step with a clusterIP that a client changed alone. */
export function normalizeClusterIPs(next: ApiObject, previous: ApiObject | undefined): void {
  const spec = specOf(next);
  const before = previous && specOf(previous);
  if (!before) {
    if (spec.clusterIP && !spec.clusterIPs) spec.clusterIPs = [spec.clusterIP];
    return;
  }
  if (spec.clusterIP === before.clusterIP || !equal(spec.clusterIPs, before.clusterIPs)) return;
  if (spec.clusterIP) spec.clusterIPs = [spec.clusterIP];
  else delete spec.clusterIPs;
}

function dropIfSame(spec: ServiceSpec, before: ServiceSpec, ...names: readonly (keyof ServiceSpec & string)[]): void {
  for (const name of names) if (equal(spec[name], before[name])) delete spec[name];
}

/** Fields that mean nothing to the new type go, where the client did not change them. */
export function dropForeignFields(next: ApiObject, previous: ApiObject): void {
  const [spec, before] = [specOf(next), specOf(previous)];
  if (needsClusterIP(previous) && !needsClusterIP(next)) {
    dropIfSame(spec, before, 'clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy');
  }
  if (needsNodePort(previous) && !needsNodePort(next) && usedNodePorts(next).isSubsetOf(usedNodePorts(previous))) {
    for (const port of portsOf(next)) delete port.nodePort;
  }
  if (needsHealthCheck(previous) && !needsHealthCheck(next)) dropIfSame(spec, before, 'healthCheckNodePort');
  if (isLoadBalancer(previous) && !isLoadBalancer(next)) {
    dropIfSame(spec, before, 'allocateLoadBalancerNodePorts', 'loadBalancerClass');
  }
  if (isExternallyAccessible(previous) && !isExternallyAccessible(next))
    dropIfSame(spec, before, 'externalTrafficPolicy');
  if (!isLoadBalancer(next)) next.status = { ...objectOf(next.status), loadBalancer: {} };
}

type Field = 'clusterIPs' | 'ipFamilies';

function primaryCauses(next: ServiceSpec, before: ServiceSpec, field: Field): Cause[] {
  const [after = [], known = []] = [next[field], before[field]];
  const changed =
    after.length === known.length
      ? known.some((value, index) => value !== after[index])
      : known.length > 0 && after[0] !== known[0];
  const causes: Cause[] = changed ? [invalidValue(`spec.${field}[0]`, after, 'may not change once set')] : [];
  if (after.length !== 1 || known.length < 2 || next.ipFamilyPolicy === 'SingleStack') return causes;
  const what = field === 'clusterIPs' ? 'clusterIP' : 'ipFamily';
  const message = `must be set to 'SingleStack' when releasing the secondary ${what}`;
  return [...causes, invalidValue('spec.ipFamilyPolicy', next.ipFamilyPolicy, message)];
}

function addressCauses(next: ApiObject, previous: ApiObject): Cause[] {
  if (!needsClusterIP(next) || !needsClusterIP(previous)) return [];
  const [after, before] = [isHeadless(next), isHeadless(previous)];
  const addresses = after && before ? [] : primaryCauses(specOf(next), specOf(previous), 'clusterIPs');
  const families = after || before ? [] : primaryCauses(specOf(next), specOf(previous), 'ipFamilies');
  return [...addresses, ...families];
}

/** What an update may not change. */
export function updateCauses(next: ApiObject, previous: ApiObject): Cause[] {
  const [spec, before] = [specOf(next), specOf(previous)];
  const causes = addressCauses(next, previous);
  if (isLoadBalancer(next) && isLoadBalancer(previous) && spec.loadBalancerClass !== before.loadBalancerClass) {
    causes.push(invalidValue('spec.loadBalancerClass', spec.loadBalancerClass, 'may not change once set'));
  }
  if (needsHealthCheck(next) && needsHealthCheck(previous) && spec.healthCheckNodePort !== before.healthCheckNodePort) {
    causes.push(forbiddenField('spec.healthCheckNodePort', 'field is immutable'));
  }
  return causes;
}
