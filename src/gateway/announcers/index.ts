import type { ObjectKey } from '../../objects/keys.ts';
import type { StringMap } from '../../objects/kubernetes.ts';
import type { AnnouncerName } from '../../objects/view.ts';
import type { World } from '../graph.ts';
import { annotations } from '../names.ts';
import { optionsOf } from '../options.ts';
import { cilium } from './cilium.ts';
import { kubeVip } from './kube-vip.ts';
import { loxilb } from './loxilb.ts';
import { metallb } from './metallb.ts';
import { none } from './none.ts';
import { openelb } from './openelb.ts';
import type { AnnouncerProfile } from './profile.ts';
import { purelb } from './purelb.ts';

export const announcers: Readonly<Record<AnnouncerName, AnnouncerProfile>> = {
  'kube-vip': kubeVip,
  metallb,
  cilium,
  purelb,
  openelb,
  loxilb,
  none,
};

const profiles = Object.values(announcers);

/** All that any announcer's profile may set on a Service: a change of announcer removes the former one's. */
export const announcerAnnotationKeys: readonly string[] = profiles.flatMap(({ annotationKeys }) => annotationKeys);

/** All classes that a profile may have given a Service. */
export const announcerClasses: readonly string[] = profiles.flatMap(({ loadBalancerClass }) => loadBalancerClass ?? []);

const addressKeys = profiles.flatMap(({ addressesKey }) => addressesKey ?? []);

/** Who announces the addresses of a Gateway. */
export function announcerFor(
  key: ObjectKey<'Gateway'>,
  { view, settings }: Pick<World, 'view' | 'settings'>,
): AnnouncerProfile {
  const gateway = view.get(key);
  return announcers[(gateway === undefined ? settings : optionsOf(gateway, { view, settings })).announcer];
}

/** The texts of addresses that a Service asks an announcer for, whoever wrote them, and of those that are ours to ask. */
export function addressesAskedFor(marks: StringMap, type: string): readonly string[] {
  const keys = type === 'LoadBalancer' ? [annotations.addresses, ...addressKeys] : [annotations.addresses];
  return keys.flatMap((key) => marks[key]?.split(',') ?? []).map((text) => text.trim());
}
