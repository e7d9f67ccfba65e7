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
  /** `namespace/name` of the ConfigMap that it stands in, where that is not the pool's main one. */
  readonly configMap?: string;
}

export function isInvalid({ kind }: PoolProblem): boolean {
  return kind === 'invalid';
}

export function invalidFirst(problems: readonly PoolProblem[]): readonly PoolProblem[] {
  return problems.toSorted((a, b) => Number(isInvalid(b)) - Number(isInvalid(a)));
}

/** What is invalid for a namespace: what stands in other namespaces' ConfigMaps is not its business. */
export function concerning(problems: readonly PoolProblem[], namespace: string): readonly PoolProblem[] {
  return problems.filter(isInvalid).filter(({ configMap = namespace }) => configMap.split('/')[0] === namespace);
}

/** A problem in one line. */
export function describeProblem({ configMap, key, message }: PoolProblem): string {
  return configMap === undefined ? `${key}: ${message}` : `${configMap}: ${key}: ${message}`;
}

/** The first few in words: a ConfigMap may hold a megabyte of them. */
export function describeProblems(problems: readonly PoolProblem[]): string {
  const shown = problems.slice(0, 3).map(describeProblem);
  const more = problems.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}
