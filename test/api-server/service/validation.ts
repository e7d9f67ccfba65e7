import { isIP } from 'node:net';
import { duplicate, forbiddenField, invalidValue, notSupported, required } from '../causes.ts';
import type { Cause } from '../failure.ts';
import { type ApiObject, type Json, type JsonObject, objectOf, objectsOf, stringOf, stringsOf } from '../json.ts';
import { labelCauses } from '../metadata.ts';
import { labelErrors, qualifiedNameErrors, subdomainErrors } from '../names.ts';
import {
  isExternallyAccessible,
  isHeadless,
  isLoadBalancer,
  needsHealthCheck,
  portsOf,
  type ServicePort,
  specOf,
} from './shape.ts';

const BAD_PORT = 'must be between 1 and 65535, inclusive';
const BAD_ADDRESS = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 65535;
}

/** What a targetPort that is a name must look like (an IANA service name). */
function portNameErrors(name: string): string[] {
  if (name.length > 15) return ['must be no more than 15 characters'];
  if (!/^[-a-z0-9]*$/.test(name)) return ['must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)'];
  if (!/[a-z]/.test(name)) return ['must contain at least one letter (a-z)'];
  if (name.includes('--')) return ['must not contain consecutive hyphens'];
  return /^-|-$/.test(name) ? ['must not begin or end with a hyphen'] : [];
}

function targetCauses(target: Json | undefined, field: string): Cause[] {
  if (typeof target === 'string') return portNameErrors(target).map((error) => invalidValue(field, target, error));
  return typeof target === 'number' && isPort(target) ? [] : [invalidValue(field, target, BAD_PORT)];
}

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

function portCauses(port: ServicePort, field: string, nameNeeded: 'named' | 'any'): Cause[] {
  const { name = '', protocol = '', appProtocol } = port;
  const causes: Cause[] = [];
  if (name === '' && nameNeeded === 'named') causes.push(required(`${field}.name`));
  if (name !== '') causes.push(...labelErrors(name).map((error) => invalidValue(`${field}.name`, name, error)));
  if (!isPort(port.port)) causes.push(invalidValue(`${field}.port`, port.port ?? 0, BAD_PORT));
  if (!PROTOCOLS.includes(protocol)) causes.push(notSupported(`${field}.protocol`, protocol, PROTOCOLS));
  causes.push(...targetCauses(port.targetPort, `${field}.targetPort`));
  if (typeof appProtocol === 'string') {
    causes.push(
      ...qualifiedNameErrors(appProtocol).map((error) => invalidValue(`${field}.appProtocol`, appProtocol, error)),
    );
  }
  return causes;
}

/** Causes for every item whose measure an earlier one had; items without a measure do not count. */
function repeats(
  ports: readonly ServicePort[],
  measure: (port: ServicePort) => string,
  cause: (port: ServicePort, index: number) => Cause,
): Cause[] {
  const seen = new Set<string>();
  return ports.flatMap((port, index) => {
    const key = measure(port);
    if (key === '') return [];
    if (seen.has(key)) return [cause(port, index)];
    seen.add(key);
    return [];
  });
}

/** A port as Go prints the struct that it compares. */
function goServicePort(Port: number, Protocol: string): JsonObject {
  return { Name: '', Protocol, AppProtocol: null, Port, TargetPort: 0, NodePort: 0 };
}

function portListCauses(service: ApiObject): Cause[] {
  const ports = portsOf(service);
  const field = (index: number) => `spec.ports[${index}]`;
  const each = ports.flatMap((port, index) => portCauses(port, field(index), ports.length > 1 ? 'named' : 'any'));
  const clusterOnly = specOf(service).type === 'ClusterIP' ? ports.map((port, index) => ({ port, index })) : [];
  return [
    ...each,
    ...repeats(
      ports,
      ({ name }) => name ?? '',
      ({ name }, index) => duplicate(`${field(index)}.name`, name ?? ''),
    ),
    ...clusterOnly
      .filter(({ port }) => port.nodePort)
      .map(({ index }) => forbiddenField(`${field(index)}.nodePort`, "may not be used when `type` is 'ClusterIP'")),
    ...repeats(
      ports,
      ({ nodePort, protocol }) => (nodePort ? `${nodePort}/${protocol}` : ''),
      ({ nodePort }, index) => duplicate(`${field(index)}.nodePort`, nodePort ?? 0),
    ),
    ...repeats(
      ports,
      ({ port, protocol }) => `${port}/${protocol}`,
      ({ port, protocol = '' }, index) => duplicate(field(index), goServicePort(port, protocol)),
    ),
  ];
}

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

function typeCauses(service: ApiObject): Cause[] {
  const { type = '', externalName, ipFamilies, ipFamilyPolicy, clusterIPs } = specOf(service);
  const causes: Cause[] = [];
  if (!TYPES.includes(type)) causes.push(notSupported('spec.type', type, TYPES));
  if (['LoadBalancer', 'NodePort'].includes(type) && isHeadless(service)) {
    causes.push(invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`));
  }
  if (type !== 'ExternalName') return causes;
  const set = { clusterIPs, ipFamilies, ipFamilyPolicy };
  for (const [name, value] of Object.entries(set)) {
    if (value !== undefined) causes.push(forbiddenField(`spec.${name}`, 'may not be set for ExternalName services'));
  }
  const name = stringOf(externalName).replace(/\.$/, '');
  if (name === '') return [...causes, required('spec.externalName')];
  return [...causes, ...subdomainErrors(name).map((error) => invalidValue('spec.externalName', name, error))];
}

const POLICIES = ['Cluster', 'Local'];
const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];

function trafficCauses(service: ApiObject): Cause[] {
  const { externalTrafficPolicy: external, internalTrafficPolicy: internal, healthCheckNodePort } = specOf(service);
  const causes: Cause[] = [];
  if (!isExternallyAccessible(service)) {
    if (external !== undefined) {
      causes.push(
        invalidValue('spec.externalTrafficPolicy', external, 'may only be set for externally-accessible services'),
      );
    }
  } else if (!POLICIES.includes(external ?? '')) {
    causes.push(notSupported('spec.externalTrafficPolicy', external, POLICIES));
  }
  if (!needsHealthCheck(service) && healthCheckNodePort) {
    const message = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    causes.push(invalidValue('spec.healthCheckNodePort', healthCheckNodePort, message));
  }
  const distribution = specOf(service).trafficDistribution;
  if (distribution !== undefined && !DISTRIBUTIONS.includes(stringOf(distribution))) {
    causes.push(notSupported('spec.trafficDistribution', distribution, DISTRIBUTIONS));
  }
  if (internal !== undefined && !POLICIES.includes(internal)) {
    causes.push(notSupported('spec.internalTrafficPolicy', internal, POLICIES));
  }
  return causes;
}

function loadBalancerCauses(service: ApiObject): Cause[] {
  const { allocateLoadBalancerNodePorts, loadBalancerClass, loadBalancerSourceRanges } = specOf(service);
  const only = "may only be used when `type` is 'LoadBalancer'";
  if (isLoadBalancer(service)) {
    if (loadBalancerClass === undefined) return [];
    const errors = qualifiedNameErrors(loadBalancerClass);
    return errors.map((error) => invalidValue('spec.loadBalancerClass', loadBalancerClass, error));
  }
  const set = { LoadBalancerSourceRanges: loadBalancerSourceRanges, allocateLoadBalancerNodePorts, loadBalancerClass };
  return Object.entries(set).flatMap(([name, value]) =>
    value === undefined ? [] : [forbiddenField(`spec.${name}`, only)],
  );
}

function affinityCauses(service: ApiObject): Cause[] {
  const { sessionAffinity = '', selector = {} } = specOf(service);
  const causes = labelCauses(selector, 'spec.selector');
  const supported = ['ClientIP', 'None'];
  return supported.includes(sessionAffinity)
    ? causes
    : [...causes, notSupported('spec.sessionAffinity', sessionAffinity, supported)];
}

function externalAddressCauses(service: ApiObject): Cause[] {
  return stringsOf(specOf(service).externalIPs).flatMap((address, index) => {
    const field = `spec.externalIPs[${index}]`;
    if (isIP(address) === 0) return [invalidValue(field, address, BAD_ADDRESS)];
    if (address === '0.0.0.0' || address === '::')
      return [invalidValue(field, address, 'may not be unspecified (0.0.0.0 or ::)')];
    const loopback = address.startsWith('127.') || address === '::1';
    return loopback ? [invalidValue(field, address, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')] : [];
  });
}

const FAMILIES = ['IPv4', 'IPv6'];
const FAMILY_POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

function familyCauses(service: ApiObject): Cause[] {
  const { ipFamilies = [], ipFamilyPolicy } = specOf(service);
  const causes = ipFamilies.flatMap((family, index) => {
    const field = `spec.ipFamilies[${index}]`;
    const unknown = FAMILIES.includes(family) ? [] : [notSupported(field, family, FAMILIES)];
    return ipFamilies.indexOf(family) < index ? [...unknown, duplicate(field, family)] : unknown;
  });
  if (ipFamilyPolicy === undefined || FAMILY_POLICIES.includes(ipFamilyPolicy)) return causes;
  return [...causes, notSupported('spec.ipFamilyPolicy', ipFamilyPolicy, FAMILY_POLICIES)];
}

/** clusterIP, clusterIPs and families must fit together. */
export function clusterIpCauses(service: ApiObject): Cause[] {
  const { type, clusterIP = '', clusterIPs = [], ipFamilies = [] } = specOf(service);
  if (type === 'ExternalName') return [];
  const causes: Cause[] = [];
  if (clusterIP !== '' && clusterIPs[0] !== clusterIP)
    causes.push(invalidValue('spec.clusterIPs', clusterIPs, 'first value must match `clusterIP`'));
  if (clusterIP === '' && clusterIPs.length > 0)
    causes.push(invalidValue('spec.clusterIPs', clusterIPs, 'must be empty when `clusterIP` is not specified'));
  causes.push(...familyCauses(service));
  for (const [index, address] of clusterIPs.entries()) {
    const field = `spec.clusterIPs[${index}]`;
    const family = ipFamilies[index];
    const version = isIP(address);
    if (address === 'None' && clusterIPs.length === 1) continue;
    if (version === 0) causes.push(invalidValue(field, address, BAD_ADDRESS));
    else if (family !== undefined && family !== `IPv${version}`) {
      causes.push(invalidValue(field, address, `expected an ${family} value as indicated by \`ipFamilies[${index}]\``));
    }
  }
  if (clusterIPs.length > 2) causes.push(invalidValue('spec.clusterIPs', clusterIPs, 'may only hold up to 2 values'));
  return causes;
}

/** What is wrong with a Service by itself. */
export function serviceCauses(service: ApiObject): Cause[] {
  const { type } = specOf(service);
  const noPorts = portsOf(service).length === 0 && !isHeadless(service) && type !== 'ExternalName';
  return [
    ...(noPorts ? [required('spec.ports')] : []),
    ...typeCauses(service),
    ...portListCauses(service),
    ...affinityCauses(service),
    ...clusterIpCauses(service),
    ...externalAddressCauses(service),
    ...loadBalancerCauses(service),
    ...trafficCauses(service),
  ];
}

/** What is wrong with the status that an announcer writes. */
export function ingressCauses(service: ApiObject): Cause[] {
  const ingress = objectsOf(objectOf(objectOf(service.status).loadBalancer).ingress);
  const list = 'status.loadBalancer.ingress';
  if (!isLoadBalancer(service)) {
    return ingress.length === 0 ? [] : [forbiddenField(list, "may only be used when `spec.type` is 'LoadBalancer'")];
  }
  return ingress.flatMap(({ ip, ipMode, hostname }, index) => {
    const field = `${list}[${index}]`;
    const address = stringOf(ip);
    const causes: Cause[] = [];
    if (address !== '' && isIP(address) === 0) causes.push(invalidValue(`${field}.ip`, address, BAD_ADDRESS));
    if (ipMode === undefined && address !== '')
      causes.push(required(`${field}.ipMode`, 'must be specified when `ip` is set'));
    if (ipMode !== undefined && address === '')
      causes.push(forbiddenField(`${field}.ipMode`, 'may not be specified when `ip` is not set'));
    else if (ipMode !== undefined && !['Proxy', 'VIP'].includes(stringOf(ipMode)))
      causes.push(notSupported(`${field}.ipMode`, ipMode, ['Proxy', 'VIP']));
    if (hostname === undefined) return causes;
    return [
      ...causes,
      ...subdomainErrors(stringOf(hostname)).map((error) => invalidValue(`${field}.hostname`, hostname, error)),
    ];
  });
}
