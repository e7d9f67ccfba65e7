import { type JsonObject, stringOf } from '../../api-server/json.ts';

/** Which addresses a pool has for a namespace. */
export interface PoolRule {
  has(namespace: string, address: string): boolean;
}

interface Interval {
  readonly first: bigint;
  readonly last: bigint;
}

/** Reads the data of the pool's ConfigMap in the plainest way. An entry that makes no sense has no addresses. */
export function poolRule(data: JsonObject): PoolRule {
  const read = (name: string): readonly Interval[] => {
    return stringOf(data[name])
      .split(',')
      .flatMap((entry) => interval(entry.trim()) ?? []);
  };
  const hasOwn = (namespace: string): boolean =>
    [`range-${namespace}`, `cidr-${namespace}`].some((name) => name in data);
  return {
    has: (namespace, address) => {
      const value = numberOf(address);
      if (value === undefined) return false;
      const isIn = ({ first, last }: Interval): boolean => first <= value && value <= last;
      const scope = hasOwn(namespace) ? namespace : 'global';
      const excluded = [...read(`exclude-${namespace}`), ...read('exclude-global')];
      return [...read(`range-${scope}`), ...read(`cidr-${scope}`)].some(isIn) && !excluded.some(isIn);
    },
  };
}

function interval(entry: string): Interval | undefined {
  const [base = '', bits] = entry.split('/');
  const [from = '', to = from] = base.split('-');
  const [first, last] = [numberOf(from), numberOf(to)];
  if (first === undefined || last === undefined) return undefined;
  if (bits === undefined) return { first, last };
  const size = 1n << BigInt((from.includes(':') ? 128 : 32) - Number(bits));
  return { first: first - (modulo(first) % size), last: first - (modulo(first) % size) + size - 1n };
}

const familySix = 1n << 130n;

function modulo(value: bigint): bigint {
  return value >= familySix ? value - familySix : value;
}

/** An address as a number; the two families do not meet. */
export function numberOf(address: string): bigint | undefined {
  if (address.includes(':')) return six(address);
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function six(address: string): bigint | undefined {
  const [head = '', tail] = address.split('::');
  const groups = (text: string | undefined): string[] => (text ?? '').split(':').filter((group) => group !== '');
  const [front, back] = [groups(head), groups(tail)];
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - front.length - back.length }, () => '0');
  const all = [...front, ...zeros, ...back];
  if (all.length !== 8 || all.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return familySix + all.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}
