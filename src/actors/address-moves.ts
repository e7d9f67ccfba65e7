import type { Change, Cluster } from '../cluster/cluster.ts';
import { addressesAmong } from '../cluster/references.ts';
import { namesAddress } from '../gateway/address-pin.ts';
import type { World } from '../gateway/graph.ts';
import { isGatewayKey } from '../gateway/keys.ts';
import { isOurEntry, ownerUid, releasedAt } from '../gateway/ledger.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { AddressPool } from './address-pool.ts';

/** What a change means for who has which address. */
export interface AddressMoves {
  /** Gateways that hold an address of which the change tells something. */
  readonly holders: readonly ObjectKey<'Gateway'>[];
  /** Whether an address that nobody holds here may be had now, which could not before. */
  readonly isAnyFree: boolean;
}

interface Scope {
  readonly cluster: Cluster;
  readonly pool: Pick<AddressPool, 'holderOf' | 'covers'>;
  readonly world: Pick<World, 'settings'>;
  /** Who may want an address that is free now. */
  readonly waiting: ReadonlySet<ObjectKey>;
}

/** Of a Service or Node: addresses that come to stand on it or leave it. Of the ledger and of Gateways: who has an entry. */
export function addressMovesOf(change: Change, scope: Scope): AddressMoves {
  const { cluster, pool } = scope;
  const { key, tokens } = change;
  const inLedger = isGatewayKey(key) ? cluster.ledgerOf(key).map(({ metadata }) => metadata.name) : [];
  const own = key.startsWith('IPAddress/') ? [key.slice('IPAddress//'.length)] : [];
  const onObject = addressesAmong(tokens);
  const holders = [...inLedger, ...own, ...onObject].flatMap((address) => {
    const holder = pool.holderOf(address);
    return holder === undefined ? [] : [`Gateway/${holder.namespace}/${holder.name}` as const];
  });
  const still = new Set(addressesAmong(cluster.tokensOf(key)));
  const hasLeft = onObject.some((address) => !still.has(address) && pool.holderOf(address) === undefined);
  return { holders, isAnyFree: hasLeft || isGivenUp(change, scope) || isRecordedAnew(change, scope) };
}

/** Whether another replica has recorded an address for a Gateway that does not hold it here. */
function isRecordedAnew({ before, after }: Change, { pool, world }: Scope): boolean {
  if (after?.kind !== 'IPAddress' || !isOurEntry(after, world.settings) || releasedAt(after) !== undefined)
    return false;
  const isOld =
    before?.kind === 'IPAddress' && ownerUid(before) === ownerUid(after) && releasedAt(before) === undefined;
  return !isOld && pool.holderOf(after.metadata.name)?.uid !== ownerUid(after);
}

/** Whether an entry of the ledger that concerns us goes, is given up, or is made for another Gateway. */
function isGivenUp({ before, after }: Change, scope: Scope): boolean {
  if (before?.kind !== 'IPAddress') return false;
  if (!isOurEntry(before, scope.world.settings)) return after === undefined && mayBeWanted(before.metadata.name, scope);
  if (after?.kind !== 'IPAddress') return true;
  const isGoingNow = releasedAt(before) === undefined && releasedAt(after) !== undefined;
  return isGoingNow || ownerUid(before) !== ownerUid(after);
}

/** Whether the pool has it, or a Gateway that waits names it: most entries are of Services that come and go. */
function mayBeWanted(address: string, { cluster, pool, waiting }: Scope): boolean {
  if (pool.covers(address)) return true;
  const gateways = [...waiting].filter(isGatewayKey).flatMap((key) => cluster.get(key) ?? []);
  return gateways.some((gateway) => namesAddress(gateway, address));
}
