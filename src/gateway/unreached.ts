import { parseAddress } from '../ipam/address.ts';
import { assignedAddresses } from './assigned.ts';
import type { World } from './graph.ts';
import { keyOf, nameOf } from './keys.ts';
import { isReady } from './readiness.ts';
import type { ServiceWish } from './route-resolution.ts';

/**
 * Backends that have ready endpoints, none of which is of a family of the Gateway's addresses: kube-proxy leads no
 * traffic from one family to the other, so the Gateway's own Service has no endpoint of theirs.
 */
export function noteUnreached({ behaviour, gateway, backends }: ServiceWish, world: World): readonly string[] {
  const found = behaviour === 'aggregate' ? world.view.get(gateway) : undefined;
  const addresses = found === undefined ? [] : assignedAddresses(found, world);
  if (addresses.length === 0) return [];
  const families = new Set<string>(addresses.flatMap((address) => parseAddress(address)?.family ?? []));
  return backends.flatMap(({ resolved: { original } }) => {
    if (original === undefined) return [];
    const slices = world.view.slicesOf(keyOf(original)).filter(({ endpoints }) => endpoints.some(isReady));
    const there = [...new Set(slices.map(({ addressType }) => addressType))].toSorted();
    if (there.length === 0 || there.some((family) => families.has(family))) return [];
    return [
      `Service ${nameOf(keyOf(original))} has endpoints of ${there.join(' and ')} only, which traffic to ` +
        `${addresses.join(', ')} of Gateway ${nameOf(gateway)} cannot reach: give one of them the other's family`,
    ];
  });
}
