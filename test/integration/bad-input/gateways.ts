import { announce, endpointSlice, gateway, route, service } from '../objects.ts';
import { type BadInput, configMap, literal, withParameters } from './bad-input.ts';

const ipFamilies = 'gateway-api-controller.thebsdbox.co.uk/ip-families';
const trafficPolicy = 'gateway-api-controller.thebsdbox.co.uk/external-traffic-policy';
const duplicate = { behaviour: 'duplicate' } as const;

/** Gateways whose listeners, parameters or Services are at fault; those whose addresses are: `addresses.ts`. */
export const gateways: readonly BadInput[] = [
  {
    name: 'a Gateway of which every listener has an unsupported protocol',
    kind: 'Gateway',
    given: (f) => [gateway(f, 'bad', { listeners: [{ name: 'web', port: 80, protocol: 'HTTP' }] })],
    state: 'AddressAssigned.NoListener',
    cause: () => /no listener is valid: "web" \(protocol HTTP is not served: use TCP or UDP\)/,
  },
  {
    name: 'a Gateway of which one listener has an unsupported protocol',
    kind: 'Gateway',
    given: (f) => [
      gateway(f, 'bad', {
        listeners: [
          { name: 'web', port: 80, protocol: 'HTTP' },
          { name: 'tcp', port: 81 },
        ],
      }),
    ],
    state: 'ServiceReady.NothingToAnnounce',
    isReady: true,
    cause: () => /served, except listener "web" \(protocol HTTP is not served: use TCP or UDP\)/,
  },
  {
    name: 'a Gateway with two listeners on one port and protocol',
    kind: 'Gateway',
    given: (f) => [
      gateway(f, 'bad', {
        listeners: [
          { name: 'a', port: 80 },
          { name: 'b', port: 80 },
        ],
      }),
    ],
    refusal: /port and protocol|unique/,
    state: 'AddressAssigned.NoListener',
    cause: () => /"a" \(listener "b" of Gateway .* has port 80 and protocol TCP too: change one\)/,
  },
  {
    name: 'a Gateway whose listener allows only kinds that are not served',
    kind: 'Gateway',
    given: (f) => [
      gateway(f, 'bad', { listeners: [{ name: 'web', port: 80, allowedRoutes: { kinds: [{ kind: 'HTTPRoute' }] } }] }),
    ],
    state: 'ServiceReady.NothingToAnnounce',
    isReady: true,
    cause: () => /listener "web": allowedRoutes\.kinds: a TCP listener serves TCPRoute, not HTTPRoute/,
  },
  {
    name: 'a Gateway whose parameters do not exist',
    kind: 'Gateway',
    given: (f) => [gateway(f, 'bad', withParameters('options'))],
    state: 'Pending.UnsupportedAddress',
    cause: (f) => new RegExp(`spec\\.infrastructure\\.parametersRef: ConfigMap ${f.namespace}/options does not exist`),
  },
  {
    name: 'a Gateway whose parameters are of another kind',
    kind: 'Gateway',
    given: (f) => [gateway(f, 'bad', withParameters('mine', 'Options', 'example.com'))],
    state: 'Pending.UnsupportedAddress',
    cause: () => /spec\.infrastructure\.parametersRef names Options "mine": name a ConfigMap/,
  },
  {
    name: 'a Gateway whose parameters have a name that no ConfigMap can have',
    kind: 'Gateway',
    given: (f) => [gateway(f, 'bad', withParameters('a,b'))],
    state: 'Pending.UnsupportedAddress',
    cause: () => /spec\.infrastructure\.parametersRef names ConfigMap "a,b": no ConfigMap can have that name/,
  },
  {
    name: 'a Gateway whose parameters have an unknown key and a bad value',
    kind: 'Gateway',
    given: (f) => [
      configMap(f, 'options', { serviceBehavior: 'create', sessionAffinity: 'Cookie' }),
      gateway(f, 'bad', withParameters('options')),
    ],
    state: 'Pending.UnsupportedAddress',
    cause: (f) =>
      new RegExp(`${f.namespace}/options: key "serviceBehavior" is unknown: .*sessionAffinity is "Cookie": use None`),
  },
  {
    name: 'a Gateway whose parameters are deleted while it serves',
    kind: 'Gateway',
    given: (f) => [configMap(f, 'options', {}), gateway(f, 'bad', withParameters('options'))],
    after: (f) => f.delete('ConfigMap', 'options'),
    state: 'AddressAssigned.InvalidParameters',
    cause: (f) => new RegExp(`ConfigMap ${f.namespace}/options does not exist: create it`),
  },
  {
    name: 'a Gateway with an annotation for IP families of an unknown value',
    kind: 'Gateway',
    given: (f) => [gateway(f, 'bad', { annotations: { [ipFamilies]: 'IPv4' } })],
    state: 'Pending.UnsupportedAddress',
    cause: () => new RegExp(`annotation ${literal(ipFamilies)} is "IPv4": use auto, ipv4, ipv6, dual`),
  },
  {
    name: 'a Gateway with an annotation for the traffic policy of an unknown value',
    kind: 'Gateway',
    given: (f) => [gateway(f, 'bad', { annotations: { [trafficPolicy]: 'local' } })],
    state: 'Pending.UnsupportedAddress',
    cause: () => new RegExp(`annotation ${literal(trafficPolicy)} is "local": use Cluster, Local`),
  },
  {
    name: 'a Gateway that wants a reserved label on its Services',
    kind: 'Gateway',
    given: (f) => [gateway(f, 'bad', { spec: { infrastructure: { labels: { 'ipam-address': 'x' } } } })],
    state: 'ServiceReady.NothingToAnnounce',
    isReady: true,
    cause: () => /spec\.infrastructure\.labels: "ipam-address" is not put on Services: it is a mark of this controller/,
  },
  {
    name: 'a Gateway that wants traffic policy Local where Services share its address',
    kind: 'Gateway',
    flags: ['-external-traffic-policy', 'Local'],
    given: (f) => [
      gateway(f, 'bad'),
      service(f, 'a', { ports: [{ port: 80 }] }),
      service(f, 'b', { ports: [{ port: 80, protocol: 'UDP' }] }),
      route(f, 'a', { ...duplicate, parentRefs: [{ name: 'bad' }], backendRefs: [{ name: 'a', port: 80 }] }),
      route(f, 'b', {
        ...duplicate,
        kind: 'UDPRoute',
        parentRefs: [{ name: 'bad' }],
        backendRefs: [{ name: 'b', port: 80 }],
      }),
    ],
    state: 'ServiceReady.NothingToAnnounce',
    isReady: true,
    cause: (f) =>
      new RegExp(`externalTrafficPolicy Local is not set: Services ${f.namespace}/a-gw-api, .* share the address; use`),
  },
  {
    name: 'a Gateway whose Service the announcer has not seen',
    kind: 'Gateway',
    given: (f) => [gateway(f, 'bad'), service(f, 'web'), route(f, 'web', { parentRefs: [{ name: 'bad' }] })],
    before: (f) => f.create(endpointSlice(f, 'web')),
    state: 'ListenerResolved.WaitingForAnnouncement',
    cause: (f) => new RegExp(`the announcer has not put the address on Service ${f.namespace}/bad-${f.className} yet`),
  },
  {
    name: 'a Gateway whose Service got another address from the announcer',
    kind: 'Gateway',
    given: (f) => [gateway(f, 'bad'), service(f, 'web'), route(f, 'web', { parentRefs: [{ name: 'bad' }] })],
    before: (f) => f.create(endpointSlice(f, 'web')),
    after: (f) => announce(f, `bad-${f.className}`, f.address(99)),
    state: 'ListenerResolved.OtherAddress',
    cause: (f) =>
      new RegExp(`Service ${f.namespace}/bad-.* carries ${literal(f.address(99))}, not ${literal(f.address(0))}`),
  },
  {
    name: 'a Gateway on whose Service somebody put an EndpointSlice',
    kind: 'Gateway',
    flags: ['-announcer', 'none'],
    given: (f) => [gateway(f, 'bad'), service(f, 'web'), route(f, 'web', { parentRefs: [{ name: 'bad' }] })],
    after: (f) => f.create(endpointSlice(f, `bad-${f.className}`)),
    state: 'ServiceReady.Announced',
    isReady: true,
    cause: (f) => new RegExp(`EndpointSlices that are not ours and are left alone: bad-${f.className}-slice`),
  },
  {
    name: 'a Gateway whose Service the API server refuses',
    kind: 'Gateway',
    given: (f) => [
      gateway(f, 'bad'),
      route(f, 'web', {
        selector: ['app', 'web'],
        parentRefs: [{ name: 'bad' }],
        backendRefs: [{ name: 'a.dot', port: 80 }],
      }),
    ],
    isTriedAgain: true,
    state: 'ListenerResolved.WritingServices',
    cause: () => /a\.dot.*metadata\.name/,
  },
  {
    name: 'a Gateway that does not exist',
    kind: 'Gateway',
    state: 'Absent',
    cause: () => /it does not exist/,
  },
];
