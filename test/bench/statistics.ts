/** The value that this share (0 to 1) of all do not exceed; of none: NaN. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** The middle one; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

/** The smallest and the greatest. */
export function spread(values: readonly number[]): readonly [number, number] {
  return [round(Math.min(...values)), round(Math.max(...values))];
}

/** To so many digits behind the point. */
export function round(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}
