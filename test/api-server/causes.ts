import type { Cause } from './failure.ts';
import type { Json } from './json.ts';

/** How Go's field errors write a value. */
export function shown(value: Json | undefined): string {
  if (value === undefined) return 'null';
  return typeof value === 'string' ? JSON.stringify(value) : JSON.stringify(value);
}

export function required(field: string, detail = ''): Cause {
  return { reason: 'FieldValueRequired', message: detail ? `Required value: ${detail}` : 'Required value', field };
}

export function invalidValue(field: string, value: Json | undefined, detail: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${shown(value)}: ${detail}`, field };
}

export function notSupported(field: string, value: Json | undefined, supported: readonly string[]): Cause {
  const list = supported.map((item) => JSON.stringify(item)).join(', ');
  return {
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${shown(value)}: supported values: ${list}`,
    field,
  };
}

export function duplicate(field: string, value: Json): Cause {
  return { reason: 'FieldValueDuplicate', message: `Duplicate value: ${shown(value)}`, field };
}

export function forbiddenField(field: string, detail: string): Cause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${detail}`, field };
}

export function tooLong(field: string, max: number): Cause {
  return { reason: 'FieldValueTooLong', message: `Too long: may not be more than ${max} bytes`, field };
}

export function tooMany(field: string, actual: number, max: number): Cause {
  return {
    reason: 'FieldValueTooMany',
    message: `Too many: ${actual}: must have at most ${max} ${max === 1 ? 'item' : 'items'}`,
    field,
  };
}

export function wrongType(field: string, value: Json, detail: string): Cause {
  return { reason: 'FieldValueTypeInvalid', message: `Invalid value: ${shown(value)}: ${detail}`, field };
}
