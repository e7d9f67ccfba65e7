import { partsOf } from '../gateway/keys.ts';
import { ledgerKey, ownerKey } from '../gateway/ledger.ts';
import { annotations } from '../gateway/names.ts';
import { serviceManifest, stepTowards } from '../gateway/service-diff.ts';
import { planService } from '../gateway/service-plan.ts';
import type { ApiRequest } from '../kubernetes/client.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { StringMap } from '../objects/kubernetes.ts';
import { createRequest, deleteRequest, type EffectContext, patchRequest } from './context.ts';

/** The next write that brings a Service to what its routes want: created, patched, announced, deleted or restored. */
export function writeService(key: ObjectKey<'Service'>, context: EffectContext): ApiRequest | undefined {
  const current = context.world.view.get(key);
  const step = stepTowards(planService(key, context.world), current, context.world);
  switch (step.kind) {
    case 'none':
    case 'blocked':
      return undefined;
    case 'create': {
      const { namespace, name } = partsOf(key);
      return createRequest(key, context, serviceManifest(namespace, name, step.desired));
    }
    case 'patch':
    case 'restore': {
      const resourceVersion = current?.metadata.resourceVersion ?? '';
      return patchRequest(key, context, { resourceVersion, body: step.patch });
    }
    case 'ingress': {
      const resourceVersion = current?.metadata.resourceVersion ?? '';
      return patchRequest(key, context, { resourceVersion, body: { status: step.status }, subresource: 'status' });
    }
    case 'delete':
      return current && deleteRequest(key, context, current.metadata);
  }
}

/**
 * What is read again before a Service gets addresses, where what is known may be old: their entries in the ledger, as
 * another replica may have given them to another Gateway since, and the Gateway, which may be gone and about to lose
 * them. Nothing else keeps a Service from being made with them.
 */
export function premiseOfService(
  request: ApiRequest,
  { world: { view }, isDoubtful }: EffectContext,
): readonly ObjectKey<'IPAddress' | 'Gateway'>[] {
  if (!isDoubtful() || !view.isServed('IPAddress')) return [];
  const { metadata } = (request.body ?? {}) as { readonly metadata?: { readonly annotations?: StringMap } };
  const addresses = (metadata?.annotations?.[annotations.addresses] ?? '').split(',').filter((text) => text !== '');
  const entries = addresses.map(ledgerKey);
  const owners = entries.flatMap((key) => view.get(key) ?? []).map(ownerKey);
  return [...entries, ...new Set(owners)];
}
