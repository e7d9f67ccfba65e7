import type { World } from './graph.ts';
import { keyOf } from './keys.ts';
import { isReady } from './readiness.ts';
import type { ServiceWish, WeightedBackend } from './route-resolution.ts';

/**
 * What is not as the weights of a route ask for. kube-proxy gives every ready endpoint the same share, so that weights
 * are honoured only where they are in proportion to the ready endpoints of their backends.
 */
export function noteWeights({ backends }: ServiceWish, world: World): readonly string[] {
  const counted = backends
    .filter(({ resolved }) => resolved.resolvedRefs.status === 'True')
    .map((backend) => ({ weight: backend.ref.weight, ready: readyEndpoints(backend, world) }));
  const [first] = counted;
  if (first === undefined) return [];
  const isHonoured = counted.every(({ weight, ready }) => weight * first.ready === first.weight * ready);
  if (isHonoured) return [];
  const weights = backends.map(({ ref }) => `${ref.name} ${ref.weight}`).join(', ');
  return [
    `the weights (${weights}) are not honoured: kube-proxy gives every ready endpoint the same share, ` +
      'so that they would have to be in proportion to the ready endpoints',
  ];
}

function readyEndpoints({ resolved }: WeightedBackend, { view }: World): number {
  if (resolved.original === undefined) return 0;
  const addresses = new Set<string>();
  for (const { endpoints } of view.slicesOf(keyOf(resolved.original))) {
    for (const endpoint of endpoints) if (isReady(endpoint)) addresses.add(endpoint.addresses[0] ?? '');
  }
  return addresses.size;
}
