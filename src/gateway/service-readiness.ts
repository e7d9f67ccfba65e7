import type { ServiceFacts } from '../objects/facts.ts';

/** Whether the address is where it should be, or nobody needs it there yet. */
export function isAnnounced(service: ServiceFacts): boolean {
  return service.ingress === 'carried' || (service.endpoints === 'none' && service.ingress === 'none');
}
