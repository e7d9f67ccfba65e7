import { familyOf } from '../ipam/address.ts';
import type { Route } from '../objects/gateway-api.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { OwnerReference } from '../objects/kubernetes.ts';
import type { IPFamily, Service, ServicePort } from '../objects/service.ts';
import { type Announced, handOver } from './announcement.ts';
import { announcerAnnotationKeys } from './announcers/index.ts';
import type { ResolvedBackend } from './backends.ts';
import { type Extras, extrasOf } from './gateway-extras.ts';
import type { World } from './graph.ts';
import { gatewayApiGroup, keyOf, partsOf } from './keys.ts';
import { annotations, labels, labelsFor, labelValue, portName } from './names.ts';
import { addFields, addToOwn, noteOf } from './service-extras.ts';
import type { Contributor, ServicePlan } from './service-plan.ts';
import { addPorts, type OriginalRecord, originalOf, ownTrafficPolicy } from './service-update.ts';

export type WantedService = Extract<ServicePlan, { kind: 'want' }>;
export type AggregateService = Extract<ServicePlan, { kind: 'aggregate' }>;

/** The fields of a Service that are ours, as they should be; all others are left alone. */
export interface DesiredService {
  readonly metadata: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    /** Labels and annotations that go, where they are not wanted: of our own Services all that we ever set. */
    readonly managedLabels?: readonly string[];
    readonly managedAnnotations?: readonly string[];
    /** `undefined`: none of ours, and none is to be removed. */
    readonly ownerReferences?: readonly OwnerReference[];
  };
  readonly spec: Readonly<Record<string, unknown>> & { readonly ports: readonly ServicePort[] };
}

/** The Gateway whose addresses a Service is to carry. */
export function gatewayOfPlan(plan: WantedService | AggregateService): ObjectKey<'Gateway'> {
  return plan.kind === 'aggregate' ? keyOf(plan.gateway) : plan.leader.wish.gateway;
}

/** What a Service should be: one of our own, a Gateway's, or the user's with our part in it. */
export function desiredService(
  plan: WantedService | AggregateService,
  current: Service | undefined,
  world: World,
): DesiredService {
  const gateway = world.view.get(gatewayOfPlan(plan));
  const extras = gateway === undefined ? noExtras : extrasOf(gateway, world);
  if (plan.kind === 'aggregate') return withExtras(gatewayService(plan, extras, world), extras, current);
  if (plan.leader.wish.behaviour === 'update') {
    const original = current ?? backendOf(plan)?.original;
    if (original !== undefined) return updatedService(plan, original, extras, world);
  }
  return withExtras(madeService(plan, extras, world), extras, current);
}

const noExtras: Extras = { labels: {}, annotations: {}, spec: {} };

/** A Service that we make, with what its Gateway puts on it. */
function withExtras({ metadata, spec }: DesiredService, extras: Extras, current: Service | undefined): DesiredService {
  const { sessionAffinityConfig, ...rest } = spec;
  // A copy's affinity has no configuration where the Gateway's options make it another one than the original's.
  const isConfigured = sessionAffinityConfig !== null || extras.spec.sessionAffinity !== 'ClientIP';
  const base = isConfigured ? spec : rest;
  const added = addToOwn(extras, current, base);
  return {
    metadata: {
      ...metadata,
      labels: { ...added.labels, ...metadata.labels },
      annotations: { ...added.annotations, ...metadata.annotations },
      managedLabels: added.stale.labels,
      managedAnnotations: [...Object.values(annotations), ...announcerAnnotationKeys, ...added.stale.annotations],
    },
    spec: { ...base, ...added.spec, ...familiesInPlace(spec, current), ports: spec.ports },
  };
}

/** The first family of a Service cannot be changed: the others follow it, in whatever order the Gateway has them. */
function familiesInPlace({ ipFamilies }: DesiredService['spec'], current: Service | undefined): object {
  const [first] = current?.spec.ipFamilies ?? [];
  if (first === undefined || !Array.isArray(ipFamilies) || !ipFamilies.includes(first)) return {};
  return { ipFamilies: [first, ...ipFamilies.filter((family) => family !== first)] };
}

/** @param own the policy that the Service has without the Gateway's options. */
function announcedBy(plan: WantedService | AggregateService, extras: Extras, own?: unknown): Announced {
  const externalTrafficPolicy = (extras.spec.externalTrafficPolicy ?? own) === 'Local' ? 'Local' : 'Cluster';
  return { gateway: gatewayOfPlan(plan), addresses: plan.addresses, externalTrafficPolicy };
}

function madeService(plan: WantedService, extras: Extras, world: World): DesiredService {
  const { wish } = plan.leader;
  const { annotations: handedOver, spec, ...others } = handOver(announcedBy(plan, extras), world);
  const original = wish.behaviour === 'duplicate' ? backendOf(plan)?.original : undefined;
  const copied = original === undefined ? {} : copiedFields(original);
  return {
    metadata: {
      labels: { ...ourLabels(plan.addresses, world), ...labelsFor(world.view.get(gatewayOfPlan(plan))) },
      annotations: { ...ourAnnotations(plan, world), ...handedOver },
      ownerReferences: ownersOf(plan),
    },
    spec: {
      type: 'LoadBalancer',
      ...spec,
      selector: wish.selector,
      ...others,
      ...familiesOf(plan.addresses),
      ...copied,
      ports: portsOf(plan.contributors),
    },
  };
}

/** A Gateway's own Service: it has no selector, its EndpointSlices are ours. */
function gatewayService(plan: AggregateService, extras: Extras, world: World): DesiredService {
  const { gateway, listeners, addresses } = plan;
  const { annotations: handedOver, spec, ...others } = handOver(announcedBy(plan, extras), world);
  const { name, uid } = gateway.metadata;
  const ports = listeners.map(({ listener: { port, protocol } }) => ({
    name: portName(protocol, port),
    port,
    protocol,
    targetPort: port,
  }));
  return {
    metadata: {
      labels: { ...ourLabels(addresses, world), ...labelsFor(gateway) },
      annotations: {
        [annotations.controller]: world.settings.controllerName,
        [annotations.gateway]: name,
        [annotations.routes]: [...new Set(listeners.map(({ route }) => keyOf(route)))].toSorted().join(','),
        [annotations.ownerUid]: uid,
        [annotations.behaviour]: 'aggregate',
        [annotations.addresses]: addresses.join(','),
        ...handedOver,
      },
      ownerReferences: [{ apiVersion: `${gatewayApiGroup}/v1`, kind: 'Gateway', name, uid }],
    },
    spec: {
      type: 'LoadBalancer',
      ...spec,
      selector: {},
      ...others,
      ...familiesOf(addresses),
      ports: ports.toSorted(byPort),
    },
  };
}

/** What decides where a Service's traffic goes, and how: a copy keeps in step in these. `null`: not set. */
function copiedFields(original: Service): Readonly<Record<string, unknown>> {
  const { spec } = original;
  return {
    selector: spec.selector ?? {},
    sessionAffinity: spec.sessionAffinity ?? 'None',
    sessionAffinityConfig: spec.sessionAffinityConfig ?? null,
    publishNotReadyAddresses: spec.publishNotReadyAddresses === true ? true : null,
    trafficDistribution: spec.trafficDistribution ?? null,
  };
}

// oxlint-disable-next-line max-params -- one call site; an object would only rename them
function updatedService(plan: WantedService, original: Service, extras: Extras, world: World): DesiredService {
  const { annotations: handedOver, spec } = handOver(announcedBy(plan, extras, ownTrafficPolicy(original)), world);
  const ours = {
    labels: { ...extras.labels, ...ourLabels(plan.addresses, world) },
    annotations: { ...extras.annotations, ...noteOf(extras), ...ourAnnotations(plan, world), ...handedOver },
  };
  const { ports, addedPorts, namedPorts } = addPorts(original, portsOf(plan.contributors));
  const known = originalOf(original);
  const record = {
    // Whatever we made of it, a user who sets another type means that one.
    type: original.spec.type === 'LoadBalancer' ? (known?.type ?? 'LoadBalancer') : original.spec.type,
    loadBalancerIP: known === undefined ? (original.spec.loadBalancerIP ?? null) : known.loadBalancerIP,
    labels: before(original.metadata.labels, Object.keys(ours.labels), known?.labels),
    annotations: before(original.metadata.annotations, Object.keys(ours.annotations), known?.annotations),
  };
  const former = formerOnes(known?.annotations ?? {}, record.annotations);
  const formerLabels = formerOnes(known?.labels ?? {}, record.labels);
  const fields = addFields(extras, original, known?.fields);
  return {
    metadata: {
      labels: { ...formerLabels.values, ...ours.labels },
      annotations: {
        ...former.values,
        ...ours.annotations,
        [annotations.original]: JSON.stringify({ ...record, addedPorts, namedPorts, ...fields.record }),
      },
      managedLabels: formerLabels.added,
      managedAnnotations: [...Object.values(annotations), ...former.added],
    },
    spec: { type: 'LoadBalancer', ...spec, ...fields.spec, ports },
  };
}

/** What stood at these keys before we first wrote there; `null`: nothing. */
function before(
  current: Readonly<Record<string, string>>,
  keys: readonly string[],
  known: OriginalRecord['annotations'] = {},
): Record<string, string | null> {
  return Object.fromEntries(keys.map((key) => [key, key in known ? (known[key] ?? null) : (current[key] ?? null)]));
}

/** Keys that we set once and want no more (of another announcer, say): what was there is put back. */
function formerOnes(
  known: OriginalRecord['annotations'],
  now: OriginalRecord['annotations'],
): { readonly values: Record<string, string>; readonly added: readonly string[] } {
  const former = Object.entries(known).filter(([key]) => !(key in now));
  return {
    values: Object.fromEntries(former.flatMap(([key, value]) => (value === null ? [] : [[key, value]]))),
    added: former.flatMap(([key, value]) => (value === null ? [key] : [])),
  };
}

function ourLabels(addresses: readonly string[], world: World): Record<string, string> {
  return {
    [labels.address]: labelValue(addresses.join('-')),
    [labels.implementation]: labelValue(world.settings.implementationLabel),
  };
}

function ourAnnotations(plan: WantedService, world: World): Record<string, string> {
  const { leader, contributors } = plan;
  const parents = contributors
    .toReversed()
    .map(({ resolution: { route } }) => [annotations[route.kind], markOf(route, namespaceOf(plan))]);
  return {
    [annotations.controller]: world.settings.controllerName,
    ...Object.fromEntries(parents),
    [annotations.ownerUid]: leader.resolution.route.metadata.uid,
    [annotations.behaviour]: leader.wish.behaviour,
    [annotations.addresses]: plan.addresses.join(','),
  };
}

/** One port per listener that a contributor serves, in the order of the port numbers. */
function portsOf(contributors: readonly Contributor[]): readonly ServicePort[] {
  const ports = contributors.flatMap(({ wish }) =>
    wish.serves.map(({ port, protocol }) => ({
      name: portName(protocol, port),
      port,
      protocol,
      targetPort: wish.backends[0]?.resolved.targetPort ?? port,
    })),
  );
  return ports.toSorted(byPort);
}

function byPort(a: ServicePort, b: ServicePort): number {
  return a.port - b.port || (a.protocol < b.protocol ? -1 : 1);
}

function backendOf({ leader }: WantedService): ResolvedBackend | undefined {
  return leader.wish.backends[0]?.resolved;
}

/**
 * The collector deletes the Service with its last owner; a merged Service has several. A namespaced owner must be in
 * the same namespace: with a route of another one among them there is none, and our own sweep deletes the Service.
 */
function ownersOf(plan: WantedService): readonly OwnerReference[] {
  const namespace = namespaceOf(plan);
  if (plan.contributors.some(({ resolution: { route } }) => route.metadata.namespace !== namespace)) return [];
  return plan.contributors.map(({ resolution: { route } }) => ({
    apiVersion: `${gatewayApiGroup}/${route.version}`,
    kind: route.kind,
    name: route.metadata.name,
    uid: route.metadata.uid,
  }));
}

function namespaceOf({ leader }: WantedService): string {
  return partsOf(leader.wish.target).namespace;
}

/** How a Service's annotation names a route: as the Go original did, with its namespace where that is another one. */
function markOf({ metadata: { namespace, name } }: Route, serviceNamespace: string): string {
  return namespace === serviceNamespace ? name : `${namespace}/${name}`;
}

function familiesOf(addresses: readonly string[]): { ipFamilies: readonly IPFamily[]; ipFamilyPolicy: string } {
  const families = [...new Set(addresses.map(familyOf))];
  return { ipFamilies: families, ipFamilyPolicy: families.length > 1 ? 'RequireDualStack' : 'SingleStack' };
}
