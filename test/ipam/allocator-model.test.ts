import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Allocator, type Holder } from '../../src/ipam/allocator.ts';
import { parsePool } from '../../src/ipam/pool.ts';
import type { AddressRequest } from '../../src/objects/verdicts.ts';

/** An address of the small world in which everything can be listed. */
const last = fc.integer({ min: 0, max: 24 });
const addressOf = (number: number): string => `10.0.0.${number}`;

interface Pool {
  readonly cidrs: readonly (readonly [number, number])[];
  readonly ranges: readonly (readonly [number, number])[];
  readonly excluded: readonly (readonly [number, number])[];
  readonly order: 'listed' | 'asc' | 'desc';
}

const range = fc.tuple(last, fc.integer({ min: 0, max: 4 })).map(([start, length]) => [start, start + length] as const);
const cidr = fc.tuple(last, fc.integer({ min: 29, max: 32 })).map(([address, prefix]) => [address, prefix] as const);
const anyPool: fc.Arbitrary<Pool> = fc.record({
  cidrs: fc.array(cidr, { maxLength: 3 }),
  ranges: fc.array(range, { maxLength: 3 }),
  excluded: fc.array(range, { maxLength: 2 }),
  order: fc.constantFrom('listed', 'asc', 'desc'),
});

type Step =
  | { readonly verb: 'claim'; readonly who: number; readonly request: AddressRequest }
  | { readonly verb: 'release'; readonly who: number }
  | { readonly verb: 'pool'; readonly pool: Pool };

const who = fc.integer({ min: 0, max: 7 });
const request: fc.Arbitrary<AddressRequest> = fc.oneof(
  fc.constant({ kind: 'any' } as const),
  fc
    .tuple(fc.constantFrom('fixed' as const, 'kept' as const, 'preferred' as const), last)
    .map(([kind, number]) => ({ kind, addresses: [addressOf(number)] })),
);
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ verb: fc.constant('claim' as const), who, request }) },
    { weight: 2, arbitrary: fc.record({ verb: fc.constant('release' as const), who }) },
    { weight: 1, arbitrary: fc.record({ verb: fc.constant('pool' as const), pool: anyPool }) },
  ),
  { maxLength: 40 },
);

function dataOf({ cidrs, ranges, excluded, order }: Pool): Record<string, string> {
  const text = (list: Pool['ranges']): string => list.map(([a, b]) => `${addressOf(a)}-${addressOf(b)}`).join();
  return {
    'cidr-global': cidrs.map(([address, prefix]) => `${addressOf(address)}/${prefix}`).join(),
    'range-global': text(ranges),
    'exclude-global': text(excluded),
    ...(order !== 'listed' && { 'search-order': order }),
  };
}

/** Every address of the pool, in the order of use. */
function listOf({ cidrs, ranges, excluded, order }: Pool): readonly string[] {
  const between = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const ofCidr = ([address, prefix]: readonly [number, number]): number[] => {
    const size = 2 ** (32 - prefix);
    const start = Math.floor(address / size) * size;
    return between(start, start + size - 1);
  };
  const out = new Set(excluded.flatMap(([from, to]) => between(from, to)));
  const all = [...cidrs.flatMap(ofCidr), ...ranges.flatMap(([from, to]) => between(from, to))];
  const listed = [...new Set(all)].filter((number) => !out.has(number));
  if (order === 'asc') listed.sort((x, y) => x - y);
  if (order === 'desc') listed.sort((x, y) => y - x);
  return listed.map(addressOf);
}

/** Knows every address by name and looks at all of them. */
class NaiveAllocator {
  readonly held = new Map<number, string>();
  pool: readonly string[] = [];

  claim(index: number, { kind, ...named }: AddressRequest): string | undefined {
    const mine = this.held.get(index);
    const [wanted] = 'addresses' in named ? named.addresses : [];
    if (kind === 'fixed') {
      if (this.#isFree(wanted, index)) return this.#hold(index, wanted);
      this.held.delete(index);
      return undefined;
    }
    if (mine !== undefined) return mine;
    if (kind === 'kept' && this.#isFree(wanted, index)) return this.#hold(index, wanted);
    if (kind === 'preferred' && this.#isFree(wanted, index) && this.pool.includes(wanted ?? '')) {
      return this.#hold(index, wanted);
    }
    return this.#hold(
      index,
      this.pool.find((address) => this.#isFree(address, index)),
    );
  }

  #isFree(address: string | undefined, index: number): boolean {
    return [...this.held].every(([other, held]) => other === index || held !== address);
  }

  #hold(index: number, address: string | undefined): string | undefined {
    if (address !== undefined) this.held.set(index, address);
    return address;
  }
}

function holderOf(index: number): Holder {
  return { uid: `uid-${index}`, namespace: 'blue', name: `g${index}` };
}

function play(pool: Pool, list: readonly Step[]): void {
  const allocator = new Allocator(parsePool(dataOf(pool)));
  const naive = new NaiveAllocator();
  naive.pool = listOf(pool);
  for (const step of list) {
    if (step.verb === 'pool') {
      allocator.setPool(parsePool(dataOf(step.pool)));
      naive.pool = listOf(step.pool);
    } else if (step.verb === 'release') {
      allocator.release(`uid-${step.who}`);
      naive.held.delete(step.who);
    } else {
      const outcome = allocator.claim(holderOf(step.who), step.request);
      const got = 'addresses' in outcome ? outcome.addresses[0] : undefined;
      assert.equal(got, naive.claim(step.who, step.request));
    }
    for (let index = 0; index < 8; index += 1) {
      const held = naive.held.get(index);
      assert.deepEqual(allocator.held(`uid-${index}`), held === undefined ? [] : [held]);
      if (held !== undefined) assert.equal(allocator.holderOf(held)?.uid, `uid-${index}`);
    }
    assert.equal(allocator.heldCount, naive.held.size);
  }
}

describe('the allocator and a naive one that lists every address', () => {
  test('answer the same to any claims, releases and pools', () => {
    fc.assert(fc.property(anyPool, steps, play), { numRuns: 300 });
  });

  test('an entry is the same in either notation', () => {
    fc.assert(
      fc.property(cidr, ([address, prefix]) => {
        const listed = listOf({ cidrs: [[address, prefix]], ranges: [], excluded: [], order: 'listed' });
        const text = `${listed[0]}-${listed.at(-1)}`;
        const [one, other] = [{ 'cidr-global': `${addressOf(address)}/${prefix}` }, { 'range-global': text }].map(
          (data) => parsePool(data).scopes.get('global')?.segments,
        );
        assert.deepEqual(one, other);
      }),
    );
  });
});
