import type { AnnouncerProfile } from './profile.ts';

const address = 'eip.openelb.kubesphere.io/v1alpha1';
const choice = 'lb.kubesphere.io/v1alpha1';

/** OpenELB looks at Services that choose it, reads one address, and shares it by itself. */
export const openelb: AnnouncerProfile = {
  name: 'openelb',
  title: 'OpenELB',
  annotationKeys: [address, choice],
  addressesKey: address,
  annotationsFor: ({ addresses: [first = ''] }) => ({ [address]: first, [choice]: 'openelb' }),
  takesLoadBalancerIP: true,
  mostAddresses: 1,
};
