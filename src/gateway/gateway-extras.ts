import type { Gateway } from '../objects/gateway-api.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { StringMap } from '../objects/kubernetes.ts';
import { announcerAnnotationKeys } from './announcers/index.ts';
import type { World } from './graph.ts';
import { keyOf, nameOf } from './keys.ts';
import { annotationPrefix, annotations, labels } from './names.ts';
import { optionsOf } from './options.ts';
import { servedWishes, servicesOnAddress } from './served-wishes.ts';
import { ownTrafficPolicy } from './service-update.ts';

/** What a Gateway puts on its Services beside what makes them serve it. */
export interface Extras {
  readonly labels: StringMap;
  readonly annotations: StringMap;
  /** Fields that its options set; what they leave open is not in it. `null`: to be absent. */
  readonly spec: Readonly<Record<string, unknown>>;
}

export function extrasOf(gateway: Gateway, world: World): Extras {
  return { ...infrastructureOf(gateway), spec: fieldsOf(gateway, world) };
}

/** What goes onto everything that is made for a Gateway. */
export function infrastructureOf({ spec: { infrastructure } }: Gateway): Pick<Extras, 'labels' | 'annotations'> {
  return {
    labels: allowed('labels', infrastructure.labels),
    annotations: allowed('annotations', infrastructure.annotations),
  };
}

/** What of its infrastructure and options does not get onto its Services, and why. */
export function noteExtras(gateway: Gateway, world: World): readonly string[] {
  const { infrastructure } = gateway.spec;
  const refused = (['labels', 'annotations'] as const).flatMap((field) =>
    Object.keys(infrastructure[field]).flatMap((key) => {
      const why = refuseKey(field, key);
      return why === undefined ? [] : [`spec.infrastructure.${field}: "${key}" is not put on Services: ${why}`];
    }),
  );
  return [...refused, ...noteSharing(gateway, world)];
}

/** `Local` and a common address do not go together, whoever wants it. */
function noteSharing(gateway: Gateway, world: World): readonly string[] {
  const isWanted = wantsLocal(gateway, world);
  const themselves = localThemselves(gateway, world);
  const sharing = isWanted || themselves.length > 0 ? sharingServices(gateway, world) : [];
  if (sharing.length < 2) return [];
  const share = `Services ${sharing.map(nameOf).join(', ')} share the address; use the behaviour aggregate for all its routes, or`;
  return [
    ...(isWanted ? [`externalTrafficPolicy Local is not set: ${share} Cluster`] : []),
    ...themselves.map(
      (key) => `Service ${nameOf(key)} has externalTrafficPolicy Local of its own, but ${share} Cluster there`,
    ),
  ];
}

/** Services under `update` whose user has set `Local`: that is left alone. */
function localThemselves(gateway: Gateway, world: World): readonly ObjectKey<'Service'>[] {
  const graph = world.graph(keyOf(gateway));
  const updated = (graph === undefined ? [] : servedWishes(graph, world)).filter(({ wish }) => {
    const service = wish.behaviour === 'update' ? world.view.get(wish.target) : undefined;
    return service !== undefined && ownTrafficPolicy(service) === 'Local';
  });
  return [...new Set(updated.map(({ wish }) => wish.target))].toSorted();
}

function allowed(field: 'labels' | 'annotations', wanted: StringMap): StringMap {
  return Object.fromEntries(Object.entries(wanted).filter(([key]) => refuseKey(field, key) === undefined));
}

/** What Kubernetes and kubectl write themselves, or what makes a Service another one than it is; all else is for everybody. */
const reserved =
  /^((kubectl|node|endpoints|endpointslice|gateway\.networking)\.)?(kubernetes|k8s)\.io\/|^service\.kubernetes\.io\/(headless|service-proxy-name)$/;

function refuseKey(field: 'labels' | 'annotations', key: string): string | undefined {
  const own: readonly string[] = Object.values(field === 'labels' ? labels : annotations);
  if (own.includes(key) || key.startsWith(annotationPrefix)) return 'it is a mark of this controller';
  if (announcerAnnotationKeys.includes(key)) return 'it hands addresses over to an announcer';
  if (reserved.test(key)) return 'Kubernetes writes it itself, or goes by it';
  return undefined;
}

function fieldsOf(gateway: Gateway, world: World): Extras['spec'] {
  const options = optionsOf(gateway, world);
  const isLocal = wantsLocal(gateway, world) && sharingServices(gateway, world).length < 2;
  const fields = {
    externalTrafficPolicy: isLocal ? 'Local' : undefined,
    loadBalancerClass: options.loadBalancerClass,
    allocateLoadBalancerNodePorts: options.allocateLoadBalancerNodePorts,
    sessionAffinity: options.sessionAffinity,
    // The API server takes None only without its configuration.
    sessionAffinityConfig: options.sessionAffinity === 'None' ? null : undefined,
    trafficDistribution: options.trafficDistribution,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function wantsLocal(gateway: Gateway, world: World): boolean {
  return optionsOf(gateway, world).externalTrafficPolicy === 'Local';
}

/** The Services on the address of a Gateway: with `Local` each would take the traffic of a node for itself. */
function sharingServices(gateway: Gateway, world: World): readonly ObjectKey<'Service'>[] {
  const graph = world.graph(keyOf(gateway));
  return graph === undefined ? [] : servicesOnAddress(graph, world);
}
