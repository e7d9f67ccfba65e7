import { type AnnouncerProfile, sharingKey } from './profile.ts';

const addresses = 'lbipam.cilium.io/ips';
const sharing = 'lbipam.cilium.io/sharing-key';
const acrossNamespaces = 'lbipam.cilium.io/sharing-cross-namespace';

/** Cilium's LB IPAM; routes of one Gateway may have their Services in several namespaces. */
export const cilium: AnnouncerProfile = {
  name: 'cilium',
  title: 'Cilium',
  annotationKeys: [addresses, sharing, acrossNamespaces],
  addressesKey: addresses,
  annotationsFor: (announcement) => ({
    [addresses]: announcement.addresses.join(','),
    [sharing]: sharingKey(announcement),
    [acrossNamespaces]: '*',
  }),
  takesLoadBalancerIP: true,
};
