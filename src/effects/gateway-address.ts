import { isMarked, isRecorded, needsPin, pinPatch, unpinPatch } from '../gateway/address-request.ts';
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
  if (isKept ? !needsPin(gateway, held, settings) : view.isServed('IPAddress')) return undefined;
  const { resourceVersion } = gateway.metadata;
  if (needsPin(gateway, held, settings)) {
    return patchRequest(key, context, { resourceVersion, body: pinPatch(gateway, held, settings) });
  }
  const body = { status: { addresses: held.map((value) => ({ type: 'IPAddress', value })) } };
  return patchRequest(key, context, { resourceVersion, body, subresource: 'status' });
}

/** Takes our address, labels and annotation off a Gateway that is now another controller's. */
export function removeMarks(key: ObjectKey<'Gateway'>, context: EffectContext): ApiRequest | undefined {
  const { view, addresses, settings } = context.world;
  const gateway = view.get(key);
  if (gateway === undefined) return undefined;
  if (!isMarked(gateway, addresses.held(gateway.metadata.uid), settings)) return undefined;
  const body = unpinPatch(gateway, settings);
  const { resourceVersion } = gateway.metadata;
  return body && patchRequest(key, context, { resourceVersion, body });
}
