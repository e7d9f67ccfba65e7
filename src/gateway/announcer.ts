import type { StringMap } from '../objects/kubernetes.ts';

/** How a chosen address is handed to whatever makes it reachable: annotations and fields of the Service. */
export interface AnnouncerProfile {
  readonly name: string;
  /** Annotations that this profile may set: what is stale of them is removed. */
  readonly annotationKeys: readonly string[];
  annotationsFor(addresses: readonly string[]): StringMap;
}

const kubeVipAddresses = 'kube-vip.io/loadbalancerIPs';

/** kube-vip 0.6 and newer reads the annotation, older ones `spec.loadBalancerIP`, which is always set. */
export const kubeVip: AnnouncerProfile = {
  name: 'kube-vip',
  annotationKeys: [kubeVipAddresses],
  annotationsFor: (addresses) => ({ [kubeVipAddresses]: addresses.join(',') }),
};
