/** Where the pool's ConfigMap may stand: the first that exists is used. */
export interface PoolSource {
  readonly name: string;
  readonly namespaces: readonly string[];
  /** Whether one in another namespace is the pool of that namespace. */
  readonly isNamespaced?: boolean;
}
