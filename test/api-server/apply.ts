import { decodeObject } from './decode.ts';
import { badRequest, conflict, invalid, STALE } from './failure.ts';
import { overlaid, without } from './field-paths.ts';
import { type ApiObject, isObject, type Json, type JsonObject, objectOf, omit, stringOf } from './json.ts';
import { apiVersionOf } from './kinds.ts';
import { applyConflict, FieldOwners } from './ownership.ts';
import { APPLY_PATCHES } from './patch.ts';
import { type ApiRequest, isDryRun } from './request.ts';
import type { Store } from './store.ts';
import { resourceId, type Writer, type Written } from './write.ts';

export function isApply(contentType: string): boolean {
  return APPLY_PATCHES.includes(contentType);
}

const IDENTITY = [
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'managedFields',
  'generateName',
];
const SYSTEM = [...IDENTITY, 'deletionTimestamp', 'deletionGracePeriodSeconds'];

/** What of an object can have owners: no identity, and its status only on the status endpoint. */
function ownable(object: JsonObject, subresource: string): JsonObject {
  if (subresource === 'status') return { status: objectOf(object.status) };
  const metadata = omit(objectOf(object.metadata), ...SYSTEM);
  return {
    ...omit(object, 'apiVersion', 'kind', 'metadata', 'status'),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  };
}

/** The manager's name that the real server takes where a write names none. */
function managerOf(request: ApiRequest): string {
  return request.query.get('fieldManager') ?? (request.userAgent.split('/')[0] || 'unknown');
}

/**
 * Server-side apply. Owners are kept from an object's first apply on; what was there before belongs to whoever created
 * it. They are not shown in `managedFields`.
 */
export class Applier {
  readonly #store: Store;
  readonly #writer: Writer;
  readonly #owners = new Map<string, FieldOwners>();
  readonly #creators = new Map<string, string>();

  constructor(store: Store, writer: Writer) {
    this.#store = store;
    this.#writer = writer;
    store.listen((_shelf, { type, current }) => {
      const { uid } = current.object.metadata;
      if (type !== 'DELETED') return;
      this.#creators.delete(uid);
      for (const subresource of ['', 'status']) this.#owners.delete(`${uid}/${subresource}`);
    });
  }

  /** Notes the manager of a write that is no apply. */
  noteWrite(request: ApiRequest, before: ApiObject | undefined, after: ApiObject): void {
    if (isDryRun(request)) return;
    const { uid } = after.metadata;
    if (!before) this.#creators.set(uid, managerOf(request));
    const { subresource } = request;
    const owners = this.#owners.get(`${uid}/${subresource}`);
    if (before && owners) owners.updated(managerOf(request), ownable(before, subresource), ownable(after, subresource));
  }

  apply(request: ApiRequest, given: Json): Written {
    if (!isObject(given)) throw badRequest('the applied configuration is no object');
    if (!request.query.get('fieldManager')) throw noManager();
    if (given.kind !== undefined && given.kind !== request.kind.kind)
      throw badRequest(`invalid object type: Kind=${stringOf(given.kind)}`);
    const before = this.#store.shelf(request.kind).get(request.namespace, request.name)?.object;
    return before ? this.#update(request, given, before) : this.#create(request, given);
  }

  #create(request: ApiRequest, given: JsonObject): Written {
    if (objectOf(given.metadata).resourceVersion) throw conflict(resourceId(request), STALE);
    const stored = this.#writer.create(request, decodeObject(request, structuredClone(given)));
    if (isDryRun(request)) return { stored, created: true };
    const owners = new FieldOwners();
    this.#owners.set(`${stored.object.metadata.uid}/`, owners);
    owners.applied(managerOf(request), ownable(given, ''), []);
    return { stored, created: true };
  }

  #update(request: ApiRequest, given: JsonObject, before: ApiObject): Written {
    const { subresource, kind } = request;
    const manager = managerOf(request);
    const configuration = ownable(given, subresource);
    const owners = this.#ownersOf(before, subresource);
    const live: JsonObject = structuredClone(before);
    const apiVersion = apiVersionOf(kind, request.version);
    const conflicts = owners.conflicts(manager, live, configuration, apiVersion);
    if (conflicts.length > 0 && request.query.get('force') !== 'true') throw applyConflict(conflicts);
    const pruned = owners.abandoned(manager, configuration).reduce<Json>(without, live);
    const merged = objectOf(overlaid(pruned, configuration));
    const resourceVersion = stringOf(objectOf(given.metadata).resourceVersion) || before.metadata.resourceVersion;
    const metadata = { ...objectOf(merged.metadata), resourceVersion };
    const stored = this.#writer.update(
      request,
      decodeObject(request, structuredClone({ ...merged, apiVersion, metadata })),
    ).stored;
    if (!isDryRun(request)) owners.applied(manager, configuration, conflicts);
    return { stored, created: false };
  }

  #ownersOf(object: ApiObject, subresource: string): FieldOwners {
    const key = `${object.metadata.uid}/${subresource}`;
    const known = this.#owners.get(key);
    if (known) return known;
    const owners = new FieldOwners();
    owners.updated(this.#creators.get(object.metadata.uid) ?? 'before-first-apply', {}, ownable(object, subresource));
    this.#owners.set(key, owners);
    return owners;
  }
}

function noManager() {
  const causes = [
    { reason: 'FieldValueRequired', message: 'Required value: is required for apply patch', field: 'fieldManager' },
  ];
  return invalid({ group: 'meta.k8s.io', resource: 'PatchOptions', name: '' }, causes);
}
