import { isIP } from 'node:net';
import { duplicate, invalidValue, notSupported, required, tooMany } from '../causes.ts';
import type { Cause } from '../failure.ts';
import {
  type ApiObject,
  arrayOf,
  equal,
  isObject,
  type JsonObject,
  objectOf,
  objectsOf,
  stringOf,
  stringsOf,
} from '../json.ts';
import { addressErrors, labelErrors, subdomainErrors } from '../names.ts';
import type { Strategy } from '../strategy.ts';

const BAD_ADDRESS = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

function parentCauses(parent: JsonObject): Cause[] {
  const field = 'spec.parentRef';
  const group = stringOf(parent.group);
  const groupErrors = group === '' ? [] : subdomainErrors(group);
  return [
    ...groupErrors.map((error) => invalidValue(`${field}.group`, group, error)),
    ...['resource', 'name'].filter((name) => stringOf(parent[name]) === '').map((name) => required(`${field}.${name}`)),
  ];
}

export const ipAddressStrategy: Strategy = {
  validate(next, previous) {
    const parent = objectOf(next.spec).parentRef;
    if (previous && !equal(parent, objectOf(previous.spec).parentRef)) {
      return [invalidValue('spec.parentRef', null, 'field is immutable')];
    }
    return isObject(parent) ? parentCauses(parent) : [required('spec.parentRef')];
  },
};

const MOST_ENDPOINTS = 1000;
const MOST_ADDRESSES = 100;

function addressCauses(type: string, field: string, address: string): Cause[] {
  const version = isIP(address);
  if (type === 'IPv6') {
    const errors = addressErrors(address);
    if (errors.length > 0) return errors.map((error) => invalidValue(field, address, error));
  }
  if (version === 0) return [invalidValue(field, address, BAD_ADDRESS)];
  const list = field.slice(0, field.lastIndexOf('['));
  if (`IPv${version}` !== type) return [invalidValue(list, address, `must be an ${type} address`)];
  const loopback = address.startsWith('127.') || address === '::1';
  return loopback ? [invalidValue(field, address, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')] : [];
}

function endpointCauses(endpoint: JsonObject, field: string, type: string): Cause[] {
  const addresses = stringsOf(endpoint.addresses);
  const causes: Cause[] = [];
  if (addresses.length === 0) causes.push(required(`${field}.addresses`));
  if (addresses.length > MOST_ADDRESSES) causes.push(tooMany(`${field}.addresses`, addresses.length, MOST_ADDRESSES));
  if (type === 'FQDN') return causes;
  return [
    ...causes,
    ...addresses.flatMap((address, index) => addressCauses(type, `${field}.addresses[${index}]`, address)),
  ];
}

function slicePortCauses(slice: ApiObject): Cause[] {
  const names = new Set<string>();
  return objectsOf(slice.ports).flatMap((port, index) => {
    const name = stringOf(port.name);
    const field = `ports[${index}]`;
    const causes = name === '' ? [] : labelErrors(name).map((error) => invalidValue(`${field}.name`, name, error));
    if (names.has(name)) causes.push(duplicate(`${field}.name`, name));
    names.add(name);
    const supported = ['SCTP', 'TCP', 'UDP'];
    if (!supported.includes(stringOf(port.protocol)))
      causes.push(notSupported(`${field}.protocol`, port.protocol, supported));
    return causes;
  });
}

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];

export const endpointSliceStrategy: Strategy = {
  setDefaults(next) {
    for (const port of objectsOf(next.ports)) {
      port.name ??= '';
      port.protocol ??= 'TCP';
    }
    // The real server writes null for lists that are absent here.
    next.endpoints ??= null;
    next.ports ??= null;
    for (const endpoint of objectsOf(next.endpoints)) endpoint.conditions = objectOf(endpoint.conditions);
  },
  validate(next, previous) {
    const type = stringOf(next.addressType);
    const endpoints = arrayOf(next.endpoints);
    const causes: Cause[] = [];
    if (type === '') causes.push(required('addressType'));
    else if (!ADDRESS_TYPES.includes(type)) causes.push(notSupported('addressType', type, ADDRESS_TYPES));
    if (previous && previous.addressType !== type) causes.push(invalidValue('addressType', null, 'field is immutable'));
    causes.push(...slicePortCauses(next));
    if (endpoints.length > MOST_ENDPOINTS) return [...causes, tooMany('endpoints', endpoints.length, MOST_ENDPOINTS)];
    return [
      ...causes,
      ...objectsOf(endpoints).flatMap((endpoint, index) => endpointCauses(endpoint, `endpoints[${index}]`, type)),
    ];
  },
};
