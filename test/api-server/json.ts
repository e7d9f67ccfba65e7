/** JSON values as they come over the wire. `undefined` members are left out when written. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json | undefined;
}

export interface OwnerReference extends JsonObject {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
}

export interface Metadata extends JsonObject {
  name: string;
  namespace?: string;
  generateName?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
}

/** One Kubernetes object. */
export interface ApiObject extends JsonObject {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object; an empty one where it is none. */
export function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

export function arrayOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

/** The objects of a list, without members that are none. */
export function objectsOf(value: Json | undefined): JsonObject[] {
  return arrayOf(value).filter(isObject);
}

export function stringsOf(value: Json | undefined): string[] {
  return arrayOf(value).filter((item) => typeof item === 'string');
}

/** The value as text; empty where it is none. */
export function stringOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** A plain value as it is written in text; empty for none. */
export function textOf(value: Json | undefined): string {
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}

/** The value as a number; 0 where it is none. */
export function numberOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}

/** Follows member names from a value; undefined where the way ends. */
export function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let current = value;
  for (const name of path) current = isObject(current) ? current[name] : undefined;
  return current;
}

function equalArrays(left: readonly Json[], right: readonly Json[]): boolean {
  return left.length === right.length && left.every((item, index) => equal(item, right[index]));
}

function equalObjects(left: JsonObject, right: JsonObject): boolean {
  for (const key of Object.keys(left)) if (!equal(left[key], right[key])) return false;
  for (const key of Object.keys(right)) if (right[key] !== undefined && left[key] === undefined) return false;
  return true;
}

/** Deep equality; a member that is undefined equals one that is absent. */
export function equal(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) return Array.isArray(right) && equalArrays(left, right);
  return isObject(left) && isObject(right) && equalObjects(left, right);
}

/** A copy without the named members. */
export function omit(value: JsonObject, ...names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

/** The index of the first item of a sorted list for which `after` holds; the list's length if there is none. */
export function firstIndex<T>(sorted: readonly T[], after: (item: T) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = sorted[middle];
    if (item !== undefined && after(item)) high = middle;
    else low = middle + 1;
  }
  return low;
}
