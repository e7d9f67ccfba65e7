import { isObject, type Json, type JsonObject, objectsOf, stringOf } from '../json.ts';
import { array, integer, object, type Rule, type Schema } from '../schema.ts';
import {
  CONDITIONS,
  CONTROLLER_NAME,
  GATEWAY_GROUP,
  GROUP,
  KIND,
  NAMESPACE,
  OBJECT_NAME,
  PORT,
  SECTION_NAME,
  unique,
} from './shapes.ts';

const PARENT_REF = object(
  {
    group: GATEWAY_GROUP,
    kind: { ...KIND, default: 'Gateway' },
    name: OBJECT_NAME,
    namespace: NAMESPACE,
    port: PORT,
    sectionName: SECTION_NAME,
  },
  { required: ['name'] },
);

function parentOf(ref: JsonObject): string {
  return JSON.stringify([ref.group, ref.kind, ref.name, stringOf(ref.namespace)]);
}

/** References to one parent either all name a section or none does. */
const sectionsForAll: Rule = (refs: Json) => {
  const named = new Map<string, boolean>();
  for (const ref of objectsOf(refs)) {
    const parent = parentOf(ref);
    const has = stringOf(ref.sectionName) !== '';
    if ((named.get(parent) ?? has) !== has) {
      return 'sectionName must be specified when parentRefs includes 2 or more references to the same parent';
    }
    named.set(parent, has);
  }
  return undefined;
};

const PARENT_REFS = array(PARENT_REF, {
  maxItems: 32,
  rules: [
    sectionsForAll,
    unique('sectionName must be unique when parentRefs includes 2 or more references to the same parent', (ref) => {
      return `${parentOf(ref)} ${stringOf(ref.sectionName)}`;
    }),
  ],
});

const servicePort: Rule = (ref) => {
  const needed = isObject(ref) && ref.group === '' && ref.kind === 'Service';
  return needed && ref.port === undefined ? 'Must have port for Service reference' : undefined;
};

const BACKEND_REF = object(
  {
    group: { ...GROUP, default: '' },
    kind: { ...KIND, default: 'Service' },
    name: OBJECT_NAME,
    namespace: NAMESPACE,
    port: PORT,
    weight: integer({ default: 1, minimum: 0, maximum: 1_000_000 }),
  },
  { required: ['name'], rules: [servicePort] },
);

const ROUTE_RULE = object(
  { backendRefs: array(BACKEND_REF, { minItems: 1, maxItems: 16 }), name: SECTION_NAME },
  { required: ['backendRefs'] },
);

const ROUTE_PARENT_STATUS = object(
  { conditions: { ...CONDITIONS, minItems: 1 }, controllerName: CONTROLLER_NAME, parentRef: PARENT_REF },
  { required: ['conditions', 'controllerName', 'parentRef'] },
);

function route(mostRules: number): Schema {
  return object(
    {
      spec: object(
        { parentRefs: PARENT_REFS, rules: array(ROUTE_RULE, { minItems: 1, maxItems: mostRules }) },
        { required: ['rules'] },
      ),
      status: object({ parents: array(ROUTE_PARENT_STATUS, { maxItems: 32 }) }, { required: ['parents'] }),
    },
    { required: ['spec'] },
  );
}

/** TCPRoute and UDPRoute, v1: one rule. */
export const ROUTE = route(1);
/** As v1alpha2 has it: 16 rules. */
export const OLD_ROUTE = route(16);

export const REFERENCE_GRANT = object(
  {
    spec: object(
      {
        from: array(
          object({ group: GROUP, kind: KIND, namespace: NAMESPACE }, { required: ['group', 'kind', 'namespace'] }),
          { minItems: 1, maxItems: 16 },
        ),
        to: array(object({ group: GROUP, kind: KIND, name: OBJECT_NAME }, { required: ['group', 'kind'] }), {
          minItems: 1,
          maxItems: 16,
        }),
      },
      { required: ['from', 'to'] },
    ),
  },
  { required: ['spec'] },
);
