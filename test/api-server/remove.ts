import { notSupported } from './causes.ts';
import { badRequest, conflict, invalid, notFound } from './failure.ts';
import { type ApiObject, isObject, type JsonObject, numberOf, objectOf, stringOf } from './json.ts';
import type { Kind } from './kinds.ts';
import { timestamp } from './metadata.ts';
import { type ApiRequest, isDryRun } from './request.ts';
import { Stored } from './store.ts';
import { resourceId, type WriteContext } from './write.ts';

/** Finalizers that the garbage collector answers for. */
export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

export interface DeleteOptions {
  readonly uid: string;
  readonly resourceVersion: string;
  /** Finalizer that the propagation policy adds, if any. */
  readonly finalizer: typeof FOREGROUND | typeof ORPHAN | undefined;
  readonly graceSeconds: number | undefined;
}

export interface Deleted {
  readonly stored: Stored;
  /** False where finalizers or a grace period keep the object for now. */
  readonly gone: boolean;
}

function finalizerOf(policy: string): DeleteOptions['finalizer'] {
  switch (policy) {
    case 'Foreground':
      return FOREGROUND;
    case 'Orphan':
      return ORPHAN;
    case '':
    case 'Background':
      return undefined;
    default:
      throw invalid({ group: 'meta.k8s.io', resource: 'DeleteOptions', name: '' }, [
        notSupported('propagationPolicy', policy, ['Foreground', 'Background', 'Orphan', 'nil']),
      ]);
  }
}

/** Options of a DELETE, from its body or its query. */
export function deleteOptions(request: ApiRequest): DeleteOptions {
  const body: unknown = request.body.length === 0 ? {} : JSON.parse(request.body.toString('utf8'));
  if (!isObject(body)) throw badRequest('DeleteOptions must be an object');
  const preconditions = objectOf(body.preconditions);
  const policy = stringOf(body.propagationPolicy) || (request.query.get('propagationPolicy') ?? '');
  const grace = body.gracePeriodSeconds ?? request.query.get('gracePeriodSeconds') ?? undefined;
  return {
    uid: stringOf(preconditions.uid),
    resourceVersion: stringOf(preconditions.resourceVersion),
    finalizer: body.orphanDependents === true ? ORPHAN : finalizerOf(policy),
    graceSeconds: grace === undefined ? undefined : Number(grace),
  };
}

const NO_OPTIONS: DeleteOptions = {
  uid: '',
  resourceVersion: '',
  finalizer: undefined,
  graceSeconds: undefined,
};

/** Seconds that a Pod on a node is given to stop; nothing else is deleted gracefully. */
function graceOf(object: ApiObject, options: DeleteOptions): number {
  const spec = objectOf(object.spec);
  if (object.kind !== 'Pod' || stringOf(spec.nodeName) === '') return 0;
  return options.graceSeconds ?? (numberOf(spec.terminationGracePeriodSeconds) || 30);
}

/** What holds an object now: a propagation policy takes the place of one that was there. */
function keptFinalizers(object: ApiObject, { finalizer }: DeleteOptions): string[] {
  const known = object.metadata.finalizers ?? [];
  return known.filter((name) => finalizer === undefined || (name !== FOREGROUND && name !== ORPHAN));
}

export class Remover {
  readonly #context: WriteContext;

  constructor(context: WriteContext) {
    this.#context = context;
  }

  delete(request: ApiRequest): Deleted {
    const { kind, namespace, name } = request;
    const stored = this.#context.store.shelf(kind).get(namespace, name);
    if (!stored) throw notFound(resourceId(request));
    const options = deleteOptions(request);
    this.#checkPreconditions(request, stored, options);
    return isDryRun(request) ? { stored, gone: true } : this.remove(kind, stored, options);
  }

  #checkPreconditions(request: ApiRequest, stored: Stored, options: DeleteOptions): void {
    const { uid, resourceVersion } = stored.object.metadata;
    const id = { ...resourceId(request), resource: request.kind.kind };
    if (options.uid !== '' && options.uid !== uid) {
      throw conflict(
        id,
        `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
      );
    }
    if (options.resourceVersion !== '' && options.resourceVersion !== resourceVersion) {
      throw conflict(
        id,
        `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
      );
    }
  }

  /** Deletes at once, or marks the object where something holds it. */
  remove(kind: Kind, stored: Stored, options: DeleteOptions = NO_OPTIONS): Deleted {
    const { object } = stored;
    const finalizers = keptFinalizers(object, options);
    if (options.finalizer && object.metadata.deletionTimestamp === undefined) finalizers.push(options.finalizer);
    const grace = graceOf(object, options);
    if (kind.kind === 'Namespace') return { stored: this.#terminate(kind, stored), gone: false };
    if (finalizers.length === 0 && grace === 0)
      return { stored: this.destroy(kind, this.#lastState(kind, stored)), gone: true };
    if (object.metadata.deletionTimestamp !== undefined) return { stored, gone: false };
    return { stored: this.#mark(kind, stored, { finalizers, grace }), gone: false };
  }

  /** Takes an object out of the store, whatever holds it. */
  destroy(kind: Kind, stored: Stored): Stored {
    this.#context.strategy(kind).commit?.(undefined, stored.object);
    return this.#context.store.remove(kind, stored);
  }

  /** A Pod that goes at once still shows that it was deleted gracefully, with no time. */
  #lastState(kind: Kind, stored: Stored): Stored {
    const { object, version } = stored;
    if (kind.kind !== 'Pod' || object.metadata.deletionTimestamp !== undefined) return stored;
    const deletion = { deletionTimestamp: timestamp(this.#context.now()), deletionGracePeriodSeconds: 0 };
    const metadata = { ...object.metadata, ...deletion, generation: (object.metadata.generation ?? 0) + 1 };
    return new Stored({ ...object, metadata }, version);
  }

  #mark(kind: Kind, stored: Stored, { finalizers, grace }: { finalizers: string[]; grace: number }): Stored {
    const { object } = stored;
    const at = new Date(this.#context.now().getTime() + grace * 1000);
    const { generation } = object.metadata;
    const metadata = {
      ...object.metadata,
      ...(finalizers.length > 0 ? { finalizers } : {}),
      ...(generation === undefined ? {} : { generation: generation + 1 }),
      deletionTimestamp: timestamp(at),
      deletionGracePeriodSeconds: grace,
    };
    return this.#context.store.put(kind, { ...object, metadata });
  }

  #terminate(kind: Kind, stored: Stored): Stored {
    if (stored.object.metadata.deletionTimestamp !== undefined) return stored;
    const metadata = { ...stored.object.metadata, deletionTimestamp: timestamp(this.#context.now()) };
    return this.#context.store.put(kind, { ...stored.object, metadata, status: { phase: 'Terminating' } });
  }
}

/** The answer of a DELETE that does not return the object. */
export function deletedStatus(kind: Kind, stored: Stored): JsonObject {
  const { name, uid } = stored.object.metadata;
  const details = { name, group: kind.group || undefined, kind: kind.plural, uid };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}
