import { toldAddresses } from '../gateway/address-pin.ts';
import { classStandingOf } from '../gateway/gateway-class.ts';
import { heldElsewhere } from '../gateway/held-elsewhere.ts';
import { partsOf } from '../gateway/keys.ts';
import {
  hasOurLabel,
  isOurEntry,
  ledgerManifest,
  liveOwner,
  managedBy,
  managedByLabel,
  ownerKey,
  ownerUid,
  releasedAt,
} from '../gateway/ledger.ts';
import { annotations } from '../gateway/names.ts';
import { ownershipOf } from '../gateway/ownership.ts';
import type { Holder } from '../ipam/allocator.ts';
import type { ApiRequest } from '../kubernetes/client.ts';
import type { IPAddress } from '../objects/ip-address.ts';
import type { ObjectKey } from '../objects/keys.ts';
import { createRequest, deleteRequest, type EffectContext, patchRequest } from './context.ts';

/**
 * Brings the ledger's entry of one address in step with who holds it: created before the address is told to anyone,
 * marked when it is given up, deleted when the quarantine is over.
 */
export function writeLedgerEntry(key: ObjectKey<'IPAddress'>, context: EffectContext): ApiRequest | undefined {
  const { view, addresses, settings } = context.world;
  if (!view.isServed('IPAddress')) return undefined;
  const { name: address } = partsOf(key);
  const entry = view.get(key);
  const holder = addresses.holderOf(address);
  if (entry === undefined) {
    return holder && createRequest(key, context, ledgerManifest(address, holder, settings));
  }
  if (!isOurEntry(entry, settings)) return holder && takeOver(key, entry, { holder, context });
  if (!hasOurLabel(entry, settings)) return label(key, entry, context);
  return holder === undefined ? giveUp(key, entry, context) : hold(key, entry, holder, context);
}

/** The address has a holder: the entry is its own, or one that a Gateway left behind which is no more. */
function hold(
  key: ObjectKey<'IPAddress'>,
  entry: IPAddress,
  holder: Holder,
  context: EffectContext,
): ApiRequest | undefined {
  if (ownerUid(entry) === holder.uid) {
    return releasedAt(entry) === undefined ? undefined : mark(key, entry, null, context);
  }
  const isElsewhere = heldElsewhere(entry.metadata.name, holder, context.world) !== undefined;
  return isElsewhere ? undefined : deleteRequest(key, context, entry.metadata);
}

/** An address is given up when nobody is told of it any more: not in a status, and not on a Service of ours. */
function isCarriedByUs(address: string, { world: { view, settings } }: EffectContext): boolean {
  return view.servicesAt(address).some((service) => ownershipOf(service, view, settings) !== 'foreign');
}

/** Nobody holds the address: its Gateway is gone, or no longer ours, or has another one now; else it may yet claim it. */
function giveUp(key: ObjectKey<'IPAddress'>, entry: IPAddress, context: EffectContext): ApiRequest | undefined {
  const { view, addresses, settings } = context.world;
  const owner = liveOwner(entry, view);
  if (view.unreadable(`Gateway/${entry.parentRef.namespace}/${entry.parentRef.name}`) !== undefined) return undefined;
  const isOurs = owner !== undefined && classStandingOf(owner, view, settings) !== 'foreign';
  if (isOurs && !addresses.isAnswered(owner.metadata.uid)) return undefined;
  if (isOurs && toldAddresses(owner).includes(entry.metadata.name)) return undefined;
  if (isCarriedByUs(entry.metadata.name, context)) return undefined;
  if (view.unavailable('Gateway') !== undefined || !view.isServed('Gateway')) return undefined;
  // A clock was set back, here or where the mark was made: the quarantine begins anew.
  const since = releasedAt(entry);
  const now = Date.parse(context.timestamp());
  if (since !== undefined && now - since >= context.quarantineMs()) return deleteRequest(key, context, entry.metadata);
  const isMarkedInFuture = since !== undefined && since > now;
  return since === undefined || isMarkedInFuture ? mark(key, entry, context.timestamp(), context) : undefined;
}

/**
 * The Gateway that has to be read again before its entry is given up: it may live, and be told of the address, though a
 * watch that lags behind has not said so. An entry that is marked already was read so then, and is bound to its version.
 */
export function premiseOfEntry(
  key: ObjectKey<'IPAddress'>,
  request: ApiRequest,
  { world: { view } }: EffectContext,
): readonly ObjectKey<'Gateway'>[] {
  const entry = view.get(key);
  const isRead = entry === undefined || request.method === 'POST' || releasedAt(entry) !== undefined;
  return isRead ? [] : [ownerKey(entry)];
}

/** Another controller's entry for a Gateway that has come to us, or that another name of ours made. */
function takeOver(
  key: ObjectKey<'IPAddress'>,
  entry: IPAddress,
  { holder, context }: { readonly holder: Holder; readonly context: EffectContext },
): ApiRequest | undefined {
  if (ownerUid(entry) !== holder.uid) return undefined;
  const { settings } = context.world;
  const marks = { [annotations.controller]: settings.controllerName, [annotations.releasedAt]: null };
  const metadata = { labels: { [managedByLabel]: managedBy(settings) }, annotations: marks };
  return patchRequest(key, context, { resourceVersion: entry.metadata.resourceVersion, body: { metadata } });
}

/** Somebody took our label off, or put another there. */
function label(key: ObjectKey<'IPAddress'>, entry: IPAddress, context: EffectContext): ApiRequest {
  const body = { metadata: { labels: { [managedByLabel]: managedBy(context.world.settings) } } };
  return patchRequest(key, context, { resourceVersion: entry.metadata.resourceVersion, body });
}

function mark(
  key: ObjectKey<'IPAddress'>,
  entry: IPAddress,
  released: string | null,
  context: EffectContext,
): ApiRequest {
  const body = { metadata: { annotations: { [annotations.releasedAt]: released } } };
  return patchRequest(key, context, { resourceVersion: entry.metadata.resourceVersion, body });
}
