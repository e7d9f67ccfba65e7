import { familyOf } from '../ipam/address.ts';
import type { Gateway } from '../objects/gateway-api.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { OwnerReference, StringMap } from '../objects/kubernetes.ts';
import type { Endpoint, EndpointPort, EndpointSlice, IPFamily, Service } from '../objects/service.ts';
import type { Settings } from '../objects/view.ts';
import { isEqual } from './equal.ts';
import { infrastructureOf } from './gateway-extras.ts';
import type { World } from './graph.ts';
import { keyOf, nameOf, partsOf } from './keys.ts';
import { managedBy } from './ledger.ts';
import { annotations, labelsFor, portName, serviceNameLabel, sliceName } from './names.ts';
import type { OwnServicePlan } from './own-service-plan.ts';
import { type Addition, noteOf, staleIn } from './service-extras.ts';

type AggregatePlan = Extract<OwnServicePlan, { kind: 'aggregate' }>;

/** Kubernetes' own label for who takes care of an EndpointSlice. */
export const sliceManagerLabel = 'endpointslice.kubernetes.io/managed-by';

/** Kubernetes' own controller puts no more into one slice; kube-proxy and others are tuned to that. */
const mostEndpoints = 100;

/** A slice of a Gateway's own Service, as it should be. */
export interface DesiredSlice {
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly ownerReferences: readonly OwnerReference[];
  };
  readonly addressType: string;
  readonly endpoints: readonly Endpoint[];
  readonly ports: readonly EndpointPort[];
}

export type SliceStep =
  | { readonly kind: 'none' }
  | { readonly kind: 'create'; readonly desired: DesiredSlice }
  | { readonly kind: 'patch'; readonly desired: DesiredSlice; readonly stale: Addition['stale'] }
  | { readonly kind: 'delete' };

/** A port of the Gateway's Service, and the port of the backend's Service that it leads to. */
interface Mapping {
  readonly name: string;
  readonly protocol: string;
  readonly backendPort: string;
}

/**
 * The slices of a Gateway's own Service, by key: each mirrors one slice of a backend, so that a change of one endpoint
 * is one write here too. A slice with no endpoint or no port of ours has no mirror.
 */
export function desiredSlices(
  plan: AggregatePlan,
  service: Service,
  world: World,
): ReadonlyMap<ObjectKey<'EndpointSlice'>, DesiredSlice> {
  const families = new Set(plan.addresses.map(familyOf));
  const whose = whoseOf(plan.gateway, service, world.settings);
  const desired = new Map<ObjectKey<'EndpointSlice'>, DesiredSlice>();
  for (const [backend, layers] of mappingsOf(plan)) {
    for (const source of sourcesOf(backend, families, world)) {
      for (const slice of mirrorsOf(source, layers, whose)) {
        desired.set(keyOfSlice(slice), slice);
      }
    }
  }
  return desired;
}

/** The slices of a backend that addresses of these families can lead to. */
export function sourcesOf(
  backend: ObjectKey<'Service'>,
  families: ReadonlySet<IPFamily>,
  { view }: Pick<World, 'view'>,
): readonly EndpointSlice[] {
  return view.slicesOf(backend).filter(({ addressType }) => families.has(addressType as IPFamily));
}

/** What a port of a backend's Service is in one of its slices; `undefined` where the pods there do not have it. */
export function portIn(source: EndpointSlice, name: string, protocol: string): EndpointPort | undefined {
  return source.ports.find((own) => own.name === name && own.protocol === protocol);
}

/** The Service that they are of, and what stands on all of them. */
interface Whose {
  readonly service: Service;
  readonly labels: StringMap;
  readonly annotations: StringMap;
}

function whoseOf(gateway: Gateway, service: Service, settings: Settings): Whose {
  const extras = infrastructureOf(gateway);
  const own = { [serviceNameLabel]: service.metadata.name, [sliceManagerLabel]: managedBy(settings) };
  return {
    service,
    labels: { ...extras.labels, ...own, ...labelsFor(gateway) },
    annotations: {
      ...extras.annotations,
      ...noteOf({ ...extras, spec: {} }),
      [annotations.controller]: settings.controllerName,
    },
  };
}

/** Mappings of different ports of ours: what one slice can hold. */
type Layer = Mapping[];

/**
 * By backend Service: which of its ports stand behind which of ours. Nearly always in one layer: two only where two
 * backendRefs of a route name two ports of one Service, which stand behind one port of ours.
 */
function mappingsOf({ listeners }: AggregatePlan): ReadonlyMap<ObjectKey<'Service'>, readonly Layer[]> {
  const mappings = new Map<ObjectKey<'Service'>, Layer[]>();
  for (const { listener, backends } of listeners) {
    const name = portName(listener.protocol, listener.port);
    for (const { resolved } of backends) {
      if (resolved.original === undefined || resolved.port === undefined) continue;
      const key = keyOf(resolved.original);
      const layers = mappings.get(key) ?? [];
      mappings.set(key, layers);
      addMapping({ name, protocol: listener.protocol, backendPort: resolved.port.name ?? '' }, layers);
    }
  }
  return mappings;
}

function addMapping(mapping: Mapping, layers: Layer[]): void {
  if (layers.flat().some((other) => isEqual(other, mapping))) return;
  const open = layers.find((layer) => layer.every(({ name }) => name !== mapping.name));
  if (open === undefined) layers.push([mapping]);
  else open.push(mapping);
}

function mirrorsOf(source: EndpointSlice, layers: readonly Layer[], whose: Whose): readonly DesiredSlice[] {
  return layers.flatMap((layer, depth) => {
    const ports = portsOf(source, layer);
    const chunks = ports.length === 0 ? [] : inChunks(source.endpoints);
    return chunks.map((endpoints, index) => {
      const part = `${source.addressType}/${depth}/${index}`;
      return mirror({ source, part, endpoints, ports }, whose);
    });
  });
}

/** In the order of the names, as another order would be another slice. */
function portsOf(source: EndpointSlice, layer: Layer): readonly EndpointPort[] {
  const ports = layer.flatMap(({ name, protocol, backendPort }) => {
    const port = portIn(source, backendPort, protocol);
    return port === undefined ? [] : [{ ...port, name }];
  });
  return ports.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function inChunks(endpoints: readonly Endpoint[]): readonly (readonly Endpoint[])[] {
  const count = Math.ceil(endpoints.length / mostEndpoints);
  return Array.from({ length: count }, (_, i) => endpoints.slice(i * mostEndpoints, (i + 1) * mostEndpoints));
}

interface Part {
  readonly source: EndpointSlice;
  /** Tells apart the slices that mirror one source. */
  readonly part: string;
  readonly endpoints: readonly Endpoint[];
  readonly ports: readonly EndpointPort[];
}

function mirror(
  { source, part, endpoints, ports }: Part,
  { service, labels, annotations: marks }: Whose,
): DesiredSlice {
  const { namespace, name, uid } = service.metadata;
  const from = nameOf(keyOf(source));
  return {
    metadata: {
      namespace,
      name: sliceName(name, `${from}/${part}`),
      labels,
      annotations: { ...marks, [annotations.source]: from },
      // Without blockOwnerDeletion, which not everybody may set (OwnerReferencesPermissionEnforcement).
      ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name, uid, controller: true }],
    },
    addressType: source.addressType,
    endpoints,
    ports,
  };
}

function keyOfSlice({ metadata }: DesiredSlice): ObjectKey<'EndpointSlice'> {
  return keyOf({ kind: 'EndpointSlice', metadata });
}

/** Slices that are ours and not as they should be. */
export function slicesOutOfStep(
  plan: AggregatePlan,
  service: Service,
  world: World,
): readonly ObjectKey<'EndpointSlice'>[] {
  const desired = desiredSlices(plan, service, world);
  const there = ownSlicesOf(keyOf(service), world).map((slice) => keyOf(slice));
  return [...new Set([...there, ...desired.keys()])].filter(
    (key) => stepOfSlice(desired.get(key), world.view.get(key), world.settings).kind !== 'none',
  );
}

/** The one write that brings a slice to what it should be: `none` at rest, and for a slice of somebody else. */
export function stepOfSlice(
  desired: DesiredSlice | undefined,
  current: EndpointSlice | undefined,
  settings: Settings,
): SliceStep {
  if (current === undefined) return desired === undefined ? { kind: 'none' } : { kind: 'create', desired };
  if (!isOurSlice(current, settings) || current.metadata.deletionTimestamp !== undefined) return { kind: 'none' };
  if (desired === undefined) return { kind: 'delete' };
  const { labels, annotations: marks, ownerReferences } = current.metadata;
  const stale = staleIn(marks, desired.metadata);
  const isSame =
    stale.labels.every((key) => !(key in labels)) &&
    stale.annotations.every((key) => !(key in marks)) &&
    isEqual(current.endpoints, desired.endpoints) &&
    isEqual(current.ports, desired.ports) &&
    isEqual(ownerReferences, desired.metadata.ownerReferences) &&
    Object.entries(desired.metadata.labels).every(([key, value]) => labels[key] === value) &&
    Object.entries(desired.metadata.annotations).every(([key, value]) => marks[key] === value);
  return isSame ? { kind: 'none' } : { kind: 'patch', desired, stale };
}

export function isOurSlice({ metadata }: EndpointSlice, settings: Settings): boolean {
  return (
    metadata.labels[sliceManagerLabel] === managedBy(settings) &&
    metadata.annotations[annotations.controller] === settings.controllerName
  );
}

function ownSlicesOf(service: ObjectKey<'Service'>, { view, settings }: World): readonly EndpointSlice[] {
  return view.slicesOf(service).filter((slice) => isOurSlice(slice, settings));
}

/** Slices that somebody else put on a Gateway's own Service: kube-proxy serves them, and we leave them alone. */
export function strangersSlices(service: ObjectKey<'Service'>, { view, settings }: World): readonly string[] {
  return view
    .slicesOf(service)
    .filter((slice) => !isOurSlice(slice, settings))
    .map(({ metadata }) => metadata.name)
    .toSorted();
}

/** The whole object to create; a patch takes the same, without what is `stale`: `addressType` cannot change. */
export function sliceManifest(desired: DesiredSlice, stale?: Addition['stale']): Readonly<Record<string, unknown>> {
  const { labels, annotations: marks, ...metadata } = desired.metadata;
  const gone = (keys: readonly string[] = []) => Object.fromEntries(keys.map((key) => [key, null]));
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    ...desired,
    metadata: {
      ...metadata,
      labels: { ...gone(stale?.labels), ...labels },
      annotations: { ...gone(stale?.annotations), ...marks },
    },
  };
}

/** The Gateway's own Service that a slice of ours belongs to, by its name, whether the slice is there or not. */
export function serviceKeyOfSlice(slice: ObjectKey<'EndpointSlice'>): ObjectKey<'Service'> {
  const { namespace, name } = partsOf(slice);
  return `Service/${namespace}/${name.slice(0, name.lastIndexOf('-'))}`;
}
