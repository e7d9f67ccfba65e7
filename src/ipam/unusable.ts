/** Addresses that no load balancer can have, by their canonical text. */
const unusable: readonly (readonly [RegExp, string])[] = [
  [/^(0\.0\.0\.0|::)$/, 'the unspecified address'],
  [/^(127\.|::1$)/, 'a loopback address'],
  [/^(169\.254\.|fe[89ab][0-9a-f]:)/, 'a link-local address'],
  [/^((22[4-9]|23\d)\.|ff[0-9a-f]{2}:)/, 'a multicast address'],
  [/^255\.255\.255\.255$/, 'the broadcast address'],
];

/**
 * What an address is that can never be that of a load balancer: Kubernetes refuses the same ones for endpoints and
 * external IPs (ValidateNonSpecialIP), and here multicast and broadcast in full.
 * @returns `undefined` for any other.
 */
export function whyUnusable(canonical: string): string | undefined {
  return unusable.find(([pattern]) => pattern.test(canonical))?.[1];
}
