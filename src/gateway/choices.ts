import type { Endpoint, IPFamily, Service } from '../objects/service.ts';
import { portIn, sourcesOf } from './endpoint-slices.ts';
import type { World } from './graph.ts';
import { keyOf } from './keys.ts';
import { isReady } from './readiness.ts';
import type { WeightedBackend } from './route-resolution.ts';

/** A weight, and the ready endpoints that it is for, by address and port: kube-proxy takes two of these for one. */
export interface Share {
  readonly weight: number;
  readonly endpoints: ReadonlyMap<string, Endpoint>;
}

/** What a backendRef brings to the Gateway's own Service for addresses of one family. */
export function shareOf({ ref, resolved: { original, port } }: WeightedBackend, family: IPFamily, world: World): Share {
  const endpoints = new Map<string, Endpoint>();
  const sources = original === undefined ? [] : sourcesOf(keyOf(original), new Set([family]), world);
  for (const source of sources) {
    const target = port && portIn(source, port.name ?? '', port.protocol);
    if (target === undefined) continue;
    for (const endpoint of source.endpoints) {
      if (isReady(endpoint)) endpoints.set(`${endpoint.addresses[0]} ${target.port}`, endpoint);
    }
  }
  return { weight: ref.weight, endpoints };
}

/** Sets endpoints apart: kube-proxy chooses among those of one place. */
export interface Grouping {
  readonly placesOf: (endpoint: Endpoint) => readonly string[];
  /** Whose endpoints these are, in words; empty where they are all. */
  readonly whose: string;
}

/**
 * How kube-proxy sets the endpoints of a Service apart: `Local` takes only those of its own node; else hints count, once
 * every ready endpoint has them, and all endpoints where a hint leads to none.
 */
export function groupingsOf(service: Service | undefined, shares: readonly Share[]): readonly Grouping[] {
  if (service?.spec.externalTrafficPolicy === 'Local') return [ownNode];
  const endpoints = shares.flatMap((share) => [...share.endpoints.values()]);
  const hinted = [hintedNode, hintedZone].filter(({ placesOf }) => endpoints.every((one) => placesOf(one).length > 0));
  return [everywhere, ...hinted];
}

const everywhere: Grouping = { placesOf: () => [''], whose: '' };

const ownNode: Grouping = {
  placesOf: ({ nodeName }) => (nodeName === undefined ? [] : [nodeName]),
  whose: ' of each node, as externalTrafficPolicy is Local',
};

const hintedNode: Grouping = {
  placesOf: ({ hints }) => (hints?.forNodes ?? []).map(({ name }) => name),
  whose: ' of each node, as these have hints for nodes',
};

const hintedZone: Grouping = {
  placesOf: ({ hints }) => (hints?.forZones ?? []).map(({ name }) => name),
  whose: ' of each zone, as these have hints for zones',
};

/** Whether, in every place, the same share for every endpoint is what the weights ask for. */
export function isProportional(shares: readonly Share[], { placesOf }: Grouping): boolean {
  const placed = shares.map(({ weight, endpoints }) => ({ weight, targetsIn: targetsByPlace(endpoints, placesOf) }));
  const places = new Set(placed.flatMap(({ targetsIn }) => [...targetsIn.keys()]));
  return [...places].every((place) =>
    isEven(placed.map(({ weight, targetsIn }) => ({ weight, targets: targetsIn.get(place) ?? [] }))),
  );
}

function targetsByPlace(
  endpoints: Share['endpoints'],
  placesOf: Grouping['placesOf'],
): ReadonlyMap<string, readonly string[]> {
  const targets = new Map<string, string[]>();
  for (const [target, endpoint] of endpoints) {
    for (const place of placesOf(endpoint)) {
      const there = targets.get(place);
      if (there === undefined) targets.set(place, [target]);
      else there.push(target);
    }
  }
  return targets;
}

/** Each weight is spread over its targets; a target of several backends gets a part of each. */
function isEven(shares: readonly { readonly weight: number; readonly targets: readonly string[] }[]): boolean {
  const wanted = new Map<string, number>();
  for (const { weight, targets } of shares) {
    for (const target of targets) wanted.set(target, (wanted.get(target) ?? 0) + weight / targets.length);
  }
  const [first = 0] = wanted.values();
  // Sums of fractions: what differs by less is a matter of rounding.
  const isSame = (share: number): boolean => Math.abs(share - first) <= first * 1e-9;
  return shares.every(({ targets }) => targets.length > 0) && [...wanted.values()].every(isSame);
}
