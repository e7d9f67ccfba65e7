/**
 * Who refers to whom: from an object's key (`kind/namespace/name`) to the tokens it names, and back. The way back is
 * kept apart for each kind: of a Gateway that 5,000 routes name, its one entry in the ledger is found at once.
 */
export class ReferenceIndex<Key extends string> {
  readonly #named = new Map<Key, readonly string[]>();
  readonly #naming = new Map<string, Map<string, Set<Key>>>();

  /** Replaces all that `key` names. */
  set(key: Key, tokens: readonly string[]): void {
    const before = this.#named.get(key);
    if (before !== undefined && before.length === tokens.length && before.every((token, i) => token === tokens[i])) {
      return;
    }
    const naming = this.#ofKind(kindOf(key));
    for (const token of before ?? []) {
      const keys = naming.get(token);
      keys?.delete(key);
      if (keys?.size === 0) naming.delete(token);
    }
    if (tokens.length === 0) this.#named.delete(key);
    else this.#named.set(key, tokens);
    for (const token of tokens) {
      const keys = naming.get(token);
      if (keys === undefined) naming.set(token, new Set([key]));
      else keys.add(key);
    }
  }

  /** The tokens that `key` names. */
  tokensOf(key: Key): readonly string[] {
    return this.#named.get(key) ?? [];
  }

  /** The keys that name `token`. */
  naming(token: string): readonly Key[] {
    const keys: Key[] = [];
    for (const naming of this.#naming.values()) for (const key of naming.get(token) ?? none) keys.push(key);
    return keys;
  }

  /** The keys of one kind that name `token`. */
  namingOf(kind: string, token: string): ReadonlySet<Key> {
    return this.#naming.get(kind)?.get(token) ?? none;
  }

  #ofKind(kind: string): Map<string, Set<Key>> {
    const known = this.#naming.get(kind) ?? new Map<string, Set<Key>>();
    this.#naming.set(kind, known);
    return known;
  }
}

function kindOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}

const none: ReadonlySet<never> = new Set<never>();
