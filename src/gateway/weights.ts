import { familyOf } from '../ipam/address.ts';
import type { IPFamily } from '../objects/service.ts';
import { assignedAddresses } from './assigned.ts';
import { groupingsOf, isProportional, shareOf } from './choices.ts';
import type { World } from './graph.ts';
import type { ServiceWish, WeightedBackend } from './route-resolution.ts';

/**
 * What is not as the weights of a route ask for. kube-proxy gives every ready endpoint the same share, so that weights
 * are honoured only where they are in proportion to the ready endpoints of their backends, for each family of addresses.
 */
export function noteWeights(wishes: readonly ServiceWish[], world: World): readonly string[] {
  const backends = wishes[0]?.backends ?? [];
  const valid = backends.filter(({ resolved }) => resolved.resolvedRefs.status === 'True');
  if (valid.length < 2) return [];
  const serving = wishes.filter(({ serves }) => serves.length > 0);
  const judged = serving.flatMap((wish) => judgeFamilies(wish, valid, world));
  const failed = judged.filter(({ failed: why }) => why !== undefined);
  const [first] = failed;
  if (first === undefined) return [];
  const isEverywhere = failed.length === judged.length;
  const families = isEverywhere ? '' : ` over ${[...new Set(failed.map(({ family }) => family))].join(' and ')}`;
  const weights = backends.map(({ ref }) => `${ref.name} ${ref.weight}`).join(', ');
  return [
    `the weights (${weights}) are not honoured${families}: kube-proxy gives every ready endpoint the same share, ` +
      `so that they would have to be in proportion to the ready endpoints${first.failed}`,
  ];
}

interface FamilyVerdict {
  readonly family: IPFamily;
  /** Among whose endpoints the weights are not in proportion; `undefined` where they are. */
  readonly failed: string | undefined;
}

/** Over each family of a Gateway's addresses that leads to an endpoint. */
function judgeFamilies(
  { gateway, target }: ServiceWish,
  backends: readonly WeightedBackend[],
  world: World,
): readonly FamilyVerdict[] {
  const { view } = world;
  const found = view.get(gateway);
  const addresses = found === undefined ? [] : assignedAddresses(found, world);
  return [...new Set(addresses.map(familyOf))].flatMap((family) => {
    const shares = backends.map((backend) => shareOf(backend, family, world));
    if (shares.every(({ endpoints }) => endpoints.size === 0)) return [];
    const groupings = groupingsOf(view.get(target), shares);
    return [{ family, failed: groupings.find((grouping) => !isProportional(shares, grouping))?.whose }];
  });
}
