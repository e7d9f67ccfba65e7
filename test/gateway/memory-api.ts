import type { ApiRequest, ApiResult } from '../../src/kubernetes/client.ts';
import { kinds } from '../../src/kubernetes/kinds.ts';
import type { Kind, ObjectKey } from '../../src/objects/keys.ts';
import { keyOfManifest, type Manifest, type Stored, stored } from './manifests.ts';

/** What was written. */
export interface Write {
  readonly verb: 'create' | 'patch' | 'status' | 'delete';
  readonly key: ObjectKey;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Just enough of an API server to apply, one after the other, the requests that effects make. Nothing is awaited. */
export class MemoryApi {
  readonly #objects = new Map<ObjectKey, Stored>();
  readonly #written = new Set<ObjectKey>();
  /** How many objects had a name so far. */
  readonly #births = new Map<ObjectKey, number>();
  #version = 0;

  get objects(): readonly Stored[] {
    return [...this.#objects.values()];
  }

  get(key: ObjectKey): Stored | undefined {
    return this.#objects.get(key);
  }

  /** Whether the controller never wrote more than the status of it. */
  isUntouched(key: ObjectKey): boolean {
    return !this.#written.has(key);
  }

  /** What a user does with `kubectl apply`: the status stays. */
  put(manifest: Manifest): Stored {
    const before = this.#objects.get(keyOfManifest(manifest));
    const kept = before && { status: before.status };
    const { uid, generation = 0 } = before?.metadata ?? {};
    const metadata = { ...(uid !== undefined && { uid, generation: generation + 1 }), ...manifest.metadata };
    return this.#store({ ...kept, ...manifest, metadata });
  }

  /** With finalizers it is only marked. @returns what is gone, or is marked now. */
  remove(key: ObjectKey): Stored | undefined {
    const before = this.#objects.get(key);
    if (before !== undefined && finalizersOf(before).length > 0) {
      const generation = before.metadata.generation + 1;
      return this.#store({ ...before, metadata: { ...before.metadata, deletionTimestamp, generation } });
    }
    this.#objects.delete(key);
    return before;
  }

  /** A JSON merge patch by somebody; with the last finalizer a marked object goes. */
  patch(key: ObjectKey, body: unknown): Stored {
    const before = this.#objects.get(key);
    if (before === undefined) throw new Error(`${key} does not exist`);
    const next = mergePatch(before, body) as Stored;
    const isNewSpec = JSON.stringify(before.spec) !== JSON.stringify(next.spec);
    const generation = before.metadata.generation + (isNewSpec ? 1 : 0);
    const after = this.#store({ ...next, metadata: { ...next.metadata, generation } });
    if (after.metadata.deletionTimestamp !== undefined && finalizersOf(after).length === 0) this.#objects.delete(key);
    return after;
  }

  /** @throws where the request is one that no API server would take. */
  handle(request: ApiRequest): { readonly result: ApiResult; readonly write: Write } {
    const body = (request.body ?? {}) as Readonly<Record<string, unknown>>;
    const { key, isStatus } = parsePath(request, body);
    if (!isStatus) this.#written.add(key);
    switch (request.method) {
      case 'POST':
        if (this.#objects.has(key)) throw new Error(`${key} exists already`);
        return {
          write: { verb: 'create', key, body },
          result: { body: this.#store(mergePatch({}, body) as Manifest) },
        };
      case 'PATCH': {
        this.#checkVersion(key, body);
        const { resourceVersion: _base, ...metadata } = (body.metadata ?? {}) as Record<string, unknown>;
        const change = isStatus ? { status: body.status } : { ...body, metadata, status: undefined };
        return { write: { verb: isStatus ? 'status' : 'patch', key, body }, result: { body: this.patch(key, change) } };
      }
      case 'DELETE':
        if (this.remove(key) === undefined) throw new Error(`${key} does not exist`);
        return { write: { verb: 'delete', key, body }, result: { body: { kind: 'Status' } } };
      case 'GET':
      case 'PUT':
        throw new Error(`${request.method} is not expected`);
    }
  }

  #store(manifest: Manifest): Stored {
    this.#version += 1;
    const key = keyOfManifest(manifest);
    const births = (this.#births.get(key) ?? 0) + (this.#objects.has(key) ? 0 : 1);
    this.#births.set(key, births);
    const object = stored(manifest, this.#version, births);
    this.#objects.set(key, object);
    return object;
  }

  #checkVersion(key: ObjectKey, body: Readonly<Record<string, unknown>>): void {
    const { resourceVersion } = body.metadata as { resourceVersion: string };
    const there = this.#objects.get(key)?.metadata.resourceVersion;
    if (resourceVersion !== there) throw new Error(`${key}: decided on version ${resourceVersion}, which is ${there}`);
  }
}

const deletionTimestamp = '2026-01-01T12:00:00Z';

function finalizersOf({ metadata }: Stored): readonly unknown[] {
  return Array.isArray(metadata.finalizers) ? metadata.finalizers : [];
}

function parsePath(
  { path, method }: ApiRequest,
  body: Readonly<Record<string, unknown>>,
): { readonly key: ObjectKey; readonly isStatus: boolean } {
  const parts = path.replace(/^\/(api|apis\/[^/]+)\/[^/]+\//, '').split('/');
  const namespace = parts[0] === 'namespaces' ? (parts[1] ?? '') : '';
  const [plural, name, subresource] = parts[0] === 'namespaces' ? parts.slice(2) : parts;
  const kind = (Object.keys(kinds) as Kind[]).find((candidate) => kinds[candidate].plural === plural);
  if (kind === undefined) throw new Error(`no kind at ${path}`);
  const given = (body.metadata as { name?: string } | undefined)?.name;
  const key: ObjectKey = `${kind}/${namespace}/${(method === 'POST' ? given : name) ?? ''}`;
  return { key, isStatus: subresource === 'status' };
}

/** RFC 7386. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const isObject = typeof target === 'object' && target !== null && !Array.isArray(target);
  const merged: Record<string, unknown> = isObject ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}
