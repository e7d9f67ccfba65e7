/** Who refers to whom: from an object's key to the tokens it names, and back. */
export class ReferenceIndex<Key extends string> {
  readonly #named = new Map<Key, readonly string[]>();
  readonly #naming = new Map<string, Set<Key>>();

  /** Replaces all that `key` names. */
  set(key: Key, tokens: readonly string[]): void {
    const before = this.#named.get(key);
    if (before !== undefined && before.length === tokens.length && before.every((token, i) => token === tokens[i])) {
      return;
    }
    for (const token of before ?? []) this.#remove(token, key);
    if (tokens.length === 0) this.#named.delete(key);
    else this.#named.set(key, tokens);
    for (const token of tokens) {
      const keys = this.#naming.get(token);
      if (keys === undefined) this.#naming.set(token, new Set([key]));
      else keys.add(key);
    }
  }

  /** The tokens that `key` names. */
  tokensOf(key: Key): readonly string[] {
    return this.#named.get(key) ?? [];
  }

  /** The keys that name `token`. */
  naming(token: string): ReadonlySet<Key> {
    return this.#naming.get(token) ?? none;
  }

  #remove(token: string, key: Key): void {
    const keys = this.#naming.get(token);
    keys?.delete(key);
    if (keys?.size === 0) this.#naming.delete(token);
  }
}

const none: ReadonlySet<never> = new Set<never>();
