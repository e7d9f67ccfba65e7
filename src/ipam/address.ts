import { Address4, Address6 } from 'ip-address';
import type { IPFamily } from '../objects/service.ts';

/** An IP address as a number, so that ranges are arithmetic. */
export interface IPAddress {
  readonly family: IPFamily;
  /** 0 to 2^32 - 1 for IPv4, 0 to 2^128 - 1 for IPv6. */
  readonly value: bigint;
}

export const ipFamilies: readonly IPFamily[] = ['IPv4', 'IPv6'];

export const addressBits: Readonly<Record<IPFamily, bigint>> = { IPv4: 32n, IPv6: 128n };

const mappedPrefix = 0xffffn << 32n;

/**
 * Reads one address, without prefix length, zone or port.
 * @returns `undefined` for anything else, and for an IPv4-mapped IPv6 address (`::ffff:1.2.3.4`): that is an IPv4
 * address in disguise, and one address must have one name.
 */
export function parseAddress(text: string): IPAddress | undefined {
  if (text.includes('/') || text.includes('%')) return undefined;
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
    if (/(^|\.)0\d/.test(text) || !Address4.isValid(text)) return undefined;
    return { family: 'IPv4', value: new Address4(text).bigInt() };
  }
  if (!text.includes(':') || !Address6.isValid(text)) return undefined;
  const value = new Address6(text).bigInt();
  return value >> 32n === mappedPrefix >> 32n ? undefined : { family: 'IPv6', value };
}

/** Canonical text (RFC 5952 for IPv6): the only form in which we write and compare addresses. */
export function formatAddress(address: IPAddress): string {
  return address.family === 'IPv4'
    ? Address4.fromBigInt(address.value).correctForm()
    : Address6.fromBigInt(address.value).correctForm();
}

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
/** IPv4 has one notation only: no need for numbers to tell that a text is in it. */
const canonicalIPv4 = new RegExp(`^${octet}(?:\\.${octet}){3}$`);

/** The canonical text of an address in any notation, or `undefined` where it is no address. */
export function canonicalAddress(text: string): string | undefined {
  if (canonicalIPv4.test(text)) return text;
  const address = parseAddress(text);
  return address && formatAddress(address);
}

/** The family of an address in canonical text. */
export function familyOf(canonical: string): IPFamily {
  return canonical.includes(':') ? 'IPv6' : 'IPv4';
}
