import type { Gateway } from '../objects/gateway-api.ts';
import type { Service } from '../objects/service.ts';
import { knownAddresses } from './address-request.ts';
import type { World } from './graph.ts';
import { annotations } from './names.ts';

/** Whether the address on a Service is, or may be again, that of this Gateway, which has none at the moment. */
export function mayGetBack(gateway: Gateway, current: Service | undefined, world: World): boolean {
  if (world.addresses.held(gateway.metadata.uid).length > 0) return true;
  if (world.addresses.isAnswered(gateway.metadata.uid)) return false;
  const known = knownAddresses(gateway, world);
  const carried = current?.metadata.annotations[annotations.addresses]?.split(',') ?? [];
  return carried.length === 0 || carried.some((address) => known.has(address));
}
