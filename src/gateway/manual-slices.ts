import type { Verdict } from '../objects/kubernetes.ts';
import { hasSelector } from './backends.ts';
import { keyOf, nameOf } from './keys.ts';
import type { ServiceWish } from './route-resolution.ts';
import { ownPorts, portId } from './service-update.ts';

/**
 * kube-proxy joins the ports of a Service and those of its EndpointSlices by name, and without a selector nobody writes
 * the slices anew: `update` can add no port there, and rename none.
 */
export function refuseManualSlices({ behaviour, serves, backends }: ServiceWish): Verdict | undefined {
  const service = backends[0]?.resolved.original;
  if (behaviour !== 'update' || service === undefined || hasSelector(service)) return undefined;
  const own = new Set(ownPorts(service).map(portId));
  const added = serves.find((listener) => !own.has(portId(listener)));
  if (added === undefined) return undefined;
  const message =
    `Service ${nameOf(keyOf(service))} has no selector, so that port ${portId(added)} of listener "${added.name}", ` +
    `added there, would have no endpoints: use the behaviour aggregate`;
  return { status: 'False', reason: 'UnsupportedValue', message };
}
