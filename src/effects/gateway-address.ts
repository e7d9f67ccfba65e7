import { isMarked, isMarkStale, needsPin, pinPatch, unpinPatch } from '../gateway/address-pin.ts';
import { isRecorded } from '../gateway/address-request.ts';
import { classStandingOf } from '../gateway/gateway-class.ts';
import type { ApiRequest } from '../kubernetes/client.ts';
import type { ObjectKey } from '../objects/keys.ts';
import { type EffectContext, patchRequest } from './context.ts';

/**
 * Writes the address into the Gateway: in `spec.addresses` where that is ours to write, else in its status, which is
 * the record of a Gateway with `spec.addresses: [{}]` where the cluster has no ledger.
 */
export function pinAddress(key: ObjectKey<'Gateway'>, context: EffectContext): ApiRequest | undefined {
  const { view, addresses, settings } = context.world;
  const gateway = view.get(key);
  if (gateway === undefined || gateway.metadata.deletionTimestamp !== undefined) return undefined;
  const held = addresses.held(gateway.metadata.uid);
  const isKept = isRecorded(gateway, held, context.world);
  if (isKept ? !needsPin(gateway, held, context.world) : view.isServed('IPAddress')) return undefined;
  const { resourceVersion } = gateway.metadata;
  if (needsPin(gateway, held, context.world)) {
    return patchRequest(key, context, { resourceVersion, body: pinPatch(gateway, held, settings) });
  }
  const body = { status: { addresses: held.map((value) => ({ type: 'IPAddress', value })) } };
  return patchRequest(key, context, { resourceVersion, body, subresource: 'status' });
}

/**
 * Takes our address, labels and annotation off a Gateway that is now another controller's; off one of ours only those of
 * an address that its user has replaced.
 */
export function removeMarks(key: ObjectKey<'Gateway'>, context: EffectContext): ApiRequest | undefined {
  const { view, addresses, settings } = context.world;
  const gateway = view.get(key);
  if (gateway === undefined) return undefined;
  const isForeign = classStandingOf(gateway, view, settings) === 'foreign';
  const isDue = isForeign
    ? isMarked(gateway, addresses.held(gateway.metadata.uid), settings)
    : isMarkStale(gateway, settings);
  const { resourceVersion } = gateway.metadata;
  return isDue ? patchRequest(key, context, { resourceVersion, body: unpinPatch(gateway, settings) }) : undefined;
}
