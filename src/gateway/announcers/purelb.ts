import { type AnnouncerProfile, sharingKey } from './profile.ts';

const addresses = 'purelb.io/addresses';
const sharing = 'purelb.io/allow-shared-ip';

export const purelb: AnnouncerProfile = {
  name: 'purelb',
  title: 'PureLB',
  annotationKeys: [addresses, sharing],
  addressesKey: addresses,
  annotationsFor: (announcement) => ({
    [addresses]: announcement.addresses.join(','),
    [sharing]: sharingKey(announcement),
  }),
  takesLoadBalancerIP: true,
};
