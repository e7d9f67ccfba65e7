import { isObject, type Json, type JsonObject } from './json.ts';

/**
 * Merge keys of the lists that Kubernetes types merge by key, by field name. An approximation: the real server
 * knows them per type. A list that is not named here is replaced, and so is `ports` where items carry no `port`.
 */
const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  ports: ['port', 'containerPort'],
  conditions: ['type'],
  containers: ['name'],
  initContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  imagePullSecrets: ['name'],
  ownerReferences: ['uid'],
  podIPs: ['ip'],
  addresses: ['type'],
  secrets: ['name'],
};
/** Lists of plain values that are merged as sets. */
const SETS = new Set(['finalizers']);

function keyFor(field: string, items: readonly Json[]): string | undefined {
  return MERGE_KEYS[field]?.find((key) => items.every((item) => isObject(item) && item[key] !== undefined));
}

function identity(item: Json | undefined, key: string): Json | undefined {
  return isObject(item) ? item[key] : undefined;
}

/**
 * Items that the patch names stand in its order, those it does not name in theirs; where both are known to the server
 * the server's order decides which comes first.
 */
function interleaved(kept: readonly Json[], patched: readonly Json[], rank: (item: Json) => number): Json[] {
  const order: Json[] = [];
  const left = [...kept];
  for (const item of patched) {
    while (left[0] !== undefined && rank(item) >= 0 && rank(left[0]) < rank(item)) order.push(left.shift() ?? null);
    order.push(item);
  }
  return [...order, ...left];
}

function mergeByKey(known: readonly Json[], patch: readonly JsonObject[], key: string): Json[] {
  // Of several items with one key only the first is merged, as on the real server (TCP and UDP on one port number).
  const first = patch.map((item) => known.find((old) => identity(old, key) === item[key]));
  const kept = known.filter((item) => !first.includes(item));
  const wanted = patch.filter((item) => item.$patch !== 'delete');
  const merged = wanted.map((item) =>
    strategicMerge(known.find((old) => identity(old, key) === item[key]) ?? {}, item),
  );
  return interleaved(kept, merged, (item) => known.findIndex((old) => identity(old, key) === identity(item, key)));
}

function mergeList(target: Json | undefined, patch: readonly Json[], field: string): Json {
  const known = Array.isArray(target) ? target : [];
  if (SETS.has(field)) return [...known, ...patch.filter((item) => !known.includes(item))];
  const key = keyFor(field, patch);
  if (key === undefined || patch.some((item) => isObject(item) && item.$patch === 'replace')) {
    return patch.filter((item) => !(isObject(item) && '$patch' in item));
  }
  return mergeByKey(known, patch.filter(isObject), key);
}

/** `$deleteFromPrimitiveList/finalizers: [...]` takes values out of a list. */
function withoutDeleted(merged: JsonObject, name: string, value: Json | undefined): void {
  const field = name.slice('$deleteFromPrimitiveList/'.length);
  const known = merged[field];
  if (Array.isArray(known) && Array.isArray(value)) merged[field] = known.filter((item) => !value.includes(item));
}

function mergeMember(merged: JsonObject, name: string, value: Json | undefined): void {
  if (name.startsWith('$deleteFromPrimitiveList/')) withoutDeleted(merged, name, value);
  else if (name.startsWith('$')) return;
  else if (value === null) delete merged[name];
  else if (Array.isArray(value)) merged[name] = mergeList(merged[name], value, name);
  else merged[name] = strategicMerge(merged[name], value);
}

/** Strategic merge patch as far as kubectl uses it for the kinds here. */
export function strategicMerge(target: Json | undefined, patch: Json | undefined): Json {
  if (!isObject(patch)) return patch ?? null;
  const merged: JsonObject = isObject(target) && patch.$patch !== 'replace' ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) mergeMember(merged, name, value);
  return merged;
}
