import { invalidValue } from './causes.ts';
import type { Cause } from './failure.ts';
import { equal, isObject, type Json, type JsonObject } from './json.ts';

/** A rule over a whole value, as CEL rules are: what is wrong with it, or undefined. */
export type Rule = (value: Json, previous: Json | undefined) => string | undefined;

/** A structural schema: the part of OpenAPI that the CRDs here use. */
export interface Schema {
  readonly type: 'object' | 'array' | 'string' | 'integer' | 'boolean' | 'any';
  readonly default?: Json;
  readonly rules?: readonly Rule[];
  // objects
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** Schema of the values of a map. */
  readonly values?: Schema;
  readonly maxProperties?: number;
  /** A check of an object's shape that is more than one word of the schema (`oneOf`). */
  readonly shape?: (value: JsonObject, field: string) => Cause[];
  // arrays
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  /** Fields that tell the items apart (`x-kubernetes-list-map-keys`). */
  readonly mapKeys?: readonly string[];
  // strings
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: RegExp;
  readonly oneOf?: readonly string[];
  readonly format?: 'date-time';
  // numbers
  readonly minimum?: number;
  readonly maximum?: number;
}

export function object(properties: Readonly<Record<string, Schema>>, rest: Partial<Schema> = {}): Schema {
  return { type: 'object', properties, ...rest };
}

export function array(items: Schema, rest: Partial<Schema> = {}): Schema {
  return { type: 'array', items, ...rest };
}

export function string(rest: Partial<Schema> = {}): Schema {
  return { type: 'string', ...rest };
}

export const ANY: Schema = { type: 'any' };
export const BOOLEAN: Schema = { type: 'boolean' };

export function integer(rest: Partial<Schema> = {}): Schema {
  return { type: 'integer', ...rest };
}

export function map(values: Schema, rest: Partial<Schema> = {}): Schema {
  return { type: 'object', values, ...rest };
}

/** A rule that a value may not change. */
export function immutable(message: string): Rule {
  return (value, previous) => (previous === undefined || equal(value, previous) ? undefined : message);
}

function completeObject(schema: Schema, value: JsonObject): JsonObject {
  const complete: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    const known = schema.properties?.[name] ?? schema.values;
    // A null is no value; unknown members are pruned.
    if (known && member !== null) complete[name] = completed(known, member);
  }
  for (const [name, { default: fallback }] of Object.entries(schema.properties ?? {})) {
    const known = schema.properties?.[name];
    if (fallback !== undefined && complete[name] === undefined && known) {
      complete[name] = completed(known, structuredClone(fallback));
    }
  }
  return complete;
}

/** A value without the fields that the schema does not know, with the defaults that it sets. */
export function completed(schema: Schema, value: Json | undefined): Json | undefined {
  if (schema.type === 'object' && isObject(value)) return completeObject(schema, value);
  if (schema.type === 'array' && Array.isArray(value)) {
    const { items } = schema;
    return items ? value.map((item) => completed(items, item) ?? null) : value;
  }
  return value;
}

/** What a rule says of a value, in the words of the real server. */
export function ruleCauses(schema: Schema, field: string, value: Json, previous: Json | undefined): Cause[] {
  return (schema.rules ?? []).flatMap((rule) => {
    const message = rule(value, previous);
    if (message === undefined) return [];
    // The value is told for plain values only.
    if (typeof value !== 'object') return [invalidValue(field, value, message)];
    return [{ reason: 'FieldValueInvalid', message: `Invalid value: ${message}`, field }];
  });
}
