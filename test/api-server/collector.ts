import { equal, type Metadata, type OwnerReference } from './json.ts';
import { ALL_KINDS, apiVersionOf, type Kind, kindId, type ServedKinds } from './kinds.ts';
import { FOREGROUND, ORPHAN, type Remover } from './remove.ts';
import type { Change, Shelf, Store, Stored } from './store.ts';

interface Dependent {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
}

function kindOfOwner(owner: OwnerReference): Kind | undefined {
  const [group = '', version] = owner.apiVersion.includes('/') ? owner.apiVersion.split('/') : ['', owner.apiVersion];
  return ALL_KINDS.find((kind) => {
    return kind.group === group && kind.kind === owner.kind && apiVersionOf(kind, version ?? '') === owner.apiVersion;
  });
}

/**
 * The garbage collector: deletes what no living owner has, and answers for the finalizers of foreground and orphaning
 * deletion. It works a moment after the change, as the real one does.
 */
export class Collector {
  readonly #store: Store;
  readonly #remover: Remover;
  readonly #kinds: ServedKinds;
  /** Objects by the uid of an owner that they name. */
  readonly #dependents = new Map<string, Map<string, Dependent>>();
  readonly #dirty = new Map<string, () => void>();

  constructor(store: Store, remover: Remover, kinds: ServedKinds) {
    this.#store = store;
    this.#remover = remover;
    this.#kinds = kinds;
    store.listen((shelf, change) => this.#observe(shelf, change));
  }

  #observe(shelf: Shelf, { type, current, previous }: Change): void {
    const { kind } = shelf;
    const { metadata } = current.object;
    if (previous) this.#index(kind, previous, (map, key) => map.delete(key));
    if (type !== 'DELETED') this.#index(kind, current, (map, key, dependent) => map.set(key, dependent));
    if (type === 'DELETED') this.#ownerChanged(metadata.uid);
    else if (metadata.ownerReferences && !equal(metadata.ownerReferences, previous?.object.metadata.ownerReferences)) {
      this.#later(kind, current);
    }
    if (metadata.finalizers?.some((name) => name === FOREGROUND || name === ORPHAN)) this.#later(kind, current);
  }

  #index(
    kind: Kind,
    stored: Stored,
    change: (map: Map<string, Dependent>, key: string, dependent: Dependent) => void,
  ): void {
    const { namespace = '', name, ownerReferences } = stored.object.metadata;
    for (const owner of ownerReferences ?? []) {
      const map = this.#dependents.get(owner.uid) ?? new Map<string, Dependent>();
      change(map, `${kindId(kind)} ${stored.key}`, { kind, namespace, name });
      if (map.size === 0) this.#dependents.delete(owner.uid);
      else this.#dependents.set(owner.uid, map);
    }
  }

  #dependentsOf(uid: string): readonly (readonly [Kind, Stored])[] {
    return [...(this.#dependents.get(uid)?.values() ?? [])].flatMap(({ kind, namespace, name }) => {
      const stored = this.#store.shelf(kind).get(namespace, name);
      return stored ? [[kind, stored] as const] : [];
    });
  }

  #ownerChanged(uid: string): void {
    for (const [kind, stored] of this.#dependentsOf(uid)) this.#later(kind, stored);
  }

  #later(kind: Kind, { object }: Stored): void {
    const { namespace = '', name } = object.metadata;
    if (this.#dirty.size === 0) setImmediate(() => this.#drain());
    this.#dirty.set(`${kindId(kind)} ${namespace}/${name}`, () => {
      const stored = this.#store.shelf(kind).get(namespace, name);
      if (stored) this.#attend(kind, stored);
    });
  }

  #drain(): void {
    const tasks = [...this.#dirty.values()];
    this.#dirty.clear();
    for (const task of tasks) task();
  }

  #attend(kind: Kind, stored: Stored): void {
    const { metadata } = stored.object;
    if (metadata.deletionTimestamp === undefined) this.#collect(kind, stored);
    else if (metadata.finalizers?.includes(ORPHAN)) this.#orphan(kind, stored);
    else if (metadata.finalizers?.includes(FOREGROUND)) this.#foreground(kind, stored);
  }

  /** Deletes an object that names owners of which none lives; drops the dead ones of others. */
  #collect(kind: Kind, stored: Stored): void {
    const owners = stored.object.metadata.ownerReferences ?? [];
    const living = owners.filter((owner) => this.#lives(owner, kind, stored.object.metadata));
    if (living.length === owners.length) return;
    if (living.length > 0) this.#setOwners(kind, stored, living);
    else this.#remover.remove(kind, stored);
  }

  /** An owner that is namespaced is looked for beside the object; one of an unknown kind is given the benefit of doubt. */
  #lives(owner: OwnerReference, kind: Kind, dependent: Metadata): boolean {
    const ownerKind = kindOfOwner(owner);
    if (!ownerKind || this.#kinds.versionsOf(ownerKind).length === 0) return true;
    if (ownerKind.namespaced && !kind.namespaced) return true;
    const namespace = ownerKind.namespaced ? (dependent.namespace ?? '') : '';
    return this.#store.shelf(ownerKind).get(namespace, owner.name)?.object.metadata.uid === owner.uid;
  }

  #setOwners(kind: Kind, { object }: Stored, owners: OwnerReference[]): void {
    const { ownerReferences: _dropped, ...metadata } = object.metadata;
    this.#store.put(kind, {
      ...object,
      metadata: owners.length > 0 ? { ...metadata, ownerReferences: owners } : metadata,
    });
  }

  #orphan(kind: Kind, stored: Stored): void {
    const { uid } = stored.object.metadata;
    for (const [dependentKind, dependent] of this.#dependentsOf(uid)) {
      const owners = dependent.object.metadata.ownerReferences ?? [];
      this.#setOwners(
        dependentKind,
        dependent,
        owners.filter((owner) => owner.uid !== uid),
      );
    }
    this.#release(kind, stored, ORPHAN);
  }

  #foreground(kind: Kind, stored: Stored): void {
    const { uid } = stored.object.metadata;
    for (const [dependentKind, dependent] of this.#dependentsOf(uid)) {
      if (dependent.object.metadata.deletionTimestamp === undefined) this.#remover.remove(dependentKind, dependent);
    }
    const blocking = this.#dependentsOf(uid).filter(([, dependent]) => {
      return dependent.object.metadata.ownerReferences?.some(
        (owner) => owner.uid === uid && owner.blockOwnerDeletion === true,
      );
    });
    if (blocking.length === 0) this.#release(kind, stored, FOREGROUND);
    else for (const [, dependent] of blocking) this.#awaitEnd(dependent, kind, stored);
  }

  /** Looks at a waiting owner again whenever one of its kind's dependents goes. */
  #awaitEnd(dependent: Stored, kind: Kind, owner: Stored): void {
    const shelf = this.#store.shelf(this.#kindOf(dependent));
    const stop = shelf.listen((change) => {
      if (change.type !== 'DELETED' || change.current.object.metadata.uid !== dependent.object.metadata.uid) return;
      stop();
      this.#later(kind, owner);
    });
  }

  #kindOf({ object }: Stored): Kind {
    const kind = ALL_KINDS.find((candidate) => candidate.kind === object.kind && candidate.storedAs === undefined);
    if (!kind) throw new Error(`no kind ${object.kind}`);
    return kind;
  }

  #release(kind: Kind, { object }: Stored, finalizer: string): void {
    const finalizers = (object.metadata.finalizers ?? []).filter((name) => name !== finalizer);
    const stored = this.#store.put(kind, { ...object, metadata: { ...object.metadata, finalizers } });
    if (finalizers.length === 0) this.#remover.destroy(kind, stored);
  }
}
