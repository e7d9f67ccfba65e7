import { canonicalAddress } from '../ipam/address.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { StringMap } from '../objects/kubernetes.ts';
import type { Ingress, Service } from '../objects/service.ts';
import { announcerClasses, announcerFor } from './announcers/index.ts';
import type { AnnouncerProfile } from './announcers/profile.ts';
import type { World } from './graph.ts';
import { nameOf } from './keys.ts';
import { annotations } from './names.ts';
import { optionsOf } from './options.ts';

/** What hands a Gateway's addresses over to its announcer, as parts of a Service; `null`: not set. */
export interface Handover {
  readonly annotations: StringMap;
  readonly spec: { readonly loadBalancerIP: string | null; readonly loadBalancerClass?: string };
  /** Of a Service that is ours alone. */
  readonly allocateLoadBalancerNodePorts: boolean;
}

export interface Announced {
  readonly gateway: ObjectKey<'Gateway'>;
  readonly addresses: readonly string[];
  readonly externalTrafficPolicy: 'Cluster' | 'Local';
}

export function handOver({ gateway, addresses, externalTrafficPolicy }: Announced, world: World): Handover {
  const profile = announcerFor(gateway, world);
  const { takesLoadBalancerIP, loadBalancerClass, needsNodePorts = false } = profile;
  return {
    annotations: profile.annotationsFor({ addresses, gateway, externalTrafficPolicy }),
    spec: {
      loadBalancerIP: takesLoadBalancerIP ? (addresses[0] ?? null) : null,
      ...(loadBalancerClass !== undefined && { loadBalancerClass }),
    },
    allocateLoadBalancerNodePorts: needsNodePorts,
  };
}

/** The addresses that the ingress of a Service carries, in canonical text. */
export function carriedAddresses(service: Service, profile: AnnouncerProfile): readonly string[] {
  const texts = service.status.ingress.map(
    ({ ip, hostname }) => ip ?? (hostname === undefined ? '' : (profile.addressOfHostname?.(hostname) ?? '')),
  );
  return texts.flatMap((text) => canonicalAddress(text) ?? []);
}

/** Which of a Gateway's addresses are not in the ingress, and why that may be so. */
export function otherAddressText(
  service: Service,
  carried: readonly string[],
  wanted: readonly string[],
  profile: AnnouncerProfile,
): string {
  const missing = wanted.filter((address) => !carried.includes(address));
  const { mostAddresses = wanted.length } = profile;
  const limit = mostAddresses < wanted.length ? ` (${profile.title} takes one address a Service)` : '';
  const { namespace, name } = service.metadata;
  return `Service ${namespace}/${name} carries ${carried.join(', ')}, not ${missing.join(', ')}${limit}`;
}

/**
 * The ingress to write where nobody else does it; `undefined` where it is as it should be, or not ours to write.
 * @param addresses of the Gateway; none where the Service is about to be the user's again.
 */
export function ingressToWrite(service: Service, addresses: readonly string[]): readonly Ingress[] | undefined {
  const { type } = service.spec;
  if (service.metadata.annotations[annotations.announcer] !== 'none' || type !== 'LoadBalancer') return undefined;
  const there = service.status.ingress;
  if (addresses.length === 0) {
    const ours = new Set(service.metadata.annotations[annotations.addresses]?.split(','));
    const others = there.filter(({ ip }) => ip === undefined || !ours.has(ip));
    return others.length === there.length ? undefined : others;
  }
  const isThere =
    there.length === addresses.length &&
    // Before Kubernetes 1.30 the field is not kept, and means the same.
    there.every(({ ip, ipMode = 'VIP' }, index) => ip === addresses[index] && ipMode === 'VIP');
  return isThere ? undefined : addresses.map((ip) => ({ ip, ipMode: 'VIP' }));
}

/**
 * `loadBalancerClass` cannot be changed while a Service is a LoadBalancer: our own is made anew where a change of
 * announcer asks for another class. A class that neither announcer has is somebody else's word, and left alone.
 */
export function isOfFormerClass({ spec }: Service, wanted: string | undefined): boolean {
  const { type, loadBalancerClass } = spec;
  if (type !== 'LoadBalancer' || loadBalancerClass === wanted) return false;
  return (
    announcerClasses.includes(loadBalancerClass ?? '') || (wanted !== undefined && loadBalancerClass === undefined)
  );
}

/**
 * Why a user's own Service, which is a LoadBalancer already, cannot be given to the announcer. Where the Gateway's
 * options name a class, that counts instead.
 */
export function refuseClass(
  key: ObjectKey<'Service'>,
  service: Service,
  gateway: ObjectKey<'Gateway'>,
  world: World,
): string | undefined {
  const { title, loadBalancerClass: wanted } = announcerFor(gateway, world);
  const { type, loadBalancerClass: there } = service.spec;
  const owner = world.view.get(gateway);
  if (owner !== undefined && optionsOf(owner, world).loadBalancerClass !== undefined) return undefined;
  if (type !== 'LoadBalancer' || there === wanted) return undefined;
  if (wanted === undefined && !announcerClasses.includes(there ?? '')) return undefined;
  return (
    `Service ${nameOf(key)} is a LoadBalancer with spec.loadBalancerClass ${there ?? 'unset'}, ${title} wants it ` +
    `${wanted ?? 'unset'}, and it cannot be changed: set spec.type to ClusterIP`
  );
}
