import { isDeepStrictEqual } from 'node:util';
import { annotations } from '../../src/gateway/names.ts';
import type { Gateway, ListenerSet, ListenerStatus, Route } from '../../src/objects/gateway-api.ts';
import type { IPAddress } from '../../src/objects/ip-address.ts';
import type { Condition } from '../../src/objects/kubernetes.ts';
import type { EndpointSlice, Service } from '../../src/objects/service.ts';
import type { FollowedObject } from '../../src/objects/view.ts';
import type { Write } from './memory-api.ts';
import type { Simulation } from './simulation.ts';

type Lines = Readonly<Record<string, unknown>>;

/** By kind, then by name. */
export type Outcome = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What is another than before; what was there and is not is `gone`. */
export function changesSince(before: Outcome, now: Outcome): Outcome {
  const changes: Record<string, Record<string, unknown>> = {};
  for (const kind of new Set([...Object.keys(now), ...Object.keys(before)])) {
    const [old, current] = [before[kind] ?? {}, now[kind] ?? {}];
    const lines = [
      ...Object.entries(current).filter(([name, value]) => !isDeepStrictEqual(value, old[name])),
      ...Object.keys(old).flatMap((name) => (name in current ? [] : [[name, 'gone'] as const])),
    ];
    if (lines.length > 0) changes[kind] = Object.fromEntries(lines);
  }
  return changes;
}

/** What a reviewer wants to read of a simulation at rest: no times, no versions, no defaults of the server. */
export function describeOutcome(simulation: Simulation): Outcome {
  const { cluster } = simulation;
  const objects = [
    ...cluster.keysOf(
      'GatewayClass',
      'Gateway',
      'ListenerSet',
      'IPAddress',
      'Service',
      'EndpointSlice',
      'TCPRoute',
      'UDPRoute',
    ),
  ]
    .toSorted()
    .map((key) => cluster.get(key))
    .filter((object) => object !== undefined)
    .filter((object) => object.kind !== 'EndpointSlice' || isMirror(object));
  const sections: Record<string, Record<string, unknown>> = {};
  for (const object of objects) {
    const { namespace, name } = object.metadata;
    const line = { [namespace === '' ? name : `${namespace}/${name}`]: describeObject(object, simulation) };
    sections[object.kind] = { ...sections[object.kind], ...line };
  }
  return sections;
}

/**
 * `restore Service default/web`, in the order of the writes; statuses are not told, their content is, nor the finalizers
 * of classes, which stand on each that Gateways use.
 */
export function describeWrites(writes: readonly Write[]): readonly string[] {
  const told = writes.filter(({ verb, key }) => verb !== 'status' && !key.startsWith('GatewayClass/'));
  return told.map((write) => `${verbOf(write)} ${keyText(write.key)}`);
}

function verbOf({ verb, body }: Write): string {
  const { annotations: changed } = (body.metadata ?? {}) as { annotations?: Readonly<Record<string, unknown>> };
  return verb === 'patch' && changed?.[annotations.original] === null ? 'restore' : verb;
}

function keyText(key: string): string {
  return key.replace(/^([^/]+)\/\/?/, '$1 ');
}

function describeObject(object: FollowedObject, simulation: Simulation): unknown {
  const key = `${object.kind}/${object.metadata.namespace}/${object.metadata.name}` as const;
  const state = simulation.actors.entries.get(key as `Gateway/${string}/${string}`)?.state ?? 'no actor';
  const { controllerName } = simulation.config;
  switch (object.kind) {
    case 'GatewayClass':
      return {
        state,
        ...(object.metadata.deletionTimestamp !== undefined && { 'held by': object.finalizers.join(', ') }),
        conditions: describeConditions(object.status.conditions),
        ...(object.status.supportedFeatures && {
          supportedFeatures: object.status.supportedFeatures.map(({ name }) => name).join(', '),
        }),
      };
    case 'Gateway':
      return { state, ...describeGateway(object) };
    case 'ListenerSet':
      return { state, ...describeStatus(object.status) };
    case 'TCPRoute':
    case 'UDPRoute':
      return { state, parents: describeParents(object, controllerName) };
    case 'IPAddress':
      return describeEntry(object);
    case 'EndpointSlice':
      return describeSlice(object);
    case 'Service':
      return simulation.api.isUntouched(key) ? 'untouched' : describeService(object);
    default:
      return undefined;
  }
}

function describeGateway({ metadata, spec, status }: Gateway): Lines {
  const pinned = metadata.annotations[annotations.pinned];
  return {
    ...(Object.keys(metadata.labels).length > 0 && { labels: metadata.labels }),
    ...(pinned !== undefined && { pinned }),
    'spec.addresses': spec.addresses.map(({ value }) => value).join(', '),
    'status.addresses': status.addresses.map(({ value }) => value).join(', '),
    ...(status.attachedListenerSets !== undefined && { attachedListenerSets: status.attachedListenerSets }),
    ...describeStatus(status),
  };
}

function describeStatus({ conditions, listeners }: ListenerSet['status']): Lines {
  return {
    conditions: describeConditions(conditions),
    listeners: Object.fromEntries(listeners.map((listener) => [listener.name, describeListener(listener, conditions)])),
  };
}

const ordinary = new Set(['False, NoConflicts: no conflict', 'True, ResolvedRefs: all references are resolved']);

function describeListener(
  { supportedKinds, attachedRoutes, conditions }: ListenerStatus,
  all: readonly Condition[],
): Lines {
  const { Programmed } = describeConditions(all);
  const told = Object.entries(describeConditions(conditions)).filter(([, text]) => !ordinary.has(String(text)));
  return {
    supportedKinds: supportedKinds.map(({ kind }) => kind).join(', '),
    attachedRoutes,
    ...Object.fromEntries(told.map(([type, text]) => [type, text === Programmed ? 'as the Gateway' : text])),
  };
}

function describeEntry({ metadata, parentRef }: IPAddress): string {
  const released = metadata.annotations[annotations.releasedAt];
  const owner = `${parentRef.resource} ${parentRef.namespace}/${parentRef.name}`;
  return released === undefined ? owner : `${owner}, released at ${released}`;
}

function isMirror({ metadata }: EndpointSlice): boolean {
  return annotations.source in metadata.annotations;
}

function describeSlice({ metadata, addressType, endpoints, ports }: EndpointSlice): Lines {
  return {
    of: metadata.annotations[annotations.source],
    labels: metadata.labels,
    owners: metadata.ownerReferences.map(({ kind, name }) => `${kind} ${name}`).join(', '),
    addressType,
    endpoints: endpoints.map(({ addresses, ...rest }) => ({ [addresses.join(', ')]: rest })),
    ports: ports.map(({ name, protocol, port, appProtocol }) =>
      `${name} ${protocol} ${port} ${appProtocol ?? ''}`.trim(),
    ),
  };
}

function describeParents(route: Route, controllerName: string): unknown {
  return route.status.parents.map((parent) => ({
    ...(parent.controllerName !== controllerName && { controllerName: parent.controllerName }),
    parentRef: Object.fromEntries(Object.entries(parent.parentRef).filter(([, value]) => value !== undefined)),
    ...describeConditions(parent.conditions),
  }));
}

function describeConditions(conditions: readonly Condition[]): Lines {
  return Object.fromEntries(
    conditions.map(({ type, status, reason, message }) => [type, `${status}, ${reason}: ${message}`]),
  );
}

function describeService({ metadata, spec, status }: Service): Lines {
  const text = (map: Readonly<Record<string, string>> | undefined): Lines | undefined =>
    map === undefined || Object.keys(map).length === 0 ? undefined : map;
  const lines: Lines = {
    labels: text(metadata.labels),
    annotations: text(metadata.annotations),
    owners: metadata.ownerReferences.map(({ apiVersion, kind, name }) => `${apiVersion} ${kind} ${name}`).join(', '),
    type: spec.type,
    loadBalancerIP: spec.loadBalancerIP,
    loadBalancerClass: spec.loadBalancerClass,
    allocateLoadBalancerNodePorts: spec.allocateLoadBalancerNodePorts,
    selector: text(spec.selector),
    families: `${spec.ipFamilies.join(', ')} ${spec.ipFamilyPolicy}`,
    externalTrafficPolicy: spec.externalTrafficPolicy,
    trafficDistribution: spec.trafficDistribution,
    sessionAffinity: spec.sessionAffinity === 'None' ? undefined : spec.sessionAffinity,
    ports: spec.ports.map(
      (port) => `${port.name ?? 'unnamed'} ${port.port}/${port.protocol} to ${JSON.stringify(port.targetPort)}`,
    ),
    ingress: status.ingress.map(({ ip, hostname, ipMode = '' }) => `${ip ?? hostname} ${ipMode}`.trim()).join(', '),
  };
  return Object.fromEntries(Object.entries(lines).filter(([, value]) => value !== undefined && value !== ''));
}
