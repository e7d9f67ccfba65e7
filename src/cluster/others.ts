import { keyOf } from '../gateway/keys.ts';
import { takenBy } from '../gateway/taken-by.ts';
import type { Other } from '../ipam/report.ts';
import type { Settings } from '../objects/view.ts';
import type { Cluster } from './cluster.ts';
import { addressesAmong } from './references.ts';

/**
 * The addresses that others than the controller have: on their Services, on Nodes, and in IPAddresses of theirs.
 * @param isAskedFor which addresses are looked at: Kubernetes has an IPAddress for each Service.
 */
export function othersOf(
  cluster: Cluster,
  settings: Settings,
  isAskedFor: (address: string) => boolean = () => true,
): readonly Other[] {
  const addresses = new Set<string>();
  for (const kind of ['Service', 'Node'] as const) {
    for (const object of cluster.all(kind)) {
      for (const address of addressesAmong(cluster.tokensOf(keyOf(object)))) addresses.add(address);
    }
  }
  for (const { metadata } of cluster.all('IPAddress')) addresses.add(metadata.name);
  return [...addresses].filter(isAskedFor).flatMap((address) => {
    const taker = takenBy(address, { view: cluster, settings });
    return taker?.use === 'other' ? [{ address, who: taker.who }] : [];
  });
}
