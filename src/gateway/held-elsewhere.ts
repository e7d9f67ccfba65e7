import type { Holder } from '../ipam/allocator.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { Service } from '../objects/service.ts';
import type { ClusterView, Settings } from '../objects/view.ts';
import { keyOf, nameOf, parentOf } from './keys.ts';
import { isOurEntry, ledgerKey, liveOwner, ownerKey, ownerUid, releasedAt, strangerOf } from './ledger.ts';
import { gatewayBehind } from './listener-sets.ts';
import { gatewaysNamedBy, ownershipOf, routesNamedBy } from './ownership.ts';

/**
 * Who else has an address, in words, by its entry in the ledger: a stranger whose it is; the Gateway that the entry was
 * made for, while that lives and did not give it up; after that, a Service that still carries the address for it. Nobody,
 * where there is no entry: then several may have the address from a controller that kept no ledger, and the oldest of
 * them keeps it.
 */
export function heldElsewhere(
  address: string,
  claimant: Holder,
  { view, settings }: { readonly view: ClusterView; readonly settings: Settings },
): string | undefined {
  const entry = view.get(ledgerKey(address));
  if (entry === undefined || ownerUid(entry) === claimant.uid) return undefined;
  if (!isOurEntry(entry, settings)) return strangerOf(entry);
  if (releasedAt(entry) === undefined) {
    const owner = ownerKey(entry);
    if (liveOwner(entry, view) !== undefined) return `Gateway ${nameOf(owner)}`;
    // It may be the one that the entry was made for: only a Gateway that took its name knows that it is not.
    if (owner !== keyOfClaimant(claimant) && view.unreadable(owner) !== undefined) return `Gateway ${nameOf(owner)}`;
  }
  const carrier = view
    .servicesAt(address)
    .find((service) => ownershipOf(service, view, settings) !== 'foreign' && !isFor(service, claimant, view));
  return carrier && `Service ${nameOf(keyOf(carrier))}, which gives it up`;
}

/**
 * Whether others than a Gateway use an address that its spec names from when it was another one of the same name, as a
 * backup brings it back: what the ledger and Services of ours still say of that one is not in its way.
 */
export function isOthersNow(
  address: string,
  claimant: Holder,
  { view, settings }: { readonly view: ClusterView; readonly settings: Settings },
): boolean {
  const entry = view.get(ledgerKey(address));
  const isOwn = entry === undefined || ownerUid(entry) === claimant.uid;
  const isFormer = entry !== undefined && isOurEntry(entry, settings) && ownerKey(entry) === keyOfClaimant(claimant);
  if (!isOwn && !isFormer) return true;
  const isForOthers = (service: Service): boolean =>
    ownershipOf(service, view, settings) === 'foreign' || !isFor(service, claimant, view);
  return view.nodesAt(address).length > 0 || view.servicesAt(address).some(isForOthers);
}

function keyOfClaimant({ namespace, name }: Holder): ObjectKey<'Gateway'> {
  return `Gateway/${namespace}/${name}`;
}

/** Whether a Service of ours is for this Gateway: a route of it does say so, or the Service itself. */
function isFor({ metadata }: Service, claimant: Holder, view: ClusterView): boolean {
  const own = keyOfClaimant(claimant);
  if (gatewaysNamedBy(metadata).includes(own)) return true;
  return routesNamedBy(metadata).some((key) => {
    const route = view.get(key);
    return route?.spec.parentRefs.some((ref) => {
      const parent = parentOf(ref, route.metadata.namespace);
      return parent !== undefined && gatewayBehind(parent, view) === own;
    });
  });
}
