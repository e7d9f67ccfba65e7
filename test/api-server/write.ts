import { invalidValue } from './causes.ts';
import {
  alreadyExists,
  type Cause,
  conflict,
  forbidden,
  invalid,
  notFound,
  plainError,
  type ResourceId,
  STALE,
  unknownPath,
} from './failure.ts';
import { checkFields } from './field-validation.ts';
import { type ApiObject, equal, type Metadata, objectOf, omit } from './json.ts';
import type { Kind } from './kinds.ts';
import { createdMetadataCauses, newMetadata, updatedMetadata, updatedMetadataCauses } from './metadata.ts';
import { type ApiRequest, isDryRun } from './request.ts';
import { type Store, Stored } from './store.ts';
import type { Strategy } from './strategy.ts';

export interface WriteContext {
  readonly store: Store;
  readonly strategy: (kind: Kind, version?: string) => Strategy;
  readonly now: () => Date;
  /** Says why a namespace takes no new objects; throws. */
  readonly checkNamespace: (namespace: string, id: ResourceId) => void;
}

export interface Written {
  readonly stored: Stored;
  readonly created: boolean;
}

export function resourceId(request: ApiRequest, name = request.name): ResourceId {
  return { group: request.kind.group, resource: request.kind.plural, name };
}

function preconditionFailed(wanted: string, actual: string): string {
  return `StorageError: invalid object, Code: 4, AdditionalErrorMsg: Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${actual}`;
}

function refuse(request: ApiRequest, object: ApiObject, causes: readonly Cause[]): void {
  if (causes.length === 0) return;
  // Errors of Events name the kind that is stored.
  const group = request.kind.storedAs === undefined ? request.kind.group : '';
  throw invalid({ group, resource: request.kind.kind, name: object.metadata.name }, causes);
}

/** A stored version that a dry run would have made; nothing is stored. */
function unstored(object: ApiObject, version: string | undefined): Stored {
  const { resourceVersion: _none, ...metadata } = object.metadata;
  const shown = (version === undefined ? metadata : { ...metadata, resourceVersion: version }) as Metadata;
  return new Stored({ ...object, metadata: shown }, Number(version ?? 0));
}

export class Writer {
  readonly #context: WriteContext;

  constructor(context: WriteContext) {
    this.#context = context;
  }

  create(request: ApiRequest, given: ApiObject): Stored {
    const { kind, namespace } = request;
    const { store, now } = this.#context;
    const strategy = this.#context.strategy(kind, request.version);
    if (given.metadata.resourceVersion) throw plainError('resourceVersion should not be set on objects to be created');
    const metadata = newMetadata(given.metadata, namespace, kind, now());
    const object: ApiObject = {
      ...(kind.status ? omit(given, 'status') : given),
      apiVersion: given.apiVersion,
      kind: given.kind,
      metadata,
    };
    checkFields(request, object, strategy.schema);
    strategy.setDefaults?.(object);
    const id = resourceId(request, metadata.name);
    if (kind.namespaced) this.#context.checkNamespace(namespace, id);
    strategy.prepareCreate?.(object);
    refuse(request, object, [
      ...createdMetadataCauses(object, kind),
      ...(strategy.validate?.(object, undefined) ?? []),
    ]);
    if (store.shelf(kind).get(namespace, metadata.name)) throw alreadyExists(id);
    if (isDryRun(request)) return unstored(object, undefined);
    strategy.commit?.(object, undefined);
    return store.put(kind, object);
  }

  /** Replaces an object, or its status: what PUT does and what ends every PATCH. */
  update(request: ApiRequest, given: ApiObject): Written {
    const { kind, namespace, name } = request;
    const before = this.#context.store.shelf(kind).get(namespace, name);
    if (before) return { stored: this.#replace(request, given, before), created: false };
    if (!kind.createOnUpdate || request.subresource !== '') throw notFound(resourceId(request));
    if (given.metadata.uid) throw conflict(resourceId(request), preconditionFailed(given.metadata.uid, ''));
    const metadata = { ...given.metadata, resourceVersion: '' };
    return { stored: this.create(request, { ...given, metadata }), created: true };
  }

  #replace(request: ApiRequest, given: ApiObject, before: Stored): Stored {
    const { kind } = request;
    const strategy = this.#context.strategy(kind, request.version);
    this.#checkVersion(request, given, before);
    checkFields(request, given, strategy.schema);
    // Defaults are a matter of decoding: they go by what was sent, before the endpoint drops what it does not write.
    strategy.setDefaults?.(given);
    const object = this.#merged(request, given, before.object);
    if (request.subresource === 'status') strategy.prepareStatus?.(object, before.object);
    else strategy.prepareUpdate?.(object, before.object);
    const validate = request.subresource === 'status' ? strategy.validateStatus : strategy.validate;
    refuse(request, object, [
      ...updatedMetadataCauses(object, before.object, kind),
      ...(validate?.(object, before.object) ?? []),
    ]);
    return this.#store(request, this.#counted(kind, object, before.object), before);
  }

  #checkVersion(request: ApiRequest, given: ApiObject, before: Stored): void {
    const { resourceVersion, uid } = given.metadata;
    const current = before.object.metadata;
    // A PATCH that changes the uid is found by validation, a PUT by the precondition that its uid is.
    if (uid && uid !== current.uid && request.verb === 'update') {
      throw conflict(resourceId(request), preconditionFailed(uid, current.uid));
    }
    if (!resourceVersion || resourceVersion === '0') {
      if (request.kind.unconditionalUpdate) return;
      const field = 'metadata.resourceVersion';
      const id = { group: request.kind.group, resource: request.kind.plural, name: request.name };
      throw invalid(id, [invalidValue(field, 0, 'must be specified for an update')]);
    }
    if (!/^\d+$/.test(resourceVersion))
      throw plainError(`strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`);
    if (resourceVersion !== current.resourceVersion) throw conflict(resourceId(request), STALE);
  }

  /** Takes from the given object only what the endpoint may write. */
  #merged(request: ApiRequest, given: ApiObject, before: ApiObject): ApiObject {
    const { kind, subresource } = request;
    const identity = { apiVersion: before.apiVersion, kind: before.kind };
    if (subresource === 'status') {
      // Custom resources keep their metadata; built-in kinds let a status write change labels and annotations too.
      const metadata = kind.custom ? { ...before.metadata } : updatedMetadata(given.metadata, before.metadata);
      return { ...before, ...identity, metadata, status: given.status };
    }
    const status = kind.status ? { status: before.status } : {};
    return { ...given, ...status, ...identity, metadata: updatedMetadata(given.metadata, before.metadata) };
  }

  /** Counts the generation on a change outside metadata and status. */
  #counted(kind: Kind, object: ApiObject, before: ApiObject): ApiObject {
    if (!kind.generation) return object;
    const ignored = ['metadata', 'status', 'apiVersion', 'kind'];
    // An EndpointSlice counts its labels too.
    const labelsCount = kind.kind === 'EndpointSlice' && !equal(object.metadata.labels, before.metadata.labels);
    if (!labelsCount && equal(omit(object, ...ignored), omit(before, ...ignored))) return object;
    const generation = (before.metadata.generation ?? 0) + 1;
    return {
      ...object,
      apiVersion: object.apiVersion,
      kind: object.kind,
      metadata: { ...object.metadata, generation },
    };
  }

  #store(request: ApiRequest, object: ApiObject, before: Stored): Stored {
    const { kind } = request;
    const { store, strategy } = this.#context;
    object.metadata.resourceVersion = before.object.metadata.resourceVersion;
    if (equal(object, before.object)) return before;
    if (isDryRun(request)) return unstored(object, before.object.metadata.resourceVersion);
    strategy(kind).commit?.(object, before.object);
    const finished = object.metadata.deletionTimestamp !== undefined && (object.metadata.finalizers ?? []).length === 0;
    const waiting = (before.object.metadata.finalizers ?? []).length > 0;
    if (!finished || !waiting || holdsBack(object)) return store.put(kind, object);
    // The last finalizer went: what is left of the object is deleted with this very write.
    strategy(kind).commit?.(undefined, object);
    return store.remove(kind, new Stored(object, before.version));
  }
}

/** A Namespace or a Pod that terminates gracefully outlives its finalizers. */
function holdsBack(object: ApiObject): boolean {
  const ofNamespace = objectOf(object.spec).finalizers;
  return (
    (Array.isArray(ofNamespace) && ofNamespace.length > 0) || (object.metadata.deletionGracePeriodSeconds ?? 0) > 0
  );
}

export function refuseSubresource(request: ApiRequest): void {
  const { subresource, kind } = request;
  if (subresource === '' || (subresource === 'status' && kind.status)) return;
  if (subresource === 'finalize' && kind.kind === 'Namespace') return;
  if (kind.custom && subresource === 'status') throw notFound(resourceId(request));
  throw unknownPath();
}

export function terminating(namespace: string, id: ResourceId): Error {
  const message = `namespace ${namespace} is being terminated`;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  return forbidden(id, why, [{ reason: 'NamespaceTerminating', message, field: 'metadata.namespace' }]);
}
