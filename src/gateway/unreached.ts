import { familyOf } from '../ipam/address.ts';
import type { ObjectKey } from '../objects/keys.ts';
import { assignedAddresses } from './assigned.ts';
import type { World } from './graph.ts';
import { keyOf, nameOf } from './keys.ts';
import { isReady } from './readiness.ts';
import type { ServiceWish } from './route-resolution.ts';

/** Addresses of the Gateway from which traffic does not come to the backends of a route, for want of the other family. */
export function noteUnreached(wish: ServiceWish, world: World): readonly string[] {
  const gateway = world.view.get(wish.gateway);
  const addresses = gateway === undefined ? [] : assignedAddresses(gateway, world);
  if (addresses.length === 0) return [];
  switch (wish.behaviour) {
    case 'aggregate':
      return noteEndpoints(wish, addresses, world);
    case 'update':
      return noteFamilies(wish, addresses);
    default:
      return [];
  }
}

/**
 * Backends that have ready endpoints, none of which is of a family of the Gateway's addresses: kube-proxy leads no
 * traffic from one family to the other, so the Gateway's own Service has no endpoint of theirs.
 */
function noteEndpoints(
  { gateway, backends }: ServiceWish,
  addresses: readonly string[],
  world: World,
): readonly string[] {
  const families = new Set<string>(addresses.map(familyOf));
  return backends.flatMap(({ resolved: { original } }) => {
    if (original === undefined) return [];
    const slices = world.view.slicesOf(keyOf(original)).filter(({ endpoints }) => endpoints.some(isReady));
    const there = [...new Set(slices.map(({ addressType }) => addressType))].toSorted();
    if (there.length === 0 || there.some((family) => families.has(family))) return [];
    return [
      `Service ${nameOf(keyOf(original))} has endpoints of ${there.join(' and ')} only, which traffic to ` +
        `${addressesOf(gateway, addresses)} cannot reach: give one of them the other's family`,
    ];
  });
}

/** `update` leaves a Service its families, and kube-proxy passes over an ingress address of another one. */
function noteFamilies({ gateway, backends }: ServiceWish, addresses: readonly string[]): readonly string[] {
  return backends.flatMap(({ resolved: { original } }) => {
    const families = original?.spec.ipFamilies ?? [];
    const others = addresses.filter((address) => !families.includes(familyOf(address)));
    if (original === undefined || families.length !== 1 || others.length === 0) return [];
    return [
      `Service ${nameOf(keyOf(original))} is of ${families.join()} only, which traffic to ` +
        `${addressesOf(gateway, others)} cannot reach: set its spec.ipFamilyPolicy to RequireDualStack`,
    ];
  });
}

function addressesOf(gateway: ObjectKey<'Gateway'>, addresses: readonly string[]): string {
  return `${addresses.join(', ')} of Gateway ${nameOf(gateway)}`;
}
