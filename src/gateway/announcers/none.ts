import { annotations } from '../names.ts';
import type { AnnouncerProfile } from './profile.ts';

/**
 * Nobody announces: a router or the cluster's dataplane has the addresses already. The controller writes the ingress,
 * and says so on the Service: what it wrote there it has to take off again, whatever the announcer is by then.
 */
export const none: AnnouncerProfile = {
  name: 'none',
  title: 'the controller',
  annotationKeys: [annotations.announcer],
  annotationsFor: () => ({ [annotations.announcer]: 'none' }),
  takesLoadBalancerIP: true,
  writesIngress: true,
};
