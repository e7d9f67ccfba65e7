import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Interval, IntervalSet } from '../../src/ipam/interval-set.ts';

const top = 40;
const interval = fc
  .tuple(fc.integer({ min: 0, max: top }), fc.integer({ min: 0, max: 8 }))
  .map(([start, length]): Interval => ({ start: BigInt(start), end: BigInt(start + length) }));
const change = fc.record({ verb: fc.constantFrom('add' as const, 'remove' as const), interval });
const changes = fc.array(change, { maxLength: 30 });

type Change = { readonly verb: 'add' | 'remove'; readonly interval: Interval };

function numbersOf({ start, end }: Interval): number[] {
  return Array.from({ length: Number(end - start) + 1 }, (_, index) => Number(start) + index);
}

/** The same changes on a set that knows every number, and on ours. */
function play(list: readonly Change[]): { readonly naive: Set<number>; readonly set: IntervalSet } {
  const naive = new Set<number>();
  const set = new IntervalSet();
  for (const { verb, interval: of } of list) {
    set[verb](of);
    for (const number of numbersOf(of)) {
      if (verb === 'add') naive.add(number);
      else naive.delete(number);
    }
  }
  return { naive, set };
}

describe('an interval set', () => {
  test('holds the same numbers as a set of numbers', () => {
    fc.assert(
      fc.property(changes, (list) => {
        const { naive, set } = play(list);
        assert.equal(set.size(), BigInt(naive.size));
        for (let number = 0; number <= top + 10; number += 1) assert.equal(set.has(BigInt(number)), naive.has(number));
      }),
    );
  });

  test('finds the same gaps from both ends', () => {
    fc.assert(
      fc.property(changes, interval, (list, within) => {
        const { naive, set } = play(list);
        const gaps = numbersOf(within).filter((number) => !naive.has(number));
        const [lowest, highest] = [gaps[0], gaps.at(-1)];
        assert.equal(set.lowestGap(within), lowest === undefined ? undefined : BigInt(lowest));
        assert.equal(set.highestGap(within), highest === undefined ? undefined : BigInt(highest));
      }),
    );
  });

  test('tells all gaps of an interval, as runs that are apart', () => {
    fc.assert(
      fc.property(changes, interval, (list, within) => {
        const { naive, set } = play(list);
        const gaps = set.gapsIn(within);
        assert.deepEqual(
          gaps.flatMap(numbersOf),
          numbersOf(within).filter((number) => !naive.has(number)),
        );
        for (const [index, { start }] of gaps.entries()) {
          const before = gaps[index - 1];
          assert.ok(before === undefined || before.end + 1n < start);
        }
      }),
    );
  });

  test('keeps its intervals sorted, disjoint and apart', () => {
    fc.assert(
      fc.property(changes, (list) => {
        const { intervals } = play(list).set;
        for (const [index, { start, end }] of intervals.entries()) {
          assert.ok(start <= end);
          const before = intervals[index - 1];
          assert.ok(before === undefined || before.end + 1n < start);
        }
      }),
    );
  });

  test('holds a whole IPv6 space as one interval', () => {
    const set = new IntervalSet();
    const all = { start: 0n, end: (1n << 128n) - 1n };
    set.add(all);
    assert.equal(set.size(), 1n << 128n);
    set.remove({ start: 5n, end: 5n });
    assert.equal(set.intervals.length, 2);
    assert.equal(set.lowestGap(all), 5n);
    assert.equal(set.highestGap(all), 5n);
  });
});
