import { finalizersDue } from '../gateway/gateway-class.ts';
import type { ApiRequest } from '../kubernetes/client.ts';
import type { ObjectKey } from '../objects/keys.ts';
import { type EffectContext, patchRequest } from './context.ts';

/** Puts our finalizer on a class of ours that Gateways use, and takes it off one that none uses any more. */
export function syncFinalizer(key: ObjectKey<'GatewayClass'>, context: EffectContext): ApiRequest | undefined {
  const { view, settings } = context.world;
  const gatewayClass = view.get(key);
  if (gatewayClass?.spec.controllerName !== settings.controllerName) return undefined;
  const finalizers = finalizersDue(gatewayClass, view);
  if (finalizers === undefined) return undefined;
  const { resourceVersion } = gatewayClass.metadata;
  return patchRequest(key, context, { resourceVersion, body: { metadata: { finalizers } } });
}
