import { duplicate, invalidValue, notSupported, required, tooLong, tooMany, wrongType } from './causes.ts';
import type { Cause } from './failure.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { ruleCauses, type Schema } from './schema.ts';

const RFC3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value;
}

function typeCause(schema: Schema, field: string, value: Json): Cause | undefined {
  const actual = typeOf(value);
  if (actual === schema.type || schema.type === 'any') return undefined;
  return wrongType(field, actual, `${field} in body must be of type ${schema.type}: ${JSON.stringify(actual)}`);
}

function stringCauses(schema: Schema, field: string, value: string): Cause[] {
  const causes: Cause[] = [];
  const length = Array.from(value).length;
  if (schema.maxLength !== undefined && length > schema.maxLength) causes.push(tooLong(field, schema.maxLength));
  if (schema.minLength !== undefined && length < schema.minLength) {
    causes.push(invalidValue(field, value, `${field} in body should be at least ${schema.minLength} chars long`));
  }
  if (schema.pattern && !schema.pattern.test(value)) {
    causes.push(invalidValue(field, value, `${field} in body should match '${schema.pattern.source}'`));
  }
  if (schema.oneOf && !schema.oneOf.includes(value)) causes.push(notSupported(field, value, schema.oneOf));
  if (schema.format && !RFC3339.test(value)) {
    causes.push(wrongType(field, value, `${field} in body must be of type ${schema.format}: ${JSON.stringify(value)}`));
  }
  return causes;
}

function numberCauses(schema: Schema, field: string, value: number): Cause[] {
  const { minimum, maximum } = schema;
  if (maximum !== undefined && value > maximum) {
    return [invalidValue(field, value, `${field} in body should be less than or equal to ${maximum}`)];
  }
  if (minimum !== undefined && value < minimum) {
    return [invalidValue(field, value, `${field} in body should be greater than or equal to ${minimum}`)];
  }
  return [];
}

function repeatedItems(keys: readonly string[], field: string, items: readonly Json[]): Cause[] {
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    if (!isObject(item)) return [];
    const identity: JsonObject = Object.fromEntries(keys.map((key) => [key, item[key]]));
    const text = JSON.stringify(identity);
    if (seen.has(text)) return [duplicate(`${field}[${index}]`, identity)];
    seen.add(text);
    return [];
  });
}

function arrayCauses(schema: Schema, field: string, value: readonly Json[]): Cause[] {
  const causes: Cause[] = [];
  if (schema.maxItems !== undefined && value.length > schema.maxItems)
    causes.push(tooMany(field, value.length, schema.maxItems));
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    causes.push(invalidValue(field, value.length, `${field} in body should have at least ${schema.minItems} items`));
  }
  if (schema.mapKeys) causes.push(...repeatedItems(schema.mapKeys, field, value));
  return causes;
}

function objectCauses(schema: Schema, field: string, value: JsonObject): Cause[] {
  const missing = (schema.required ?? []).filter((name) => value[name] === undefined);
  const causes = missing.map((name) => required(join(field, name)));
  const size = Object.keys(value).length;
  if (schema.shape) causes.push(...schema.shape(value, field));
  if (schema.maxProperties !== undefined && size > schema.maxProperties)
    causes.push(tooMany(field, size, schema.maxProperties));
  return causes;
}

function join(field: string, name: string): string {
  return field === '' ? name : `${field}.${name}`;
}

function ownCauses(schema: Schema, field: string, value: Json): Cause[] {
  const wrong = typeCause(schema, field, value);
  if (wrong) return [wrong];
  if (typeof value === 'string') return stringCauses(schema, field, value);
  if (typeof value === 'number') return numberCauses(schema, field, value);
  if (Array.isArray(value)) return arrayCauses(schema, field, value);
  return isObject(value) ? objectCauses(schema, field, value) : [];
}

interface Part {
  readonly schema: Schema;
  readonly field: string;
  readonly value: Json;
  readonly previous: Json | undefined;
}

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1;
}

function memberParts({ schema, field, value, previous }: Part): Part[] {
  if (!isObject(value)) return [];
  return Object.entries(value)
    .sort(byName)
    .flatMap(([name, member]) => {
      const known = schema.properties?.[name] ?? schema.values;
      if (!known || member === undefined) return [];
      const before = isObject(previous) ? previous[name] : undefined;
      return [{ schema: known, field: join(field, name), value: member, previous: before }];
    });
}

/** Items of a list that is a map are told apart by their keys; those of others have no earlier value. */
function previousItem(schema: Schema, item: Json, previous: Json | undefined): Json | undefined {
  const { mapKeys } = schema;
  if (!mapKeys || !Array.isArray(previous) || !isObject(item)) return undefined;
  return previous.find((known) => isObject(known) && mapKeys.every((key) => known[key] === item[key]));
}

function parts(part: Part): Part[] {
  const { schema, field, value, previous } = part;
  const { items } = schema;
  if (!Array.isArray(value) || !items) return memberParts(part);
  return value.map((item, index) => {
    return { schema: items, field: `${field}[${index}]`, value: item, previous: previousItem(schema, item, previous) };
  });
}

/** Everything that a schema finds wrong with a value, shapes only. */
function shapeCauses(part: Part): Cause[] {
  const own = ownCauses(part.schema, part.field, part.value);
  return [...own, ...parts(part).flatMap(shapeCauses)];
}

/** The first value of a wrong type: what Go's JSON decoder would stumble over. A null is no value to it. */
export function firstWrongType(schema: Schema, value: Json, field = ''): Cause | undefined {
  if (value === null) return undefined;
  const wrong = typeCause(schema, field, value);
  if (wrong) return wrong;
  for (const part of parts({ schema, field, value, previous: undefined })) {
    const inner = firstWrongType(part.schema, part.value, part.field);
    if (inner) return inner;
  }
  return undefined;
}

function allRuleCauses(part: Part): Cause[] {
  const { schema, field, value, previous } = part;
  return [...ruleCauses(schema, field, value, previous), ...parts(part).flatMap(allRuleCauses)];
}

const RULES_SKIPPED: Cause = {
  reason: 'FieldValueInvalid',
  message:
    'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
  field: '<nil>',
};

/** Reasons after which the real server checks no rules. */
const BLOCKING: ReadonlySet<string> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

export function hasRules(schema: Schema): boolean {
  if (schema.rules) return true;
  const inner = [...Object.values(schema.properties ?? {}), schema.items, schema.values];
  return inner.some((part) => part !== undefined && hasRules(part));
}

/** What is wrong with a custom resource. Rules are checked on objects of the right shape only, as on the real server. */
export function schemaCauses(
  schema: Schema,
  value: Json,
  previous: Json | undefined,
  ruled = hasRules(schema),
): Cause[] {
  const part = { schema, field: '', value, previous };
  const shape = shapeCauses(part);
  if (!ruled) return shape;
  return shape.some(({ reason }) => BLOCKING.has(reason))
    ? [...shape, RULES_SKIPPED]
    : [...shape, ...allRuleCauses(part)];
}
