import { type ApiObject, firstIndex } from './json.ts';
import { ALL_KINDS, type Kind, kindId } from './kinds.ts';

/** One version of one object. Never changed after it is stored. */
export class Stored {
  readonly object: ApiObject;
  readonly version: number;
  readonly key: string;
  #text: string | undefined;

  constructor(object: ApiObject, version: number) {
    this.object = object;
    this.version = version;
    this.key = keyOf(object.metadata.namespace ?? '', object.metadata.name);
  }

  /** The object as JSON text without `kind` and `apiVersion`, made once. */
  get text(): string {
    this.#text ??= JSON.stringify({ ...this.object, kind: undefined, apiVersion: undefined });
    return this.#text;
  }
}

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  /** What is stored now; of a deleted object its last state, with the version of the deletion. */
  readonly current: Stored;
  readonly previous: Stored | undefined;
  /** Text of this change as watch lines, by representation. */
  readonly lines: Map<string, Buffer>;
}

export type Listener = (change: Change) => void;

export function keyOf(namespace: string, name: string): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** Objects and history of one kind. */
export class Shelf {
  readonly kind: Kind;
  readonly #objects = new Map<string, Stored>();
  readonly #namespaces = new Map<string, Set<string>>();
  readonly #listeners = new Set<Listener>();
  readonly #historyLimit: number;
  #changes: Change[] = [];
  #sorted: string[] | undefined;
  /** Changes up to this version are no longer known. */
  #forgotten = 0;

  constructor(kind: Kind, historyLimit: number) {
    this.kind = kind;
    this.#historyLimit = historyLimit;
  }

  get(namespace: string, name: string): Stored | undefined {
    return this.#objects.get(keyOf(namespace, name));
  }

  get size(): number {
    return this.#objects.size;
  }

  /** All objects, or those of one namespace, in the order of their keys. */
  list(namespace: string): Stored[] {
    const keys = namespace === '' ? this.#sortedKeys() : [...(this.#namespaces.get(namespace) ?? [])].sort();
    return keys.flatMap((key) => this.#objects.get(key) ?? []);
  }

  /** Changes after a version; undefined where some of them are forgotten. */
  since(version: number): readonly Change[] | undefined {
    if (version < this.#forgotten) return undefined;
    return this.#changes.slice(firstIndex(this.#changes, (change) => change.version > version));
  }

  get oldestKnown(): number {
    return this.#forgotten;
  }

  /** Forgets every change up to a version. */
  forget(version: number): void {
    this.#changes = this.#changes.slice(firstIndex(this.#changes, (change) => change.version > version));
    this.#forgotten = version;
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  put(next: Stored): void {
    const previous = this.#objects.get(next.key);
    this.#objects.set(next.key, next);
    if (!previous) this.#indexKey(next);
    this.#announce({
      type: previous ? 'MODIFIED' : 'ADDED',
      version: next.version,
      current: next,
      previous,
      lines: new Map(),
    });
  }

  remove(previous: Stored, version: number): Stored {
    this.#objects.delete(previous.key);
    this.#namespaces.get(previous.object.metadata.namespace ?? '')?.delete(previous.key);
    this.#sorted = undefined;
    const metadata = { ...previous.object.metadata, resourceVersion: String(version) };
    const last = new Stored({ ...previous.object, metadata }, version);
    this.#announce({ type: 'DELETED', version, current: last, previous, lines: new Map() });
    return last;
  }

  #indexKey(stored: Stored): void {
    const namespace = stored.object.metadata.namespace ?? '';
    const keys = this.#namespaces.get(namespace) ?? new Set<string>();
    this.#namespaces.set(namespace, keys.add(stored.key));
    this.#sorted = undefined;
  }

  #sortedKeys(): string[] {
    this.#sorted ??= [...this.#objects.keys()].sort();
    return this.#sorted;
  }

  #announce(change: Change): void {
    this.#changes.push(change);
    // Trimmed by a quarter at a time: dropping one from the front on every write would cost the whole length.
    if (this.#changes.length > this.#historyLimit * 1.25) {
      const dropped = this.#changes.splice(0, this.#changes.length - this.#historyLimit);
      this.#forgotten = dropped.at(-1)?.version ?? this.#forgotten;
    }
    for (const listener of this.#listeners) listener(change);
  }
}

/** Everything that is stored, under one version counter. */
export class Store {
  readonly #shelves = new Map<string, Shelf>();
  readonly #listeners = new Set<(shelf: Shelf, change: Change) => void>();
  #version = 1;

  constructor(historyLimit: number) {
    for (const kind of ALL_KINDS) {
      if (kind.storedAs === undefined) this.#addShelf(new Shelf(kind, historyLimit));
    }
  }

  get version(): number {
    return this.#version;
  }

  shelf(kind: Kind): Shelf {
    const shelf = this.#shelves.get(kind.storedAs ?? kindId(kind));
    if (!shelf) throw new Error(`no storage for ${kindId(kind)}`);
    return shelf;
  }

  shelves(): Iterable<Shelf> {
    return this.#shelves.values();
  }

  /** Hears of every change of every kind. */
  listen(listener: (shelf: Shelf, change: Change) => void): void {
    this.#listeners.add(listener);
  }

  /** Stores an object as the newest version. */
  put(kind: Kind, object: ApiObject): Stored {
    this.#version += 1;
    const metadata = { ...object.metadata, resourceVersion: String(this.#version) };
    const stored = new Stored({ ...object, metadata }, this.#version);
    this.shelf(kind).put(stored);
    return stored;
  }

  remove(kind: Kind, stored: Stored): Stored {
    this.#version += 1;
    return this.shelf(kind).remove(stored, this.#version);
  }

  #addShelf(shelf: Shelf): void {
    this.#shelves.set(kindId(shelf.kind), shelf);
    shelf.listen((change) => {
      for (const listener of this.#listeners) listener(shelf, change);
    });
  }

  /** From now on no change up to now is known: older watches and continue tokens are 410. */
  compact(): void {
    for (const shelf of this.#shelves.values()) shelf.forget(this.#version);
  }
}
