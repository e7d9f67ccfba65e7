import { forbiddenField, invalidValue, tooLong } from '../causes.ts';
import { badRequest, type Cause } from '../failure.ts';
import { type ApiObject, equal, isObject, type JsonObject, objectOf, stringOf } from '../json.ts';
import type { Strategy } from '../strategy.ts';

const MOST_BYTES = 1024 * 1024;
const KEY = /^[-._a-zA-Z0-9]+$/;
const KEY_MESSAGE =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

/** A map of texts; anything else in it is a 400, as Go's decoder makes it. */
function texts(object: ApiObject, field: string): void {
  const value = object[field];
  if (value === undefined || value === null || (isObject(value) && Object.keys(value).length === 0)) {
    delete object[field];
    return;
  }
  const wrong = Object.entries(objectOf(value)).find(([, member]) => typeof member !== 'string');
  if (isObject(value) && !wrong) return;
  throw badRequest(
    `${object.kind} in version "v1" cannot be handled as a ${object.kind}: json: cannot unmarshal ${field} of type map[string]string`,
  );
}

function bytes(values: JsonObject, encoding: 'utf8' | 'base64'): number {
  return Object.values(values).reduce<number>((sum, value) => sum + Buffer.byteLength(stringOf(value), encoding), 0);
}

function keyCauses(object: ApiObject, field: string): Cause[] {
  const keys = Object.keys(objectOf(object[field]));
  return keys.flatMap((key) => (KEY.test(key) ? [] : [invalidValue(`${field}[${key}]`, key, KEY_MESSAGE)]));
}

function immutableCauses(next: ApiObject, previous: ApiObject | undefined): Cause[] {
  if (previous?.immutable !== true) return [];
  const fields = ['immutable', 'data', 'binaryData'].filter((name) => !equal(next[name], previous[name]));
  return fields.map((name) => forbiddenField(name, 'field is immutable when `immutable` is set'));
}

function sizeCauses(size: number, field: string): Cause[] {
  return size > MOST_BYTES ? [tooLong(field, MOST_BYTES)] : [];
}

export const configMapStrategy: Strategy = {
  setDefaults(next) {
    texts(next, 'data');
    texts(next, 'binaryData');
  },
  validate: (next, previous) => [
    ...keyCauses(next, 'data'),
    ...keyCauses(next, 'binaryData'),
    ...sizeCauses(bytes(objectOf(next.data), 'utf8') + bytes(objectOf(next.binaryData), 'base64'), '[]'),
    ...immutableCauses(next, previous),
  ],
};

export const secretStrategy: Strategy = {
  setDefaults(next) {
    texts(next, 'data');
    texts(next, 'stringData');
    const plain = Object.entries(objectOf(next.stringData)).map(([key, value]) => {
      return [key, Buffer.from(stringOf(value)).toString('base64')] as const;
    });
    if (plain.length > 0) next.data = { ...objectOf(next.data), ...Object.fromEntries(plain) };
    delete next.stringData;
    next.type ??= 'Opaque';
  },
  validate: (next, previous) => {
    const typeChanged = previous !== undefined && previous.type !== next.type;
    return [
      ...keyCauses(next, 'data'),
      ...sizeCauses(bytes(objectOf(next.data), 'base64'), 'data'),
      ...(typeChanged ? [invalidValue('type', next.type, 'field is immutable')] : []),
      ...immutableCauses(next, previous),
    ];
  },
};
