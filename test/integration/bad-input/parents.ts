import { gateway, type RouteOptions, route } from '../objects.ts';
import { type BadInput, withParameters } from './bad-input.ts';

const selector = ['app', 'x'] as const;
const listeners = [
  { name: 'tcp', port: 8080 },
  { name: 'udp', port: 5353, protocol: 'UDP' },
  { name: 'http', port: 80, protocol: 'HTTP' },
];

/** A route to a Gateway `gw` with a listener of each protocol. */
function to(parentRef: object, options: RouteOptions = {}): Pick<BadInput, 'kind' | 'given'> {
  return {
    kind: 'TCPRoute',
    given: (f) => [gateway(f, 'gw', { listeners }), route(f, 'bad', { selector, parentRefs: [parentRef], ...options })],
  };
}

/** Routes that no listener takes. */
export const parents: readonly BadInput[] = [
  {
    name: 'a Gateway that does not exist',
    ...to({ name: 'gone' }),
    state: 'Pending.WaitingForParent',
    cause: (f) => new RegExp(`Gateway ${f.namespace}/gone does not exist: create it, or correct spec\\.parentRefs`),
  },
  {
    name: 'a ListenerSet that does not exist',
    ...to({ kind: 'ListenerSet', name: 'gone' }),
    state: 'Pending.WaitingForParent',
    cause: (f) => new RegExp(`ListenerSet ${f.namespace}/gone does not exist`),
  },
  {
    name: 'a parentRef to another kind',
    ...to({ group: '', kind: 'Service', name: 'web' }),
    state: 'NotOurs',
    cause: () => /spec\.parentRefs\[0\] names Service "web": only a Gateway or a ListenerSet can be a parent/,
  },
  {
    name: 'a Gateway of another controller',
    kind: 'TCPRoute',
    fixture: { hasClass: false },
    before: async (f) => {
      await f.createClass('somebody.else/controller');
    },
    given: (f) => [gateway(f, 'gw'), route(f, 'bad', { selector })],
    state: 'NotOurs',
    cause: (f) =>
      new RegExp(
        `Gateway ${f.namespace}/gw: GatewayClass "${f.className}" has spec\\.controllerName "somebody\\.else/c`,
      ),
  },
  {
    name: 'a Gateway without a class',
    kind: 'TCPRoute',
    given: (f) => [gateway(f, 'gw', { className: `${f.className}-missing` }), route(f, 'bad', { selector })],
    state: 'Pending.WaitingForParent',
    cause: (f) =>
      new RegExp(`Gateway ${f.namespace}/gw: GatewayClass "${f.className}-missing" does not exist: create it`),
  },
  {
    name: 'a listener that does not exist',
    ...to({ name: 'gw', sectionName: 'nothing' }),
    state: 'Pending.NoMatchingParent',
    cause: () => /Gateway "gw" has no listener with sectionName "nothing"; it has "tcp" \(TCP 8080\)/,
  },
  {
    name: 'a port that no listener has',
    ...to({ name: 'gw', port: 4 }),
    state: 'Pending.NoMatchingParent',
    cause: () => /Gateway "gw" has no listener with port 4; it has "tcp" \(TCP 8080\)/,
  },
  {
    name: 'a listener of the other protocol',
    ...to({ name: 'gw', sectionName: 'udp' }),
    state: 'Pending.NotAllowed',
    cause: () => /listener "udp" does not take a TCPRoute: of protocol UDP it takes a UDPRoute/,
  },
  {
    name: 'a listener of an unsupported protocol',
    ...to({ name: 'gw', sectionName: 'http' }),
    state: 'Pending.NotAllowed',
    cause: () => /listener "http" does not take a TCPRoute: protocol HTTP is not served: use TCP or UDP/,
  },
  {
    name: 'a listener that allows no route of this kind',
    kind: 'TCPRoute',
    given: (f) => [
      gateway(f, 'gw', { listeners: [{ name: 'tcp', port: 80, allowedRoutes: { kinds: [{ kind: 'UDPRoute' }] } }] }),
      route(f, 'bad', { selector }),
    ],
    state: 'Pending.NotAllowed',
    cause: () =>
      /listener "tcp" does not take a TCPRoute: allowedRoutes\.kinds: a TCP listener serves TCPRoute, not UDP/,
  },
  {
    name: 'a listener that allows no route of this namespace',
    kind: 'TCPRoute',
    given: (f) => [
      gateway(f, 'gw', {
        listeners: [{ name: 'tcp', port: 80, allowedRoutes: { namespaces: { from: 'Selector', selector: {} } } }],
        spec: {},
      }),
    ],
    after: async (f) => {
      const namespaces = { from: 'Selector', selector: { matchLabels: { team: 'blue' } } };
      const [tcp] = [{ name: 'tcp', port: 80, protocol: 'TCP', allowedRoutes: { namespaces } }];
      await f.patch('Gateway', 'gw', { spec: { listeners: [tcp] } });
      await f.create(route(f, 'bad', { selector }));
    },
    state: 'Pending.NotAllowed',
    cause: (f) =>
      new RegExp(
        `listener "tcp" \\(allowedRoutes\\.namespaces from Selector\\) .* routes of namespace "${f.namespace}"`,
      ),
  },
  {
    name: 'a Gateway that has no address',
    kind: 'TCPRoute',
    fixture: { pool: null },
    flags: ['-ipam-configmap='],
    given: (f) => [gateway(f, 'gw'), route(f, 'bad', { selector })],
    state: 'Pending.WaitingForAddress',
    cause: (f) => new RegExp(`Gateway ${f.namespace}/gw has no address yet: its condition Programmed says why`),
  },
  {
    name: 'a Gateway whose parameters do not exist',
    kind: 'TCPRoute',
    given: (f) => [gateway(f, 'gw', withParameters('options')), route(f, 'bad', { selector })],
    state: 'Pending.WaitingForAddress',
    cause: (f) => new RegExp(`Gateway ${f.namespace}/gw has no address yet`),
  },
  {
    name: 'a second Gateway, under a behaviour that serves one',
    kind: 'TCPRoute',
    given: (f) => [
      gateway(f, 'gw'),
      gateway(f, 'second'),
      route(f, 'bad', { selector, parentRefs: [{ name: 'gw', sectionName: 'tcp' }, { name: 'second' }] }),
    ],
    state: 'ServiceReady.NothingToAnnounce',
    isReady: true,
    cause: (f) =>
      new RegExp(`this route's Service belongs to Gateway ${f.namespace}/gw already: use the behaviour aggr`),
  },
  {
    name: 'a listener that an older route serves',
    kind: 'TCPRoute',
    given: (f) => [gateway(f, 'gw'), route(f, 'a', { selector, backendRefs: [{ name: 'a', port: 80 }] })],
    after: (f) => f.create(route(f, 'bad', { selector })),
    state: 'ListenerResolved.ServedByOlder',
    cause: (f) => new RegExp(`served by the older route ${f.namespace}/a, this one takes over when that goes`),
  },
];
