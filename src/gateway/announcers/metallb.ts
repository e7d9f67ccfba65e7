import { type AnnouncerProfile, sharingKey } from './profile.ts';

const addresses = 'metallb.io/loadBalancerIPs';
const sharing = 'metallb.io/allow-shared-ip';

/** MetalLB refuses a Service that has both the annotation and `spec.loadBalancerIP`. */
export const metallb: AnnouncerProfile = {
  name: 'metallb',
  title: 'MetalLB',
  annotationKeys: [addresses, sharing],
  addressesKey: addresses,
  annotationsFor: (announcement) => ({
    [addresses]: announcement.addresses.join(','),
    [sharing]: sharingKey(announcement),
  }),
  takesLoadBalancerIP: false,
};
