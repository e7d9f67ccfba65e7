import { desiredSlices, serviceKeyOfSlice, sliceManifest, stepOfSlice } from '../gateway/endpoint-slices.ts';
import { planService } from '../gateway/service-plan.ts';
import type { ApiRequest } from '../kubernetes/client.ts';
import type { ObjectKey } from '../objects/keys.ts';
import { createRequest, deleteRequest, type EffectContext, patchRequest } from './context.ts';

/** The next write that brings a slice of a Gateway's own Service to what the slices of its backends are. */
export function writeEndpointSlice(key: ObjectKey<'EndpointSlice'>, context: EffectContext): ApiRequest | undefined {
  const { world } = context;
  const serviceKey = serviceKeyOfSlice(key);
  const service = world.view.get(serviceKey);
  const plan = planService(serviceKey, world);
  // Of a Service that goes, the collector deletes the slices.
  if (service === undefined || service.metadata.deletionTimestamp !== undefined || plan.kind !== 'aggregate')
    return undefined;
  const current = world.view.get(key);
  const step = stepOfSlice(desiredSlices(plan, service, world).get(key), current, world.settings);
  switch (step.kind) {
    case 'none':
      return undefined;
    case 'create':
      return createRequest(key, context, sliceManifest(step.desired));
    case 'patch': {
      const resourceVersion = current?.metadata.resourceVersion ?? '';
      return patchRequest(key, context, { resourceVersion, body: sliceManifest(step.desired, step.stale) });
    }
    case 'delete':
      return current && deleteRequest(key, context, current.metadata);
  }
}
