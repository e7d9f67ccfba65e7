import type { IPFamily } from '../objects/service.ts';
import { addressBits, parseAddress } from './address.ts';
import type { Interval } from './interval-set.ts';

/** One entry of a pool, as written and as numbers. */
export interface PoolEntry extends Interval {
  readonly family: IPFamily;
  readonly text: string;
}

export type ParsedEntry = { readonly entry: PoolEntry } | { readonly problem: string };

/** Reads `10.0.0.0/24` or `fd00::/64`; host bits are cleared, as routers do. */
export function parseCidr(text: string): ParsedEntry {
  const [addressText = '', prefixText = '', ...more] = text.split('/');
  const address = parseAddress(addressText);
  if (address === undefined || more.length > 0) return { problem: `"${text}" is not a CIDR (want 192.0.2.0/24)` };
  if (!/^(0|[1-9]\d{0,2})$/.test(prefixText))
    return { problem: `"${text}" has no prefix length (want ${addressText}/24)` };
  const bits = addressBits[address.family];
  const hostBits = bits - BigInt(prefixText);
  if (hostBits < 0n) return { problem: `"${text}": a prefix of ${address.family} has at most ${bits} bits` };
  const start = (address.value >> hostBits) << hostBits;
  return { entry: { family: address.family, text, start, end: start + (1n << hostBits) - 1n } };
}

/** Reads `10.0.0.10-10.0.0.20`, or one address. */
export function parseRange(text: string): ParsedEntry {
  const [startText = '', endText = startText, ...more] = text.split('-').map((part) => part.trim());
  const start = parseAddress(startText);
  const end = parseAddress(endText);
  if (start === undefined || end === undefined || more.length > 0) {
    return { problem: `"${text}" is not a range (want 192.0.2.10-192.0.2.20)` };
  }
  if (start.family !== end.family) return { problem: `"${text}" goes from ${start.family} to ${end.family}` };
  if (start.value > end.value) return { problem: `"${text}" starts after its end` };
  return { entry: { family: start.family, text, start: start.value, end: end.value } };
}

/** A CIDR without its first and last address; one of two addresses or fewer stays whole. */
export function trimEnds(entry: PoolEntry): PoolEntry {
  return entry.end - entry.start < 2n ? entry : { ...entry, start: entry.start + 1n, end: entry.end - 1n };
}
