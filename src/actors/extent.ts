import type { Change, Cluster } from '../cluster/cluster.ts';
import { isEqual } from '../gateway/equal.ts';
import { annotations, labels } from '../gateway/names.ts';
import type { Gateway } from '../objects/gateway-api.ts';
import type { Kind } from '../objects/keys.ts';
import type { FollowedObject } from '../objects/view.ts';

/**
 * How much of a class, Gateway or route differs. `status`: nothing else, but for a class's finalizers. `address`: of a
 * Gateway also the address in its spec, and our marks, or one less in its status. `all`: what others decide from.
 */
export type Extent = 'status' | 'address' | 'all';

const kinds: ReadonlySet<Kind> = new Set<Kind>(['GatewayClass', 'Gateway', 'TCPRoute', 'UDPRoute']);

/**
 * How far a change reaches: others decide from what a user can write. Else each of a thousand routes' statuses would
 * have their Gateway look at all thousand again, each address that we write a Gateway's routes, and what we write to a
 * class everybody.
 */
export function extentOf({ before, after }: Change, cluster: Pick<Cluster, 'isServed'>): Extent {
  if (before === undefined || after === undefined || before === after) return 'all';
  if (!kinds.has(after.kind)) return 'all';
  const [old, now] = [before.metadata, after.metadata];
  if (now.uid !== old.uid || now.deletionTimestamp !== old.deletionTimestamp) return 'all';
  // Without a ledger, which addresses a Gateway's Services may carry stands in the Gateway itself.
  const isLedgerServed = cluster.isServed('IPAddress');
  if (hasSameSpec(before, after)) {
    if (!isLedgerServed) return haveSameAddresses(before, after) ? 'status' : 'all';
    return isToldOfLess(before, after) ? 'address' : 'status';
  }
  return isLedgerServed && isSameButForAddress(before, after) ? 'address' : 'all';
}

function hasSameSpec({ metadata: old }: FollowedObject, { metadata: now }: FollowedObject): boolean {
  const isSameGeneration = now.generation > 0 && now.generation === old.generation;
  return isSameGeneration && isEqual(now.labels, old.labels) && isEqual(now.annotations, old.annotations);
}

/** An address that it has no more is none that it may ask for again. */
function isToldOfLess(before: FollowedObject, after: FollowedObject): boolean {
  if (before.kind !== 'Gateway' || after.kind !== 'Gateway') return false;
  const now = new Set(after.status.addresses.map(({ value }) => value));
  return before.status.addresses.some(({ value }) => !now.has(value));
}

function haveSameAddresses(before: FollowedObject, after: FollowedObject): boolean {
  if (before.kind !== 'Gateway' || after.kind !== 'Gateway') return true;
  return isEqual(before.status.addresses, after.status.addresses);
}

function isSameButForAddress(before: FollowedObject, after: FollowedObject): boolean {
  return before.kind === 'Gateway' && after.kind === 'Gateway' && isEqual(rest(before), rest(after));
}

/** What of a Gateway is not its address, nor our mark of it. */
function rest({ metadata, spec }: Gateway): unknown {
  return {
    spec: { ...spec, addresses: undefined },
    labels: { ...metadata.labels, [labels.address]: undefined, [labels.implementation]: undefined },
    annotations: { ...metadata.annotations, [annotations.pinned]: undefined },
  };
}
