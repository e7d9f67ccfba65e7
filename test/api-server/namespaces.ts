import { notFound, type ResourceId } from './failure.ts';
import { objectOf, omit } from './json.ts';
import { ALL_KINDS, type Kind } from './kinds.ts';
import type { Remover } from './remove.ts';
import type { Store, Stored } from './store.ts';
import type { Strategy } from './strategy.ts';
import { terminating } from './write.ts';

function kindOfNamespaces(): Kind {
  const kind = ALL_KINDS.find((candidate) => candidate.kind === 'Namespace');
  if (!kind) throw new Error('there is no kind Namespace');
  return kind;
}

export const NAMESPACE_KIND = kindOfNamespaces();
const NAME_LABEL = 'kubernetes.io/metadata.name';

export const namespaceStrategy: Strategy = {
  setDefaults(next) {
    next.metadata.labels = { ...next.metadata.labels, [NAME_LABEL]: next.metadata.name };
  },
  prepareCreate(next) {
    next.spec = { finalizers: ['kubernetes'] };
    next.status = { phase: 'Active' };
  },
  prepareUpdate(next, previous) {
    next.spec = objectOf(previous.spec);
  },
};

/** The namespace controller: what is left of a namespace that terminates is deleted, then the namespace itself. */
export class Namespaces {
  readonly #store: Store;
  readonly #remover: Remover;
  readonly #terminating = new Set<string>();
  #scheduled = false;

  constructor(store: Store, remover: Remover) {
    this.#store = store;
    this.#remover = remover;
    store.listen((shelf, change) => {
      const { metadata } = change.current.object;
      if (shelf.kind === NAMESPACE_KIND && metadata.deletionTimestamp !== undefined && change.type !== 'DELETED') {
        this.#terminating.add(metadata.name);
      }
      if (change.type !== 'DELETED' && shelf.kind !== NAMESPACE_KIND) return;
      if (this.#terminating.has(metadata.namespace ?? metadata.name)) this.#schedule();
    });
  }

  /** Throws where nothing can be created in a namespace. */
  check(namespace: string, id: ResourceId): void {
    const stored = this.#store.shelf(NAMESPACE_KIND).get('', namespace);
    if (!stored) throw notFound({ group: '', resource: 'namespaces', name: namespace });
    if (stored.object.metadata.deletionTimestamp !== undefined) throw terminating(namespace, id);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      for (const name of this.#terminating) this.#empty(name);
    });
  }

  #empty(name: string): void {
    let left = 0;
    for (const shelf of this.#store.shelves()) {
      if (shelf.kind.namespaced) for (const stored of shelf.list(name)) left += this.#clear(shelf.kind, stored);
    }
    const namespace = this.#store.shelf(NAMESPACE_KIND).get('', name);
    if (left > 0 || !namespace) return;
    this.#terminating.delete(name);
    this.#finalize(namespace);
  }

  /** Deletes one object; 1 where its finalizers hold it. */
  #clear(kind: Kind, stored: Stored): number {
    if (stored.object.metadata.deletionTimestamp !== undefined) return 1;
    return this.#remover.remove(kind, stored).gone ? 0 : 1;
  }

  #finalize(namespace: Stored): void {
    const { object } = namespace;
    const spec = omit(objectOf(object.spec), 'finalizers');
    const held = (object.metadata.finalizers ?? []).length > 0;
    const emptied = this.#store.put(NAMESPACE_KIND, { ...object, spec });
    if (!held) this.#remover.destroy(NAMESPACE_KIND, emptied);
  }
}
