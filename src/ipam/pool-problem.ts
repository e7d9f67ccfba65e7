/**
 * What there is to say about the pool's ConfigMap:
 * - `invalid`: it is not used;
 * - `remark`: it does no harm, but may not be meant.
 */
export interface PoolProblem {
  readonly kind: 'invalid' | 'remark';
  /** Key of the ConfigMap; of an overlap, its scope. */
  readonly key: string;
  readonly message: string;
}

export function isInvalid({ kind }: PoolProblem): boolean {
  return kind === 'invalid';
}

/** The first few in words: a ConfigMap may hold a megabyte of them. */
export function describeProblems(problems: readonly PoolProblem[]): string {
  const shown = problems.slice(0, 3).map(({ key, message }) => `${key}: ${message}`);
  const more = problems.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}
