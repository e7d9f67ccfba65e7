import type { Endpoint } from '../objects/service.ts';

/** `ready` absent means ready (Kubernetes API, EndpointConditions). */
export function isReady({ conditions }: Pick<Endpoint, 'conditions'>): boolean {
  return conditions?.ready !== false;
}
