import { parseAddress } from './address.ts';
import { type PoolEntry, parseCidr } from './entry.ts';

/** Addresses that no load balancer can have. */
const kinds: readonly (readonly [string, string])[] = [
  ['0.0.0.0/32', 'the unspecified address'],
  ['::/128', 'the unspecified address'],
  ['127.0.0.0/8', 'a loopback address'],
  ['::1/128', 'a loopback address'],
  ['169.254.0.0/16', 'a link-local address'],
  ['fe80::/10', 'a link-local address'],
  ['224.0.0.0/4', 'a multicast address'],
  ['ff00::/8', 'a multicast address'],
  ['255.255.255.255/32', 'the broadcast address'],
];

interface Unusable {
  readonly entry: PoolEntry;
  readonly what: string;
}

const unusable = kinds.map(([text, what]): Unusable => {
  const parsed = parseCidr(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return { entry: parsed.entry, what };
});

/** What a pool does not hand out, whatever its entries. */
export const unusableEntries: readonly PoolEntry[] = unusable.map(({ entry }) => entry);

/**
 * What an address is that can never be that of a load balancer: Kubernetes refuses the same ones for endpoints and
 * external IPs (ValidateNonSpecialIP), and here multicast and broadcast in full.
 * @returns `undefined` for any other.
 */
export function whyUnusable(canonical: string): string | undefined {
  const address = parseAddress(canonical);
  if (address === undefined) return undefined;
  return overlapOf({ family: address.family, start: address.value, end: address.value })?.what;
}

/** What stands in an entry of a pool and is not handed out; `undefined`: nothing such. */
export function describeUnusable(
  entry: PoolEntry,
): { readonly message: string; readonly isWhole: boolean } | undefined {
  const found = overlapOf(entry);
  if (found === undefined) return undefined;
  const isWhole = found.entry.start <= entry.start && entry.end <= found.entry.end;
  const message = `"${entry.text}" ${isWhole ? 'lies within' : 'has'} ${found.entry.text}, which no load balancer can have`;
  return { message: isWhole ? message : `${message}: that is left out`, isWhole };
}

function overlapOf({ family, start, end }: Pick<PoolEntry, 'family' | 'start' | 'end'>): Unusable | undefined {
  return unusable.find(({ entry }) => entry.family === family && entry.start <= end && start <= entry.end);
}
