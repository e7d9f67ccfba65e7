/** One address of each family. */
export interface Addresses {
  readonly ipv4: string;
  readonly ipv6: string;
}

/** The node's own; the API server listens on the first. */
export const nodeAddresses: Addresses = { ipv4: '10.77.0.1', ipv6: 'fd00:77::1' };
/** Of the client, which is no part of the cluster. */
export const clientAddresses: Addresses = { ipv4: '10.77.0.2', ipv6: 'fd00:77::2' };
/** What pods use as their router, and what a masqueraded connection comes from. */
export const podGateway: Addresses = { ipv4: '10.244.0.1', ipv6: 'fd00:244::1' };
export const podNetworks: Addresses = { ipv4: '10.244.0.0/16', ipv6: 'fd00:244::/112' };
/** Where the addresses of Gateways are; the client sends all that it does not know to the node. */
export const poolNetworks: Addresses = { ipv4: '10.99.0.0/24', ipv6: 'fd00:99::/64' };
/** Addresses that Gateways get. */
export const pool: Addresses = { ipv4: '10.99.0.10-10.99.0.250', ipv6: 'fd00:99::10-fd00:99::fff' };

/** The addresses of the n-th pod, from 1. */
export function podAddresses(n: number): Addresses {
  const host = n + 1;
  return { ipv4: `10.244.${host >> 8}.${host & 255}`, ipv6: `fd00:244::${host.toString(16)}` };
}
