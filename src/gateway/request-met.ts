import { familyOf } from '../ipam/address.ts';
import type { GatewayFacts } from '../objects/facts.ts';
import { isEqual } from './equal.ts';

/** Whether a Gateway holds what it asks for: exactly what it names, with what it wants beside that; else anything. */
export function isRequestMet({ request, held }: Pick<GatewayFacts, 'request' | 'held'>): boolean {
  if (request.kind !== 'fixed') return held.length > 0;
  const count = request.addresses.length;
  const families = held.slice(count).map(familyOf);
  return isEqual(request.addresses, held.slice(0, count)) && isEqual(request.more?.families ?? [], families);
}
