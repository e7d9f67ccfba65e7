import { badRequest } from './failure.ts';
import { type ApiObject, isObject, type Json } from './json.ts';
import type { ApiRequest } from './request.ts';
import type { Schema } from './schema.ts';

/** Fields of a value that a schema does not know. */
function unknownFields(schema: Schema, value: Json | undefined, field: string): string[] {
  const { items } = schema;
  if (Array.isArray(value))
    return items ? value.flatMap((item, index) => unknownFields(items, item, `${field}[${index}]`)) : [];
  if (!isObject(value) || (!schema.properties && !schema.values)) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const path = field === '' ? name : `${field}.${name}`;
    const known = schema.properties?.[name] ?? schema.values;
    return known ? unknownFields(known, member, path) : [path];
  });
}

/** `fieldValidation=Strict`: unknown fields are a 400. The other values drop them without a word. */
export function checkFields({ query, kind, version }: ApiRequest, object: ApiObject, schema: Schema | undefined): void {
  if (!schema || query.get('fieldValidation') !== 'Strict') return;
  const { apiVersion: _version, kind: _kind, metadata: _metadata, ...content } = object;
  const unknown = unknownFields(schema, content, '').map((field) => `unknown field "${field}"`);
  if (unknown.length === 0) return;
  const what = `${kind.kind} in version "${version}" cannot be handled as a ${kind.kind}`;
  throw badRequest(`${what}: strict decoding error: ${unknown.join(', ')}`);
}
