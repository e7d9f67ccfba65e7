import type { Holding } from '../ipam/report.ts';
import type { Gateway } from '../objects/gateway-api.ts';
import type { IPAddress } from '../objects/ip-address.ts';
import type { ClusterView, Settings } from '../objects/view.ts';
import { classStandingOf } from './gateway-class.ts';
import { isOurEntry } from './ledger.ts';
import { annotations } from './names.ts';

/** Who has which address: from the ledger, or, where the cluster has none, from the Gateways' statuses. */
export function holdingsOf(
  entries: Iterable<IPAddress>,
  gateways: Iterable<Gateway>,
  { view, settings }: { readonly view: ClusterView; readonly settings: Settings },
): readonly Holding[] {
  if (view.isServed('IPAddress')) {
    return [...entries]
      .filter((entry) => isOurEntry(entry, settings))
      .map(({ metadata, parentRef }) => ({
        address: metadata.name,
        gateway: `${parentRef.namespace}/${parentRef.name}`,
        namespace: parentRef.namespace,
        since: metadata.creationTimestamp,
        released: metadata.annotations[annotations.releasedAt],
      }));
  }
  return [...gateways]
    .filter((gateway) => classStandingOf(gateway, view, settings) === 'accepted')
    .flatMap(({ metadata, status }) =>
      status.addresses.map(({ value }) => ({
        address: value,
        gateway: `${metadata.namespace}/${metadata.name}`,
        namespace: metadata.namespace,
        since: '',
      })),
    );
}
