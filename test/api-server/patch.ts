import { badRequest, unprocessable, unsupportedMediaType } from './failure.ts';
import { arrayOf, equal, isObject, type Json, type JsonObject, stringOf } from './json.ts';
import { strategicMerge } from './strategic-merge.ts';

export const MERGE_PATCH = 'application/merge-patch+json';
export const JSON_PATCH = 'application/json-patch+json';
export const STRATEGIC_PATCH = 'application/strategic-merge-patch+json';
export const APPLY_PATCHES: readonly string[] = ['application/apply-patch+yaml', 'application/apply-patch+json'];

/** RFC 7386. Neither argument is changed; the result shares what is the same. */
export function mergePatch(target: Json | undefined, patch: Json | undefined): Json {
  if (!isObject(patch)) return patch ?? null;
  const merged: JsonObject = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = mergePatch(merged[name], value);
  }
  return merged;
}

const REJECTED = 'the server rejected our request due to an error in our request';

function pointer(path: string): string[] {
  if (path !== '' && !path.startsWith('/')) throw unprocessable(`the path ${path} is no JSON pointer`);
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function missing(): never {
  throw unprocessable(REJECTED);
}

function indexOf(list: readonly Json[], key: string): number {
  const index = Number(key);
  if (!/^\d+$/.test(key) || index >= list.length) missing();
  return index;
}

function insertionIndex(list: readonly Json[], key: string): number {
  const index = key === '-' ? list.length : Number(key);
  if (!(index >= 0 && index <= list.length)) missing();
  return index;
}

/** Walks to the container of the last part of a pointer. */
function containerOf(root: Json, parts: readonly string[]): Json {
  let current = root;
  for (const part of parts.slice(0, -1)) {
    const next = Array.isArray(current)
      ? current[indexOf(current, part)]
      : isObject(current)
        ? current[part]
        : undefined;
    if (next === undefined) missing();
    current = next;
  }
  return current;
}

function valueAt(root: Json, path: string): Json {
  const parts = pointer(path);
  if (parts.length === 0) return root;
  const container = containerOf(root, parts);
  const key = parts.at(-1) ?? '';
  const value = Array.isArray(container)
    ? container[indexOf(container, key)]
    : isObject(container)
      ? container[key]
      : undefined;
  return value ?? (isObject(container) && container[key] === null ? null : missing());
}

function addAt(root: Json, path: string, value: Json): void {
  const parts = pointer(path);
  const container = containerOf(root, parts);
  const key = parts.at(-1) ?? '';
  if (Array.isArray(container)) container.splice(insertionIndex(container, key), 0, value);
  else if (isObject(container)) container[key] = value;
  else missing();
}

function removeAt(root: Json, path: string): void {
  const parts = pointer(path);
  valueAt(root, path);
  const container = containerOf(root, parts);
  const key = parts.at(-1) ?? '';
  if (Array.isArray(container)) container.splice(Number(key), 1);
  else if (isObject(container)) delete container[key];
}

function moveTo(root: Json, from: string, path: string): void {
  const moved = valueAt(root, from);
  removeAt(root, from);
  addAt(root, path, moved);
}

function testAt(root: Json, path: string, value: Json): void {
  if (!equal(valueAt(root, path), value)) throw unprocessable(REJECTED);
}

type Operation = (root: Json, path: string, operation: JsonObject) => void;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  add: (root, path, { value = null }) => addAt(root, path, value),
  remove: (root, path) => removeAt(root, path),
  replace: (root, path, { value = null }) => {
    removeAt(root, path);
    addAt(root, path, value);
  },
  test: (root, path, { value = null }) => testAt(root, path, value),
  copy: (root, path, { from }) => addAt(root, path, structuredClone(valueAt(root, stringOf(from)))),
  move: (root, path, { from }) => moveTo(root, stringOf(from), path),
};

function perform(root: Json, operation: JsonObject): void {
  const perform = OPERATIONS[stringOf(operation.op)];
  if (!perform) throw unprocessable(REJECTED);
  perform(root, stringOf(operation.path), operation);
}

/** RFC 6902, on a copy of the target. */
export function jsonPatch(target: JsonObject, operations: readonly Json[]): Json {
  const root = structuredClone(target);
  for (const operation of operations) {
    if (!isObject(operation)) throw badRequest('error decoding patch: an operation is no object');
    perform(root, operation);
  }
  return root;
}

/** Applies a patch of any type but server-side apply. `custom` resources know no strategic merge. */
export function applyPatch(target: JsonObject, contentType: string, patch: Json, custom: boolean): JsonObject {
  const patched = patchedValue(target, contentType, patch, custom);
  if (!isObject(patched)) throw badRequest('the patched value is no object');
  return patched;
}

function patchedValue(target: JsonObject, contentType: string, patch: Json, custom: boolean): Json {
  switch (contentType) {
    case MERGE_PATCH:
      return mergePatch(target, patch);
    case JSON_PATCH:
      if (!Array.isArray(patch)) throw badRequest('error decoding patch: it is no list of operations');
      return jsonPatch(target, arrayOf(patch));
    case STRATEGIC_PATCH:
      if (!custom) return strategicMerge(target, patch);
  }
  throw unsupportedMediaType([
    JSON_PATCH,
    MERGE_PATCH,
    ...(custom ? [] : [STRATEGIC_PATCH]),
    'application/apply-patch+yaml',
  ]);
}
