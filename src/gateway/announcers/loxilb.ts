import type { AnnouncerProfile } from './profile.ts';

const address = 'loxilb.io/staticIP';

/**
 * kube-loxilb looks at Services of its class only, reads one address, tells Services on it apart by port and protocol,
 * and sends to node ports. Its ingress is a host name, the address behind the name of a zone: `llb-10.0.0.1`.
 */
export const loxilb: AnnouncerProfile = {
  name: 'loxilb',
  title: 'LoxiLB',
  annotationKeys: [address],
  addressesKey: address,
  annotationsFor: ({ addresses: [first = ''] }) => ({ [address]: first }),
  takesLoadBalancerIP: true,
  loadBalancerClass: 'loxilb.io/loxilb',
  needsNodePorts: true,
  mostAddresses: 1,
  addressOfHostname: (hostname) => hostname.slice(hostname.lastIndexOf('-') + 1),
};
