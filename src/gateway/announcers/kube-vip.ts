import type { ObjectKey } from '../../objects/keys.ts';
import { partsOf } from '../keys.ts';
import { labelValue } from '../names.ts';
import type { AnnouncerProfile } from './profile.ts';

const addresses = 'kube-vip.io/loadbalancerIPs';
const lease = 'kube-vip.io/leaseName';

/**
 * kube-vip 0.6 and newer reads the annotation, older ones `spec.loadBalancerIP`. Where it elects a node per Service, one
 * lease for all Services of a Gateway keeps their address on one node; it refuses that lease with policy `Local`.
 */
export const kubeVip: AnnouncerProfile = {
  name: 'kube-vip',
  title: 'kube-vip',
  annotationKeys: [addresses, lease],
  addressesKey: addresses,
  annotationsFor: (announcement) => ({
    [addresses]: announcement.addresses.join(','),
    ...(announcement.externalTrafficPolicy === 'Cluster' && { [lease]: leaseOf(announcement.gateway) }),
  }),
  takesLoadBalancerIP: true,
};

/** `namespace/name` of the lease: named so that nobody else's is meant, and not longer than a name may be. */
function leaseOf(gateway: ObjectKey<'Gateway'>): string {
  const { namespace, name } = partsOf(gateway);
  return `${namespace}/kubevip-gateway-${labelValue(name)}`;
}
