import type { Gateway } from '../objects/gateway-api.ts';
import { isRecorded } from './address-request.ts';
import type { World } from './graph.ts';

/**
 * The addresses that a Gateway's Services may carry: those it holds, once they are recorded. Before that a restart
 * would not find them, and could give them to another.
 */
export function assignedAddresses(gateway: Gateway, world: World): readonly string[] {
  const held = world.addresses.held(gateway.metadata.uid);
  return held.length > 0 && isRecorded(gateway, held, world) ? held : [];
}
