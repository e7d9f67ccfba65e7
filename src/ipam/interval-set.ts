/** Both ends included. */
export interface Interval {
  readonly start: bigint;
  readonly end: bigint;
}

/**
 * A set of whole numbers as sorted, disjoint, non-adjacent intervals. Finding a gap costs a binary search, whatever
 * the size of the numbers.
 */
export class IntervalSet {
  readonly #intervals: Interval[] = [];

  get intervals(): readonly Interval[] {
    return this.#intervals;
  }

  add(interval: Interval): void {
    let first = this.#firstEndingAtOrAfter(interval.start - 1n);
    let { start, end } = interval;
    const from = first;
    for (let next = this.#intervals[first]; next !== undefined && next.start <= end + 1n; ) {
      if (next.start < start) start = next.start;
      if (next.end > end) end = next.end;
      first += 1;
      next = this.#intervals[first];
    }
    this.#intervals.splice(from, first - from, { start, end });
  }

  remove(interval: Interval): void {
    const from = this.#firstEndingAtOrAfter(interval.start);
    const rest: Interval[] = [];
    let index = from;
    for (let next = this.#intervals[index]; next !== undefined && next.start <= interval.end; ) {
      if (next.start < interval.start) rest.push({ start: next.start, end: interval.start - 1n });
      if (next.end > interval.end) rest.push({ start: interval.end + 1n, end: next.end });
      index += 1;
      next = this.#intervals[index];
    }
    this.#intervals.splice(from, index - from, ...rest);
  }

  has(value: bigint): boolean {
    const candidate = this.#intervals[this.#firstEndingAtOrAfter(value)];
    return candidate !== undefined && candidate.start <= value;
  }

  /** The lowest number of `within` that is not in the set. */
  lowestGap(within: Interval): bigint | undefined {
    const candidate = this.#intervals[this.#firstEndingAtOrAfter(within.start)];
    if (candidate === undefined || candidate.start > within.start) return within.start;
    return candidate.end < within.end ? candidate.end + 1n : undefined;
  }

  /** The highest number of `within` that is not in the set. */
  highestGap(within: Interval): bigint | undefined {
    const candidate = this.#intervals[this.#firstEndingAtOrAfter(within.end)];
    if (candidate === undefined || candidate.start > within.end) return within.end;
    return candidate.start > within.start ? candidate.start - 1n : undefined;
  }

  /** How many numbers the set holds. */
  size(): bigint {
    return this.#intervals.reduce((sum, { start, end }) => sum + end - start + 1n, 0n);
  }

  /** The runs of `within` that are not in the set. */
  gapsIn({ start, end }: Interval): readonly Interval[] {
    const gaps: Interval[] = [];
    let next = start;
    let index = this.#firstEndingAtOrAfter(start);
    for (let taken = this.#intervals[index]; taken !== undefined && taken.start <= end; ) {
      if (taken.start > next) gaps.push({ start: next, end: taken.start - 1n });
      next = taken.end + 1n;
      index += 1;
      taken = this.#intervals[index];
    }
    if (next <= end) gaps.push({ start: next, end });
    return gaps;
  }

  /** Index of the first interval whose end is at or after `value`; the length where there is none. */
  #firstEndingAtOrAfter(value: bigint): number {
    let low = 0;
    let high = this.#intervals.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const interval = this.#intervals[middle];
      if (interval !== undefined && interval.end < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
