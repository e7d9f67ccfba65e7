import type { StringMap } from '../objects/kubernetes.ts';
import type { Service, ServicePort } from '../objects/service.ts';
import { isEqual } from './equal.ts';
import { annotations, portName } from './names.ts';

/**
 * What `update` changed on a user's own Service, kept in an annotation there: enough to put back exactly these fields
 * and nothing that others changed later.
 */
export interface OriginalRecord {
  readonly type: string;
  readonly loadBalancerIP: string | null;
  readonly labels: Readonly<Record<string, string | null>>;
  readonly annotations: Readonly<Record<string, string | null>>;
  /** Other fields of the spec that the Gateway's options set. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** `port/protocol` of the ports that we added. */
  readonly addedPorts: readonly string[];
  /** `port/protocol` of the ports that had no name before (several ports must have one). */
  readonly namedPorts: readonly string[];
}

export function portId(port: { readonly port: number; readonly protocol: string }): string {
  return `${port.port}/${port.protocol}`;
}

/** The record on a Service, or `undefined` where there is none that can be read. */
export function originalOf(service: Service): OriginalRecord | undefined {
  const text = service.metadata.annotations[annotations.original];
  if (text === undefined) return undefined;
  try {
    const record: Partial<OriginalRecord> = JSON.parse(text);
    if (typeof record.type !== 'string') return undefined;
    return {
      type: record.type,
      loadBalancerIP: record.loadBalancerIP ?? null,
      labels: record.labels ?? {},
      annotations: record.annotations ?? {},
      addedPorts: record.addedPorts ?? [],
      namedPorts: record.namedPorts ?? [],
      ...(record.fields && { fields: record.fields }),
    };
  } catch {
    return undefined;
  }
}

/**
 * The ports that are the user's, without those that we added. Ours under another name has become his, and so have all
 * where none of his is left: he has moved his port to a number that we had added, and a Service must have one.
 */
export function ownPorts(service: Service): readonly ServicePort[] {
  const added = new Set(originalOf(service)?.addedPorts);
  const own = service.spec.ports.filter((port) => !added.has(portId(port)) || !hasNameOfOurs(port));
  return own.length === 0 ? service.spec.ports : own;
}

function hasNameOfOurs({ name, protocol, port }: ServicePort): boolean {
  const ours = portName(protocol, port);
  return name === ours || name === besideOthers(ours);
}

/** The name of a port of ours where one of the user's has its usual name. */
function besideOthers(name: string): string {
  return `gw-${name}`;
}

/** The policy of a user's Service itself, whatever options of a Gateway have set there. */
export function ownTrafficPolicy(service: Service): unknown {
  const { fields = {} } = originalOf(service) ?? {};
  return 'externalTrafficPolicy' in fields ? fields.externalTrafficPolicy : service.spec.externalTrafficPolicy;
}

export interface UpdatedPorts {
  readonly ports: readonly ServicePort[];
  readonly addedPorts: readonly string[];
  readonly namedPorts: readonly string[];
}

/** The user's ports with ours added; all have a name, as the API server wants of several. */
export function addPorts(service: Service, wanted: readonly ServicePort[]): UpdatedPorts {
  const own = ownPorts(service);
  const there = new Set(own.map(portId));
  const names = new Set(own.map(({ name }) => name));
  const added = wanted
    .filter((port) => !there.has(portId(port)))
    .map((port) => (names.has(port.name) ? { ...port, name: besideOthers(portName(port.protocol, port.port)) } : port));
  const earlier = new Set(originalOf(service)?.namedPorts);
  const named = added.length === 0 && own.length < 2 ? [] : own.filter((port) => isUnnamed(port, earlier));
  const namedIds = new Set(named.map(portId));
  const ports = own.map((port) => (namedIds.has(portId(port)) ? { ...port, name: nameFor(port) } : port));
  const carried = added.map((port) => {
    const current = service.spec.ports.find((candidate) => portId(candidate) === portId(port));
    return current?.nodePort === undefined ? port : { ...port, nodePort: current.nodePort };
  });
  return { ports: [...ports, ...carried], addedPorts: added.map(portId), namedPorts: [...namedIds] };
}

function isUnnamed(port: ServicePort, earlier: ReadonlySet<string>): boolean {
  return (port.name ?? '') === '' || (earlier.has(portId(port)) && port.name === nameFor(port));
}

function nameFor(port: ServicePort): string {
  return `own-${portName(port.protocol, port.port)}`;
}

/** A JSON merge patch that puts back what `update` changed, or `undefined` where there is nothing to put back. */
export function restorePatch(service: Service): Readonly<Record<string, unknown>> | undefined {
  const record = originalOf(service);
  if (record === undefined) return undefined;
  const named = new Set(record.namedPorts);
  const ports = ownPorts(service).map((port): ServicePort => {
    if (!named.has(portId(port)) || port.name !== nameFor(port)) return port;
    const { name: _ours, ...rest } = port;
    return rest;
  });
  const isStillOurs = service.spec.type === 'LoadBalancer' && record.type !== 'LoadBalancer';
  return {
    metadata: {
      labels: putBack(service.metadata.labels, record.labels),
      annotations: {
        ...putBack(service.metadata.annotations, record.annotations),
        ...Object.fromEntries(Object.values(annotations).map((key) => [key, record.annotations[key] ?? null])),
      },
    },
    spec: {
      ...(isStillOurs && { type: record.type }),
      ...(isStillOurs && service.spec.loadBalancerClass !== undefined && { loadBalancerClass: null }),
      ...(isOurAddress(service) && { loadBalancerIP: record.loadBalancerIP }),
      ...fieldsBack(service, record, isStillOurs ? record.type : service.spec.type),
      ports: ports.length === 1 ? ports : ports.map((port) => ({ ...port, name: port.name ?? nameFor(port) })),
    },
  };
}

/** Also where it is gone: some announcers refuse it, so that `update` takes the user's own away. */
function isOurAddress({ metadata, spec: { loadBalancerIP } }: Service): boolean {
  const ours = metadata.annotations[annotations.addresses]?.split(',') ?? [];
  return loadBalancerIP === undefined || ours.includes(loadBalancerIP);
}

/** Types of a Service that a field is for; on others the API server refuses it. */
const typesWith: Readonly<Record<string, readonly string[]>> = {
  loadBalancerClass: ['LoadBalancer'],
  allocateLoadBalancerNodePorts: ['LoadBalancer'],
  externalTrafficPolicy: ['LoadBalancer', 'NodePort'],
};

function takesField({ spec }: Service, field: string, type: string): boolean {
  if (field === 'externalTrafficPolicy' && type === 'ClusterIP' && spec.externalIPs.length > 0) return true;
  return typesWith[field]?.includes(type) !== false;
}

/** Fields that differ from what they were, as far as a Service of this type has them. */
function fieldsBack(
  service: Service,
  { fields = {} }: OriginalRecord,
  type: string,
): Readonly<Record<string, unknown>> {
  const there: Readonly<Record<string, unknown>> = { ...service.spec };
  const before = Object.entries(fields).map(([field, value]) => {
    return [field, takesField(service, field, type) ? value : null] as const;
  });
  return withAffinity(Object.fromEntries(before.filter(([field, value]) => !isEqual(there[field] ?? null, value))));
}

/** The API server takes the affinity `None` only without its configuration. */
export function withAffinity(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return fields.sessionAffinity === 'None' ? { ...fields, sessionAffinityConfig: null } : fields;
}

function putBack(
  current: StringMap,
  before: Readonly<Record<string, string | null>>,
): Readonly<Record<string, string | null>> {
  return Object.fromEntries(Object.entries(before).filter(([key, value]) => (current[key] ?? null) !== value));
}
