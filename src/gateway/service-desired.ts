import { parseAddress } from '../ipam/address.ts';
import type { Route } from '../objects/gateway-api.ts';
import type { OwnerReference } from '../objects/kubernetes.ts';
import type { IPFamily, Service, ServicePort } from '../objects/service.ts';
import type { ResolvedBackend } from './backends.ts';
import type { World } from './graph.ts';
import { gatewayApiGroup, keyOf, partsOf } from './keys.ts';
import { annotations, labels, labelValue, portName } from './names.ts';
import type { Contributor, ServicePlan } from './service-plan.ts';
import { addPorts, originalOf } from './service-update.ts';

export type WantedService = Extract<ServicePlan, { kind: 'want' }>;
export type AggregateService = Extract<ServicePlan, { kind: 'aggregate' }>;

/** The fields of a Service that are ours, as they should be; all others are left alone. */
export interface DesiredService {
  readonly metadata: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    /** `undefined`: none of ours, and none is to be removed. */
    readonly ownerReferences?: readonly OwnerReference[];
  };
  readonly spec: Readonly<Record<string, unknown>> & { readonly ports: readonly ServicePort[] };
}

/** What a Service should be: one of our own, a Gateway's, or the user's with our part in it. */
export function desiredService(
  plan: WantedService | AggregateService,
  current: Service | undefined,
  world: World,
): DesiredService {
  if (plan.kind === 'aggregate') return gatewayService(plan, world);
  const { wish } = plan.leader;
  if (wish.behaviour === 'update') {
    const original = current ?? backendOf(plan)?.original;
    return original === undefined ? madeService(plan, world) : updatedService(plan, original, world);
  }
  return madeService(plan, world);
}

function madeService(plan: WantedService, world: World): DesiredService {
  const { wish } = plan.leader;
  const [address = ''] = plan.addresses;
  const original = wish.behaviour === 'duplicate' ? backendOf(plan)?.original : undefined;
  const copied = original === undefined ? {} : copiedFields(original);
  return {
    metadata: {
      labels: ourLabels(plan.addresses, world),
      annotations: ourAnnotations(plan, world),
      ownerReferences: ownersOf(plan),
    },
    spec: {
      type: 'LoadBalancer',
      loadBalancerIP: address,
      selector: wish.selector,
      allocateLoadBalancerNodePorts: false,
      ...familiesOf(plan.addresses),
      ...copied,
      ports: portsOf(plan.contributors),
    },
  };
}

/** A Gateway's own Service: it has no selector, its EndpointSlices are ours. */
function gatewayService(plan: AggregateService, world: World): DesiredService {
  const { gateway, listeners, addresses } = plan;
  const { name, uid } = gateway.metadata;
  const ports = listeners.map(({ listener: { port, protocol } }) => ({
    name: portName(protocol, port),
    port,
    protocol,
    targetPort: port,
  }));
  return {
    metadata: {
      labels: {
        ...ourLabels(addresses, world),
        [labels.gatewayName]: labelValue(name),
        [labels.gatewayClassName]: labelValue(gateway.spec.gatewayClassName),
      },
      annotations: {
        [annotations.controller]: world.settings.controllerName,
        [annotations.gateway]: name,
        [annotations.routes]: [...new Set(listeners.map(({ route }) => keyOf(route)))].toSorted().join(','),
        [annotations.ownerUid]: uid,
        [annotations.behaviour]: 'aggregate',
        [annotations.addresses]: addresses.join(','),
        ...world.announcer.annotationsFor(addresses),
      },
      ownerReferences: [{ apiVersion: `${gatewayApiGroup}/v1`, kind: 'Gateway', name, uid }],
    },
    spec: {
      type: 'LoadBalancer',
      loadBalancerIP: addresses[0],
      selector: {},
      allocateLoadBalancerNodePorts: false,
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

function updatedService(plan: WantedService, original: Service, world: World): DesiredService {
  const ours = { labels: ourLabels(plan.addresses, world), annotations: ourAnnotations(plan, world) };
  const { ports, addedPorts, namedPorts } = addPorts(original, portsOf(plan.contributors));
  const record = originalOf(original) ?? {
    type: original.spec.type,
    loadBalancerIP: original.spec.loadBalancerIP ?? null,
    labels: before(original.metadata.labels, Object.keys(ours.labels)),
    annotations: before(original.metadata.annotations, Object.keys(ours.annotations)),
  };
  return {
    metadata: {
      labels: ours.labels,
      annotations: {
        ...ours.annotations,
        [annotations.original]: JSON.stringify({ ...record, addedPorts, namedPorts }),
      },
    },
    spec: { type: 'LoadBalancer', loadBalancerIP: plan.addresses[0], ports },
  };
}

function before(current: Readonly<Record<string, string>>, keys: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(keys.map((key) => [key, current[key] ?? null]));
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
    ...world.announcer.annotationsFor(plan.addresses),
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
  const families = [...new Set(addresses.flatMap((address) => parseAddress(address)?.family ?? []))];
  return { ipFamilies: families, ipFamilyPolicy: families.length > 1 ? 'RequireDualStack' : 'SingleStack' };
}
