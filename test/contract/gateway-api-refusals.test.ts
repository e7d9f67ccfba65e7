import { it } from 'node:test';
import { contract, refused } from './contract.ts';

function listener(name: string, port: unknown, rest: object = {}): object {
  return { name, port, protocol: 'TCP', ...rest };
}

function gatewaySpec(listeners: object[], rest: object = {}): object {
  return { gatewayClassName: 'any', listeners, ...rest };
}

function many(count: number, make: (index: number) => object): object[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

const ONE = [listener('a', 80)];
const addresses = (...values: object[]) => gatewaySpec(ONE, { addresses: values });
const RULES = [{ backendRefs: [{ name: 's', port: 80 }] }];

interface BadSpec {
  readonly kind: string;
  readonly title: string;
  readonly spec: object;
  readonly cause: string;
}

const BAD: readonly BadSpec[] = [
  { kind: 'Gateway', title: 'no class', spec: { listeners: ONE }, cause: 'spec.gatewayClassName: FieldValueRequired' },
  {
    kind: 'Gateway',
    title: 'no listeners',
    spec: { gatewayClassName: 'a' },
    cause: 'spec.listeners: FieldValueRequired',
  },
  {
    kind: 'Gateway',
    title: 'an empty list of listeners',
    spec: gatewaySpec([]),
    cause: 'spec.listeners: FieldValueInvalid',
  },
  {
    kind: 'Gateway',
    title: '65 listeners',
    spec: gatewaySpec(many(65, (i) => listener(`a${i}`, i + 1))),
    cause: 'spec.listeners: FieldValueTooMany',
  },
  {
    kind: 'Gateway',
    title: 'a listener name twice',
    spec: gatewaySpec([...ONE, listener('a', 81)]),
    cause: 'spec.listeners[1]: FieldValueDuplicate',
  },
  {
    kind: 'Gateway',
    title: 'a port and protocol twice',
    spec: gatewaySpec([...ONE, listener('b', 80)]),
    cause: 'spec.listeners: FieldValueInvalid',
  },
  {
    kind: 'Gateway',
    title: 'port 0',
    spec: gatewaySpec([listener('a', 0)]),
    cause: 'spec.listeners[0].port: FieldValueInvalid',
  },
  {
    kind: 'Gateway',
    title: 'a port that is text',
    spec: gatewaySpec([listener('a', '80')]),
    cause: 'spec.listeners[0].port: FieldValueTypeInvalid',
  },
  {
    kind: 'Gateway',
    title: 'a hostname on TCP',
    spec: gatewaySpec([listener('a', 80, { hostname: 'a.b' })]),
    cause: 'spec.listeners: FieldValueInvalid',
  },
  {
    kind: 'Gateway',
    title: 'tls on TCP',
    spec: gatewaySpec([listener('a', 80, { tls: { mode: 'Passthrough' } })]),
    cause: 'spec.listeners: FieldValueInvalid',
  },
  {
    kind: 'Gateway',
    title: 'a protocol with a blank',
    spec: gatewaySpec([listener('a', 80, { protocol: 'a b' })]),
    cause: 'spec.listeners[0].protocol: FieldValueInvalid',
  },
  {
    kind: 'Gateway',
    title: 'routes from nowhere known',
    spec: gatewaySpec([listener('a', 80, { allowedRoutes: { namespaces: { from: 'Other' } } })]),
    cause: 'spec.listeners[0].allowedRoutes.namespaces.from: FieldValueNotSupported',
  },
  {
    kind: 'Gateway',
    title: 'an address that is none',
    spec: addresses({ value: '1.2.3' }),
    cause: 'spec.addresses[0].value: FieldValueTypeInvalid',
  },
  {
    kind: 'Gateway',
    title: 'an empty address',
    spec: addresses({ value: '' }),
    cause: 'spec.addresses[0].value: FieldValueTypeInvalid',
  },
  {
    kind: 'Gateway',
    title: 'an address twice',
    spec: addresses({ value: '192.0.2.1' }, { value: '192.0.2.1' }),
    cause: 'spec.addresses: FieldValueInvalid',
  },
  {
    kind: 'Gateway',
    title: '17 addresses',
    spec: addresses(...many(17, (i) => ({ value: `192.0.2.${i}` }))),
    cause: 'spec.addresses: FieldValueTooMany',
  },
  { kind: 'TCPRoute', title: 'no rules', spec: {}, cause: 'spec.rules: FieldValueRequired' },
  {
    kind: 'TCPRoute',
    title: 'two rules',
    spec: { rules: [...RULES, ...RULES] },
    cause: 'spec.rules: FieldValueTooMany',
  },
  {
    kind: 'TCPRoute',
    title: 'a rule without backends',
    spec: { rules: [{}] },
    cause: 'spec.rules[0].backendRefs: FieldValueRequired',
  },
  {
    kind: 'TCPRoute',
    title: '17 backends',
    spec: { rules: [{ backendRefs: many(17, () => ({ name: 's', port: 1 })) }] },
    cause: 'spec.rules[0].backendRefs: FieldValueTooMany',
  },
  {
    kind: 'TCPRoute',
    title: 'a Service without a port',
    spec: { rules: [{ backendRefs: [{ name: 's' }] }] },
    cause: 'spec.rules[0].backendRefs[0]: FieldValueInvalid',
  },
  {
    kind: 'TCPRoute',
    title: 'a weight below 0',
    spec: { rules: [{ backendRefs: [{ name: 's', port: 1, weight: -1 }] }] },
    cause: 'spec.rules[0].backendRefs[0].weight: FieldValueInvalid',
  },
  {
    kind: 'UDPRoute',
    title: 'one parent twice',
    spec: { parentRefs: [{ name: 'a' }, { name: 'a' }], rules: RULES },
    cause: 'spec.parentRefs: FieldValueInvalid',
  },
  {
    kind: 'UDPRoute',
    title: 'one parent with and without a section',
    spec: { parentRefs: [{ name: 'a' }, { name: 'a', sectionName: 'b' }], rules: RULES },
    cause: 'spec.parentRefs: FieldValueInvalid',
  },
  {
    kind: 'UDPRoute',
    title: 'one section at two ports',
    spec: {
      parentRefs: [
        { name: 'a', sectionName: 'b', port: 1 },
        { name: 'a', sectionName: 'b', port: 2 },
      ],
      rules: RULES,
    },
    cause: 'spec.parentRefs: FieldValueInvalid',
  },
  {
    kind: 'ReferenceGrant',
    title: 'nobody to grant to',
    spec: { from: [], to: [{ group: '', kind: 'Service' }] },
    cause: 'spec.from: FieldValueInvalid',
  },
  { kind: 'ListenerSet', title: 'no parent', spec: { listeners: ONE }, cause: 'spec.parentRef: FieldValueRequired' },
];

contract('Gateway API objects that are refused', (shared) => {
  for (const { kind, title, spec, cause } of BAD) {
    it(`are 422 as a ${kind} with ${title}`, async () => {
      await refused(shared.api.create(shared.custom(kind, spec)), { code: 422, reason: 'Invalid', causes: [cause] });
    });
  }
});
