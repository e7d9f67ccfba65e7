import { isObject, type Json, type JsonObject, objectsOf, stringOf } from '../json.ts';
import { array, integer, map, object, type Rule, type Schema, string } from '../schema.ts';

/** The shapes that the Gateway API CRDs share (v1.6.3, standard channel). */

export const GROUP = string({
  maxLength: 253,
  pattern: /^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
});
export const KIND = string({ minLength: 1, maxLength: 63, pattern: /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/ });
export const OBJECT_NAME = string({ minLength: 1, maxLength: 253 });
export const NAMESPACE = string({ minLength: 1, maxLength: 63, pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/ });
export const SECTION_NAME = string({
  minLength: 1,
  maxLength: 253,
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
});
export const PORT = integer({ minimum: 1, maximum: 65535 });
export const CONTROLLER_NAME = string({
  minLength: 1,
  maxLength: 253,
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/,
});
export const GATEWAY_GROUP: Schema = { ...GROUP, default: 'gateway.networking.k8s.io' };

const CONDITION = object(
  {
    lastTransitionTime: string({ format: 'date-time' }),
    message: string({ maxLength: 32768 }),
    observedGeneration: integer({ minimum: 0 }),
    reason: string({ minLength: 1, maxLength: 1024, pattern: /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/ }),
    status: string({ oneOf: ['True', 'False', 'Unknown'] }),
    type: string({
      maxLength: 316,
      pattern:
        /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$/,
    }),
  },
  { required: ['lastTransitionTime', 'message', 'reason', 'status', 'type'] },
);

export const CONDITIONS = array(CONDITION, { maxItems: 8, mapKeys: ['type'] });

/** The conditions that the CRD itself sets on an object nobody has looked at yet. */
export function pendingConditions(...types: readonly string[]): Json {
  return types.map((type) => ({
    lastTransitionTime: '1970-01-01T00:00:00Z',
    message: 'Waiting for controller',
    reason: 'Pending',
    status: 'Unknown',
    type,
  }));
}

const LABEL_SELECTOR = object({
  matchExpressions: array(
    object({ key: string(), operator: string(), values: array(string()) }, { required: ['key', 'operator'] }),
  ),
  matchLabels: map(string()),
});

/** `{ from, selector }` with the values that `from` may have and its default. */
export function namespacesFrom(values: readonly string[], fallback: string): Schema {
  return object(
    { from: string({ oneOf: values, default: fallback }), selector: LABEL_SELECTOR },
    { default: { from: fallback } },
  );
}

const ROUTE_KIND = object({ group: GATEWAY_GROUP, kind: KIND }, { required: ['kind'] });
export const ROUTE_KINDS = array(ROUTE_KIND, { maxItems: 8 });

const ALLOWED_ROUTES = object(
  { kinds: ROUTE_KINDS, namespaces: namespacesFrom(['All', 'Selector', 'Same'], 'Same') },
  { default: { namespaces: { from: 'Same' } } },
);

const certificatesWhenTerminating: Rule = (tls) => {
  if (!isObject(tls) || tls.mode !== 'Terminate') return undefined;
  const options = isObject(tls.options) ? Object.keys(tls.options).length : 0;
  if (objectsOf(tls.certificateRefs).length > 0 || options > 0) return undefined;
  return 'certificateRefs or options must be specified when mode is Terminate';
};

const CERTIFICATE = object(
  { group: { ...GROUP, default: '' }, kind: { ...KIND, default: 'Secret' }, name: OBJECT_NAME, namespace: NAMESPACE },
  { required: ['name'] },
);

const LISTENER_TLS = object(
  {
    certificateRefs: array(CERTIFICATE, { maxItems: 64 }),
    mode: string({ oneOf: ['Terminate', 'Passthrough'], default: 'Terminate' }),
    options: map(string({ maxLength: 4096 }), { maxProperties: 16 }),
  },
  { rules: [certificatesWhenTerminating] },
);

const LISTENER = object(
  {
    allowedRoutes: ALLOWED_ROUTES,
    hostname: string({
      minLength: 1,
      maxLength: 253,
      pattern: /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    }),
    name: SECTION_NAME,
    port: PORT,
    protocol: string({
      minLength: 1,
      maxLength: 255,
      pattern:
        /^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9]+$/,
    }),
    tls: LISTENER_TLS,
  },
  { required: ['name', 'port', 'protocol'] },
);

/** A rule over every listener of a list. */
function everyListener(message: string, holds: (listener: JsonObject) => boolean): Rule {
  return (listeners) => (objectsOf(listeners).every(holds) ? undefined : message);
}

/** A rule that no two items of a list are the same by some measure. */
export function unique(message: string, measure: (item: JsonObject) => string): Rule {
  return (list) => {
    const items = objectsOf(list).map(measure);
    return new Set(items).size === items.length ? undefined : message;
  };
}

const listenerRules: readonly Rule[] = [
  everyListener("tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']", ({ protocol, tls }) => {
    return !['HTTP', 'TCP', 'UDP'].includes(stringOf(protocol)) || tls === undefined;
  }),
  everyListener('tls mode must be Terminate for protocol HTTPS', ({ protocol, tls }) => {
    return protocol !== 'HTTPS' || !isObject(tls) || tls.mode === 'Terminate';
  }),
  everyListener('tls mode must be set for protocol TLS', ({ protocol, tls }) => protocol !== 'TLS' || isObject(tls)),
  everyListener("hostname must not be specified for protocols ['TCP', 'UDP']", ({ protocol, hostname }) => {
    return !['TCP', 'UDP'].includes(stringOf(protocol)) || hostname === undefined;
  }),
  unique('Listener name must be unique within the Gateway', ({ name }) => stringOf(name)),
  unique('Combination of port, protocol and hostname must be unique for each listener', (listener) => {
    return JSON.stringify([listener.port, listener.protocol, listener.hostname]);
  }),
];

export const LISTENERS = array(LISTENER, { minItems: 1, maxItems: 64, mapKeys: ['name'], rules: listenerRules });

export const LISTENER_STATUSES = array(
  object(
    { attachedRoutes: integer(), conditions: CONDITIONS, name: SECTION_NAME, supportedKinds: ROUTE_KINDS },
    { required: ['attachedRoutes', 'conditions', 'name'] },
  ),
  { maxItems: 64, mapKeys: ['name'] },
);
