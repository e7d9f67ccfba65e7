import type { Cause } from '../failure.ts';
import type { ApiObject, JsonObject } from '../json.ts';
import { completed, type Schema } from '../schema.ts';
import { hasRules, schemaCauses } from '../schema-validation.ts';
import type { Strategy } from '../strategy.ts';
import { GATEWAY, GATEWAY_CLASS, LISTENER_SET } from './gateway.ts';
import { OLD_ROUTE, REFERENCE_GRANT, ROUTE } from './routes.ts';

const SCHEMAS: Readonly<Record<string, Schema>> = {
  GatewayClass: GATEWAY_CLASS,
  Gateway: GATEWAY,
  ListenerSet: LISTENER_SET,
  TCPRoute: ROUTE,
  UDPRoute: ROUTE,
  ReferenceGrant: REFERENCE_GRANT,
};

function content({ spec, status }: ApiObject): JsonObject {
  return { spec, status };
}

/** A status write is judged by its status alone, and messages name fields from there. */
function statusCauses(schema: Schema, next: ApiObject, previous: ApiObject): readonly Cause[] {
  const status = schema.properties?.status;
  if (!status) return [];
  const only: Schema = { type: 'object', properties: { status } };
  const causes = schemaCauses(only, defined({ status: next.status }), { status: previous.status }, hasRules(schema));
  return causes.map((cause) => ({
    ...cause,
    field: cause.message.includes('schema (') ? 'status' : cause.field,
    message: cause.message.replaceAll(': status.', ': ').replaceAll('"status.', '"'),
  }));
}

function strategyOf(schema: Schema): Strategy {
  return {
    schema,
    setDefaults(next) {
      const complete = completed(schema, defined(content(next)));
      for (const name of Object.keys(next)) if (!['apiVersion', 'kind', 'metadata'].includes(name)) delete next[name];
      Object.assign(next, complete);
    },
    validate: (next, previous) => schemaCauses(schema, defined(content(next)), previous && content(previous)),
    validateStatus: (next, previous) => statusCauses(schema, next, previous),
  };
}

function defined(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}

const BY_KIND = new Map(Object.entries(SCHEMAS).map(([kind, schema]) => [kind, strategyOf(schema)]));
const OLD_ROUTES = strategyOf(OLD_ROUTE);

/** The strategy of a Gateway API kind, as a version of it is checked. */
export function gatewayApiStrategy(kind: string, version: string | undefined): Strategy | undefined {
  return version === 'v1alpha2' && SCHEMAS[kind] === ROUTE ? OLD_ROUTES : BY_KIND.get(kind);
}
