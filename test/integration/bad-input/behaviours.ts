import type { Fixture } from '../../support/fixture.ts';
import type { Manifest } from '../../support/objects.ts';
import { gateway, type RouteOptions, route, service } from '../objects.ts';
import type { BadInput } from './bad-input.ts';

const selector = ['app', 'x'] as const;
const duplicate = { behaviour: 'duplicate' } as const;
const web = (f: Fixture): readonly Manifest[] => [service(f, 'web')];
const listeners = [
  { name: 'tcp', port: 8080 },
  { name: 'other', port: 8081 },
];

function refs(count: number): readonly object[] {
  return Array.from({ length: count }, (_, index) => ({ name: `web-${index}`, port: 80 }));
}

function routed(
  options: RouteOptions,
  beside: (f: Fixture) => readonly Manifest[] = () => [],
): Pick<BadInput, 'kind' | 'given'> {
  return { kind: 'TCPRoute', given: (f) => [gateway(f, 'gw'), ...beside(f), route(f, 'bad', options)] };
}

/** A route to the second listener, after an older one (of the same second: by its name) that uses the Service otherwise. */
function disagreeing(older: RouteOptions, bad: RouteOptions): Pick<BadInput, 'kind' | 'given' | 'after'> {
  return {
    kind: 'TCPRoute',
    given: (f) => [gateway(f, 'gw', { listeners }), route(f, 'a', older)],
    after: (f) => f.create(route(f, 'bad', { parentRefs: [{ name: 'gw', sectionName: 'other' }], ...bad })),
  };
}

/** Only CRDs of `v1alpha2` let it in. */
export const twoRules: BadInput = {
  name: 'two rules',
  kind: 'TCPRoute',
  given: (f) => {
    const rule = { backendRefs: [{ name: 'web', port: 80 }] };
    const bad = route(f, 'bad', { selector });
    return [gateway(f, 'gw'), { ...bad, spec: { parentRefs: [{ name: 'gw' }], rules: [rule, rule] } }];
  },
  refusal: /rules.*at most 1/i,
  state: 'Pending.UnsupportedValue',
  cause: () => /spec\.rules has more than one rule: an L4 route has one/,
};

/** Routes that ask for what their behaviour cannot do, or for a Service that is not theirs. */
export const behaviours: readonly BadInput[] = [
  {
    name: 'a behaviour that is unknown',
    ...routed({ behaviour: 'nonsense' }, web),
    state: 'Pending.UnsupportedValue',
    cause: () => /label serviceBehaviour is "nonsense": use auto, create, duplicate, update, aggregate/,
  },
  {
    name: 'a selector key without a value',
    ...routed({ labels: { selectorkey: 'app' } }),
    state: 'Pending.UnsupportedValue',
    cause: () => /label selectorkey is set without selectorvalue: set both, or none/,
  },
  {
    name: 'a selector value without a key',
    ...routed({ labels: { selectorvalue: 'app' } }),
    state: 'Pending.UnsupportedValue',
    cause: () => /label selectorvalue is set without selectorkey: set both, or none/,
  },
  {
    name: 'create without the selector labels',
    ...routed({ behaviour: 'create' }),
    state: 'Pending.UnsupportedValue',
    cause: () => /behaviour create needs the labels selectorkey and selectorvalue/,
  },
  ...(['create', 'duplicate', 'update'] as const).map(
    (behaviour): BadInput => ({
      name: `more backends than ${behaviour} serves`,
      ...routed({ behaviour, ...(behaviour === 'create' && { selector }), backendRefs: refs(2) }),
      state: 'Pending.UnsupportedValue',
      cause: () =>
        new RegExp(`behaviour ${behaviour} serves one backendRef, spec\\.rules\\[0\\] has 2 .*: use the behaviour agg`),
    }),
  ),
  {
    name: '17 backends',
    ...routed({ backendRefs: refs(17) }),
    refusal: /backendRefs.*at most 16|backendRefs.*must have at most 16/i,
    state: 'AddressAssigned.BackendNotFound',
    cause: () => /web-16/,
  },
  twoRules,
  {
    name: 'no backend with a weight above 0',
    ...routed({ selector, backendRefs: [{ name: 'web', port: 80, weight: 0 }] }),
    state: 'Pending.UnsupportedValue',
    cause: () => /spec\.rules has no backendRef with a weight above 0/,
  },
  {
    name: 'create with the name of somebody’s Service',
    ...routed({ selector }, web),
    state: 'AddressAssigned.ServiceNameTaken',
    cause: (f) =>
      new RegExp(`Service ${f.namespace}/web is there and not ours: it is left alone; rename it or the backend`),
  },
  {
    name: 'duplicate where the name of the copy is taken',
    ...routed(duplicate, (f) => [service(f, 'web'), service(f, 'web-gw-api')]),
    state: 'AddressAssigned.ServiceNameTaken',
    cause: (f) => new RegExp(`Service ${f.namespace}/web-gw-api is there and not ours`),
  },
  {
    name: 'update of a Service whose own port is another listener’s',
    kind: 'TCPRoute',
    given: (f) => [
      gateway(f, 'gw', { listeners }),
      service(f, 'web', {
        ports: [
          { name: 'a', port: 80, targetPort: 8000 },
          { name: 'b', port: 8081, targetPort: 8001 },
        ],
      }),
      service(f, 'else'),
      route(f, 'other', {
        ...duplicate,
        parentRefs: [{ name: 'gw', sectionName: 'other' }],
        backendRefs: [{ name: 'else', port: 80 }],
      }),
      route(f, 'bad', { behaviour: 'update' }),
    ],
    state: 'AddressAssigned.ServiceNameTaken',
    cause: (f) =>
      new RegExp(`port 8081/TCP of Service ${f.namespace}/web would stand on the address of Gateway .*: change`),
  },
  {
    name: 'a Service that an older route uses with another selector',
    ...disagreeing({ selector }, { selector: ['app', 'y'] }),
    state: 'AddressAssigned.ServiceNameTaken',
    cause: (f) => new RegExp(`route ${f.namespace}/a uses Service ${f.namespace}/web with another selector`),
  },
  {
    name: 'a Service that this controller made, under update',
    ...disagreeing({ selector }, { behaviour: 'update' }),
    state: 'AddressAssigned.ServiceNameTaken',
    cause: (f) => new RegExp(`Service ${f.namespace}/web was made by this controller: there is none to update`),
  },
  {
    name: 'a Service that an older route uses for another Gateway',
    kind: 'TCPRoute',
    given: (f) => [gateway(f, 'gw'), gateway(f, 'second'), route(f, 'a', { selector })],
    after: (f) => f.create(route(f, 'bad', { selector, parentRefs: [{ name: 'second', sectionName: 'tcp' }] })),
    state: 'AddressAssigned.ServiceNameTaken',
    cause: (f) => new RegExp(`route ${f.namespace}/a uses Service ${f.namespace}/web for Gateway ${f.namespace}/gw`),
  },
  {
    name: 'a Service that the API server refuses',
    ...routed({ selector, backendRefs: [{ name: 'a.dot', port: 80 }] }),
    isTriedAgain: true,
    state: 'ListenerResolved.WritingService',
    cause: () => /a\.dot.*metadata\.name/,
  },
  {
    name: 'a UDPRoute that does not exist',
    kind: 'UDPRoute',
    state: 'Absent',
    cause: () => /it does not exist/,
  },
];
