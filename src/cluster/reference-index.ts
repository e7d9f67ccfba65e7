/** The keys that name a token. Most often it is one, which needs no set: a set is six times as large. */
type Naming<Key> = Map<string, Key | Set<Key>>;

/**
 * Who refers to whom: from an object's key (`kind/namespace/name`) to the tokens it names, and back. The way back is
 * kept apart for each kind: of a Gateway that 5,000 routes name, its one entry in the ledger is found at once.
 */
export class ReferenceIndex<Key extends string> {
  readonly #named = new Map<Key, readonly string[]>();
  readonly #naming = new Map<string, Naming<Key>>();

  /** Replaces all that `key` names. */
  set(key: Key, tokens: readonly string[]): void {
    const before = this.#named.get(key);
    if (before !== undefined && before.length === tokens.length && before.every((token, i) => token === tokens[i])) {
      return;
    }
    const naming = this.#ofKind(kindOf(key));
    for (const token of before ?? []) remove(naming, token, key);
    if (tokens.length === 0) this.#named.delete(key);
    else this.#named.set(key, tokens);
    for (const token of tokens) add(naming, token, key);
  }

  /** The tokens that `key` names. */
  tokensOf(key: Key): readonly string[] {
    return this.#named.get(key) ?? [];
  }

  /** The keys that name `token`. */
  naming(token: string): readonly Key[] {
    const keys: Key[] = [];
    for (const naming of this.#naming.values()) for (const key of keysIn(naming.get(token))) keys.push(key);
    return keys;
  }

  /** The keys of one kind that name `token`. */
  namingOf(kind: string, token: string): Iterable<Key> {
    return keysIn(this.#naming.get(kind)?.get(token));
  }

  /** Whether one of this kind names `token`. */
  isNamedBy(kind: string, token: string): boolean {
    return this.#naming.get(kind)?.has(token) === true;
  }

  #ofKind(kind: string): Naming<Key> {
    const known: Naming<Key> = this.#naming.get(kind) ?? new Map();
    this.#naming.set(kind, known);
    return known;
  }
}

function add<Key extends string>(naming: Naming<Key>, token: string, key: Key): void {
  const keys = naming.get(token);
  if (keys === undefined) naming.set(token, key);
  else if (typeof keys !== 'string') keys.add(key);
  else if (keys !== key) naming.set(token, new Set([keys, key]));
}

function remove<Key extends string>(naming: Naming<Key>, token: string, key: Key): void {
  const keys = naming.get(token);
  if (keys === key) naming.delete(token);
  if (keys === undefined || typeof keys === 'string') return;
  keys.delete(key);
  if (keys.size === 0) naming.delete(token);
}

function keysIn<Key extends string>(keys: Key | Set<Key> | undefined): Iterable<Key> {
  if (keys === undefined) return none;
  return typeof keys === 'string' ? [keys] : keys;
}

function kindOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}

const none: readonly never[] = [];
