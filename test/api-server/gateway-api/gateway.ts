import { isIP } from 'node:net';
import { wrongType } from '../causes.ts';
import type { Cause } from '../failure.ts';
import { isObject, type JsonObject, objectsOf, stringOf } from '../json.ts';
import { array, immutable, integer, map, object, type Rule, type Schema, string } from '../schema.ts';
import {
  CONDITIONS,
  CONTROLLER_NAME,
  GATEWAY_GROUP,
  GROUP,
  KIND,
  LISTENER_STATUSES,
  LISTENERS,
  NAMESPACE,
  namespacesFrom,
  OBJECT_NAME,
  pendingConditions,
} from './shapes.ts';

const HOSTNAME = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const ADDRESS_TYPE = string({
  minLength: 1,
  maxLength: 253,
  default: 'IPAddress',
  pattern:
    /^Hostname|IPAddress|NamedAddress|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/,
});

/** A value that is there must be an address; an absent one asks for any. In the words of the real server's oneOf. */
function addressShape(address: JsonObject, field: string): Cause[] {
  const { type, value } = address;
  if (type !== 'IPAddress' || value === undefined || isIP(stringOf(value)) !== 0) return [];
  const loose = (message: string): Cause => ({
    reason: 'FieldValueInvalid',
    message: `Invalid value: "": ${message}`,
    field: '<nil>',
  });
  return [
    loose(`"${field}" must validate one and only one schema (oneOf). Found none valid`),
    loose(`"${field}.value" must validate at least one schema (anyOf)`),
    wrongType(`${field}.value`, value, `${field}.value in body must be of type ipv4: ${JSON.stringify(value)}`),
  ];
}

function hostnameIsValid(message: string): Rule {
  return (address) => {
    if (!isObject(address) || address.type !== 'Hostname' || address.value === undefined) return undefined;
    return HOSTNAME.test(stringOf(address.value)) ? undefined : message;
  };
}

function uniqueValues(type: string): Rule {
  return (addresses) => {
    const values = objectsOf(addresses)
      .filter((address) => address.type === type && address.value !== undefined)
      .map((address) => address.value);
    return new Set(values).size === values.length ? undefined : `${type} values must be unique`;
  };
}

const SPEC_ADDRESS = object(
  { type: ADDRESS_TYPE, value: string({ maxLength: 253 }) },
  {
    shape: addressShape,
    rules: [
      hostnameIsValid(`Hostname value must be empty or contain only valid characters (matching ${HOSTNAME.source})`),
    ],
  },
);

const STATUS_ADDRESS = object(
  { type: ADDRESS_TYPE, value: string({ minLength: 1, maxLength: 253 }) },
  {
    required: ['value'],
    shape: addressShape,
    rules: [hostnameIsValid(`Hostname value must only contain valid characters (matching ${HOSTNAME.source})`)],
  },
);

const KEY =
  /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$/;

function keys(what: string): readonly Rule[] {
  const all = (value: unknown, holds: (key: string) => boolean) => isObject(value) && Object.keys(value).every(holds);
  const form = `${what} keys must be in the form of an optional DNS subdomain prefix followed by a required name segment of up to 63 characters.`;
  const prefix = `If specified, the ${what.toLowerCase()} key's prefix must be a DNS subdomain not longer than 253 characters in total.`;
  return [
    (value) => (all(value, (key) => KEY.test(key)) ? undefined : form),
    (value) => (all(value, (key) => (key.split('/')[0] ?? '').length < 253) ? undefined : prefix),
  ];
}

const INFRASTRUCTURE = object({
  annotations: map(string({ maxLength: 4096 }), { maxProperties: 16, rules: keys('Annotation') }),
  labels: map(string({ maxLength: 63, pattern: /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/ }), {
    maxProperties: 8,
    rules: keys('Label'),
  }),
  parametersRef: object({ group: GROUP, kind: KIND, name: OBJECT_NAME }, { required: ['group', 'kind', 'name'] }),
});

function pending(...types: readonly string[]): { status: JsonObject; conditions: Schema } {
  const conditions = pendingConditions(...types);
  return { status: { conditions }, conditions: { ...CONDITIONS, default: conditions } };
}

const GATEWAY_PENDING = pending('Accepted', 'Programmed');

export const GATEWAY = object(
  {
    spec: object(
      {
        addresses: array(SPEC_ADDRESS, { maxItems: 16, rules: [uniqueValues('IPAddress'), uniqueValues('Hostname')] }),
        allowedListeners: object({ namespaces: namespacesFrom(['All', 'Selector', 'Same', 'None'], 'None') }),
        gatewayClassName: OBJECT_NAME,
        infrastructure: INFRASTRUCTURE,
        listeners: LISTENERS,
      },
      { required: ['gatewayClassName', 'listeners'] },
    ),
    status: object(
      {
        addresses: array(STATUS_ADDRESS, { maxItems: 16 }),
        attachedListenerSets: integer(),
        conditions: GATEWAY_PENDING.conditions,
        listeners: LISTENER_STATUSES,
      },
      { default: GATEWAY_PENDING.status },
    ),
  },
  { required: ['spec'] },
);

const SET_PARENT = object(
  { group: GATEWAY_GROUP, kind: { ...KIND, default: 'Gateway' }, name: OBJECT_NAME, namespace: NAMESPACE },
  { required: ['name'] },
);

export const LISTENER_SET = object(
  {
    spec: object({ listeners: LISTENERS, parentRef: SET_PARENT }, { required: ['listeners', 'parentRef'] }),
    status: object(
      { conditions: GATEWAY_PENDING.conditions, listeners: LISTENER_STATUSES },
      { default: GATEWAY_PENDING.status },
    ),
  },
  { required: ['spec'] },
);

const CLASS_PENDING = pending('Accepted');
const PARAMETERS = object(
  { group: GROUP, kind: KIND, name: OBJECT_NAME, namespace: NAMESPACE },
  { required: ['group', 'kind', 'name'] },
);

export const GATEWAY_CLASS = object(
  {
    spec: object(
      {
        controllerName: { ...CONTROLLER_NAME, rules: [immutable('Value is immutable')] },
        description: string({ maxLength: 64 }),
        parametersRef: PARAMETERS,
      },
      { required: ['controllerName'] },
    ),
    status: object(
      {
        conditions: CLASS_PENDING.conditions,
        supportedFeatures: array(object({ name: string() }, { required: ['name'] }), {
          maxItems: 64,
          mapKeys: ['name'],
        }),
      },
      { default: CLASS_PENDING.status },
    ),
  },
  { required: ['spec'] },
);
