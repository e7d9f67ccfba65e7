import { equal, isObject, type Json, type JsonObject } from './json.ts';

/**
 * Fields as server-side apply counts them. How lists merge is known by field name, an approximation of the schemas:
 * a list that is not named here is one value, and so is a map called `selector`.
 */
const LIST_KEYS: Readonly<Record<string, readonly string[]>> = {
  ports: ['port', 'protocol'],
  conditions: ['type'],
  listeners: ['name'],
  containers: ['name'],
  volumes: ['name'],
  env: ['name'],
  ownerReferences: ['uid'],
  supportedFeatures: ['name'],
};
const ATOMIC_MAPS: readonly string[] = ['selector', 'nodeSelector'];
const SETS: readonly string[] = ['finalizers'];
const KEY_DEFAULTS: Readonly<Record<string, Json>> = { protocol: 'TCP' };

/** One step into a value: a member, or the item of a list that has these keys or is this value. */
export type Step = { readonly field: string } | { readonly keys: JsonObject } | { readonly item: Json };
export type Path = readonly Step[];

export function pathText(path: Path): string {
  return path.map(stepText).join('');
}

function stepText(step: Step): string {
  if ('field' in step) return `.${step.field}`;
  if ('item' in step) return `[=${JSON.stringify(step.item)}]`;
  const keys = Object.entries(step.keys).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return `[${keys.join(',')}]`;
}

function lastField(path: Path): string {
  const step = path.at(-1);
  return step && 'field' in step ? step.field : '';
}

function keysOf(item: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, item[name] ?? KEY_DEFAULTS[name]]));
}

/** The keys by which the items of a list are told apart; undefined for a list that is one value. */
function listKeys(path: Path, list: readonly Json[]): readonly string[] | undefined {
  const names = LIST_KEYS[lastField(path)];
  const [first] = names ?? [];
  const keyed = first !== undefined && list.every((item) => isObject(item) && item[first] !== undefined);
  return keyed ? names : undefined;
}

function isSet(path: Path): boolean {
  return SETS.includes(lastField(path));
}

/** The steps from a value to its parts; none from a value that is owned as a whole. */
export function steps(value: Json | undefined, path: Path): readonly (readonly [Step, Json])[] {
  if (Array.isArray(value)) {
    if (isSet(path)) return value.map((item) => [{ item }, item]);
    const names = listKeys(path, value);
    if (!names) return [];
    return value.filter(isObject).map((item) => [{ keys: keysOf(item, names) }, item]);
  }
  if (!isObject(value) || ATOMIC_MAPS.includes(lastField(path))) return [];
  return Object.entries(value).flatMap(([field, member]) =>
    member === undefined ? [] : [[{ field }, member] as const],
  );
}

/** Every field of a value that can have an owner, by its text. */
export function fieldsOf(value: Json, path: Path = [], found = new Map<string, Path>()): Map<string, Path> {
  const parts = steps(value, path);
  const last = path.at(-1);
  if (last && (parts.length === 0 || !('field' in last))) found.set(pathText(path), path);
  for (const [step, part] of parts) fieldsOf(part, [...path, step], found);
  return found;
}

function isItem(item: Json, step: Step): boolean {
  if ('item' in step) return equal(item, step.item);
  return 'keys' in step && isObject(item) && equal(keysOf(item, Object.keys(step.keys)), step.keys);
}

function follow(value: Json | undefined, step: Step): Json | undefined {
  if ('field' in step) return isObject(value) ? value[step.field] : undefined;
  return Array.isArray(value) ? value.find((item) => isItem(item, step)) : undefined;
}

export function valueAt(value: Json, path: Path): Json | undefined {
  return path.reduce<Json | undefined>(follow, value);
}

/** The value without one field; nothing else of it is changed. */
export function without(value: Json, path: Path): Json {
  const [step, ...rest] = path;
  if (!step) return value;
  if ('field' in step) return isObject(value) ? withoutMember(value, step.field, rest) : value;
  if (!Array.isArray(value)) return value;
  if (rest.length === 0) return value.filter((item) => !isItem(item, step));
  return value.map((item) => (isItem(item, step) ? without(item, rest) : item));
}

function withoutMember(value: JsonObject, field: string, rest: Path): JsonObject {
  const member = value[field];
  if (member === undefined) return value;
  const { [field]: _removed, ...others } = value;
  return rest.length === 0 ? others : { ...value, [field]: without(member, rest) };
}

/** A live value with an applied configuration laid over it. */
export function overlaid(live: Json | undefined, applied: Json, path: Path = []): Json {
  const parts = steps(applied, path);
  if (parts.length === 0)
    return isObject(applied) && isObject(live) && Object.keys(applied).length === 0 ? live : applied;
  if (Array.isArray(applied)) return overlaidList(Array.isArray(live) ? live : [], parts, path);
  const merged: JsonObject = isObject(live) ? { ...live } : {};
  for (const [step, part] of parts)
    if ('field' in step) merged[step.field] = overlaid(merged[step.field], part, [...path, step]);
  return merged;
}

function overlaidList(live: readonly Json[], parts: readonly (readonly [Step, Json])[], path: Path): Json[] {
  const merged = [...live];
  for (const [step, part] of parts) {
    const index = merged.findIndex((item) => isItem(item, step));
    const value = overlaid(merged[index], part, [...path, step]);
    if (index >= 0) merged[index] = value;
    else merged.push(value);
  }
  return merged;
}
