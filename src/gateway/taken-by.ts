import type { Taker } from '../ipam/taker.ts';
import type { IPAddress } from '../objects/ip-address.ts';
import type { ClusterView, Settings } from '../objects/view.ts';
import { keyOf, nameOf } from './keys.ts';
import { isOurEntry, ledgerKey, liveOwner, ownerKey, releasedAt, strangerOf } from './ledger.ts';
import { ownershipOf } from './ownership.ts';

/** Who has an address, by the Services, the Nodes and the ledger; strangers first: waiting does not help against them. */
export function takenBy(
  address: string,
  { view, settings }: { readonly view: ClusterView; readonly settings: Settings },
): Taker | undefined {
  const services = view.servicesAt(address);
  const foreign = services.find((service) => ownershipOf(service, view, settings) === 'foreign');
  if (foreign !== undefined) return { use: 'other', who: `Service ${nameOf(keyOf(foreign))}` };
  const [node] = view.nodesAt(address);
  if (node !== undefined) return { use: 'other', who: `Node ${node.metadata.name}` };
  const entry = view.get(ledgerKey(address));
  if (entry !== undefined && isOurEntry(entry, settings)) return takerOf(entry, view);
  if (entry !== undefined) return { use: 'other', who: strangerOf(entry) };
  const [carrier] = services;
  return carrier && { use: 'quarantined', who: `Service ${nameOf(keyOf(carrier))}, which gives it up` };
}

function takerOf(entry: IPAddress, view: ClusterView): Taker {
  const owner = ownerKey(entry);
  const isLive = liveOwner(entry, view) !== undefined || view.unreadable(owner) !== undefined;
  return isLive && releasedAt(entry) === undefined
    ? { use: 'gateway', who: `Gateway ${nameOf(owner)}` }
    : { use: 'quarantined', who: `given up by Gateway ${nameOf(owner)}` };
}
