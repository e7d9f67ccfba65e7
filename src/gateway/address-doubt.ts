import type { Gateway } from '../objects/gateway-api.ts';
import type { Service } from '../objects/service.ts';
import { formerAddresses, knownAddresses } from './address-request.ts';
import { classStandingOf } from './gateway-class.ts';
import type { World } from './graph.ts';
import { annotations } from './names.ts';

/**
 * Whether the address on a Service is, or may be again, that of this Gateway, which can tell of none at the moment:
 * where its class is there, one that it holds or names and is about to have; else one that it had.
 */
export function mayGetBack(gateway: Gateway, current: Service | undefined, world: World): boolean {
  const held = world.addresses.held(gateway.metadata.uid);
  const isServed = classStandingOf(gateway, world.view, world.settings) === 'accepted';
  if (isServed && held.length > 0) return true;
  if (held.length === 0 && world.addresses.isAnswered(gateway.metadata.uid)) return false;
  const known = isServed ? knownAddresses(gateway, world) : new Set([...held, ...formerAddresses(gateway, world)]);
  const carried = carriedBy(current);
  return carried.length === 0 || carried.some((address) => known.has(address));
}

/**
 * Whether a Service carries addresses, and none of these, which its Gateway has: it was made for another one, or before the
 * Gateway's address changed. It is not kept then, whatever else keeps it from becoming what it should be.
 */
export function carriesOthers(current: Service | undefined, addresses: readonly string[]): boolean {
  const carried = carriedBy(current);
  return carried.length > 0 && carried.every((address) => !addresses.includes(address));
}

function carriedBy(service: Service | undefined): readonly string[] {
  return service?.metadata.annotations[annotations.addresses]?.split(',') ?? [];
}
