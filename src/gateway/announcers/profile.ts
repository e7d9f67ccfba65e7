import type { ObjectKey } from '../../objects/keys.ts';
import type { StringMap } from '../../objects/kubernetes.ts';
import type { AnnouncerName } from '../../objects/view.ts';

/** What is to be announced for one Service. */
export interface Announcement {
  /** In canonical text, the Gateway's first one first. */
  readonly addresses: readonly string[];
  /** Whose addresses they are: all Services of one Gateway share them. */
  readonly gateway: ObjectKey<'Gateway'>;
  readonly externalTrafficPolicy: 'Cluster' | 'Local';
}

/** How a chosen address is handed to whatever makes it reachable: annotations and fields of the Service. */
export interface AnnouncerProfile {
  readonly name: AnnouncerName;
  /** As its makers write it, for messages. */
  readonly title: string;
  /** Annotations that this profile may set: what is stale of them is removed. */
  readonly annotationKeys: readonly string[];
  /** The one among them that names the addresses, as a comma list. */
  readonly addressesKey?: string;
  annotationsFor(announcement: Announcement): StringMap;
  /** False where `spec.loadBalancerIP` beside the annotation is an error. */
  readonly takesLoadBalancerIP: boolean;
  /** Where it looks only at Services of its own class. */
  readonly loadBalancerClass?: string;
  /** Where it sends traffic to node ports. */
  readonly needsNodePorts?: true;
  /** How many addresses one Service can have; absent: one of each family. */
  readonly mostAddresses?: 1;
  /** Nobody else acts: the controller writes the ingress itself. */
  readonly writesIngress?: true;
  /** The address that an ingress entry without one stands for. */
  addressOfHostname?(hostname: string): string;
}

/** `namespace/name`: the same for all Services of a Gateway, and for no others. */
export function sharingKey({ gateway }: Announcement): string {
  return gateway.slice(gateway.indexOf('/') + 1);
}
