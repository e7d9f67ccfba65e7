import type { Fixture } from '../../support/fixture.ts';
import type { Manifest } from '../../support/objects.ts';
import { endpointSlice, gateway, type RouteOptions, route, service } from '../objects.ts';
import { type BadInput, literal } from './bad-input.ts';

const duplicate = { behaviour: 'duplicate' } as const;
const web = (f: Fixture): readonly Manifest[] => [service(f, 'web')];
const two = [
  { name: 'a', port: 80 },
  { name: 'b', port: 80 },
];

/** A route of the Gateway `gw`, and what is there beside. */
function routed(
  options: RouteOptions,
  beside: (f: Fixture) => readonly Manifest[] = () => [],
): Pick<BadInput, 'kind' | 'given'> {
  return { kind: 'TCPRoute', given: (f) => [gateway(f, 'gw'), ...beside(f), route(f, 'bad', options)] };
}

function grant(f: Fixture, namespace: string): Manifest {
  const from = [{ group: 'gateway.networking.k8s.io', kind: 'TCPRoute', namespace: f.namespace }];
  return {
    apiVersion: f.apiVersionOf('ReferenceGrant'),
    kind: 'ReferenceGrant',
    metadata: { name: 'grant', namespace },
    spec: { from, to: [{ group: '', kind: 'Service' }] },
  };
}

/** Routes whose backends cannot be served; those whose behaviour or Service stands in the way: `behaviours.ts`. */
export const backends: readonly BadInput[] = [
  {
    name: 'a backend of another kind',
    ...routed({ ...duplicate, backendRefs: [{ group: 'example.com', kind: 'Bucket', name: 'web', port: 80 }] }),
    state: 'AddressAssigned.InvalidKind',
    cause: () => /backendRef "web" is a Bucket: only a Service can be a backend/,
  },
  {
    name: 'a Service that does not exist',
    ...routed({}),
    state: 'AddressAssigned.BackendNotFound',
    cause: (f) => new RegExp(`Service ${f.namespace}/web does not exist: create it, or correct the backendRef`),
  },
  {
    name: 'a port that the Service has not',
    ...routed({ backendRefs: [{ name: 'web', port: 81 }] }, web),
    state: 'AddressAssigned.BackendNotFound',
    cause: (f) => new RegExp(`Service ${f.namespace}/web has no port 81/TCP; it has 80/TCP`),
  },
  {
    name: 'a port that the Service has for the other protocol',
    ...routed({ ...duplicate }, (f) => [service(f, 'web', { ports: [{ port: 80, protocol: 'UDP' }] })]),
    state: 'AddressAssigned.BackendNotFound',
    cause: (f) => new RegExp(`Service ${f.namespace}/web has no port 80/TCP; it has 80/UDP`),
  },
  {
    name: 'a backendRef without a port',
    ...routed({ ...duplicate, backendRefs: [{ name: 'web' }] }, web),
    refusal: /[Pp]ort/,
    state: 'Pending.UnsupportedValue',
    cause: () => /spec\.rules\[0\]\.backendRefs\[0\]\.port is missing/,
  },
  {
    name: 'a Service in another namespace, without a ReferenceGrant',
    ...routed({ backendRefs: [{ name: 'web', namespace: 'kube-system', port: 80 }] }),
    state: 'AddressAssigned.RefNotPermitted',
    cause: () => /Service kube-system\/web is in another namespace, and no ReferenceGrant in "kube-system" .*: add one/,
  },
  {
    name: 'a ReferenceGrant that was revoked',
    kind: 'TCPRoute',
    before: async (f) => {
      const namespace = await f.addNamespace('shop');
      const backendRefs = [{ name: 'web', namespace, port: 80 }];
      await f.create(service(f, 'web', { namespace }), grant(f, namespace), gateway(f, 'gw'));
      await f.create(route(f, 'bad', { backendRefs }));
    },
    after: async (f) => {
      await f.client.delete(f.target('ReferenceGrant', 'grant', `${f.namespace}-shop`));
    },
    state: 'AddressAssigned.RefNotPermitted',
    cause: (f) => new RegExp(`Service ${f.namespace}-shop/web is in another namespace, and no ReferenceGrant in`),
  },
  {
    name: 'a Service of type ExternalName',
    ...routed({}, (f) => [service(f, 'web', { spec: { type: 'ExternalName', externalName: 'a.example' } })]),
    state: 'AddressAssigned.BackendUnusable',
    cause: (f) => new RegExp(`Service ${f.namespace}/web is of type ExternalName: it has no pods to send to`),
  },
  {
    name: 'a headless Service under update',
    ...routed({ behaviour: 'update' }, (f) => [service(f, 'web', { spec: { clusterIP: 'None' } })]),
    state: 'AddressAssigned.BackendUnusable',
    cause: (f) => new RegExp(`Service ${f.namespace}/web is headless, .*: use the behaviour duplicate`),
  },
  {
    name: 'a Service without a selector under duplicate',
    ...routed({ ...duplicate }, (f) => [service(f, 'web', { spec: { selector: null } })]),
    state: 'AddressAssigned.BackendUnusable',
    cause: (f) => new RegExp(`Service ${f.namespace}/web has no selector, .*: use the behaviour aggregate`),
  },
  {
    name: 'a backend that is a Gateway’s own Service',
    kind: 'TCPRoute',
    given: (f) => [gateway(f, 'gw'), ...web(f), route(f, 'first')],
    after: (f) =>
      f.create(
        route(f, 'bad', {
          kind: 'TCPRoute',
          parentRefs: [{ name: 'gw', sectionName: 'tcp' }],
          backendRefs: [{ name: `gw-${f.className}`, port: 8080 }],
        }),
      ),
    state: 'AddressAssigned.BackendUnusable',
    cause: (f) =>
      new RegExp(`Service ${f.namespace}/gw-${f.className} is a Gateway's own: name the Service with the pods`),
  },
  {
    name: 'one bad backend of two',
    ...routed(
      {
        backendRefs: [
          { name: 'web', port: 80 },
          { name: 'gone', port: 80 },
        ],
      },
      web,
    ),
    state: 'ServiceReady.NothingToAnnounce',
    isReady: true,
    cause: (f) => new RegExp(`Service ${f.namespace}/gone does not exist: .*; its share is not refused`),
  },
  {
    name: 'one of weight 0 that does not exist',
    ...routed(
      {
        ...duplicate,
        backendRefs: [
          { name: 'gone', port: 80, weight: 0 },
          { name: 'web', port: 80 },
        ],
      },
      web,
    ),
    state: 'ServiceReady.NothingToAnnounce',
    isReady: true,
    cause: (f) => new RegExp(`Service ${f.namespace}/gone does not exist: create it, or correct the backendRef`),
  },
  {
    name: 'weights that cannot be honoured',
    ...routed(
      {
        backendRefs: [
          { name: 'a', port: 80, weight: 9 },
          { name: 'b', port: 80, weight: 1 },
        ],
      },
      (f) => [
        ...two.map(({ name }) => service(f, name)),
        endpointSlice(f, 'a'),
        { ...endpointSlice(f, 'b'), endpoints: [{ addresses: ['192.0.2.2'] }] },
      ],
    ),
    flags: ['-announcer', 'none'],
    state: 'ServiceReady.Announced',
    isReady: true,
    cause: () => /the weights \(a 9, b 1\) are not honoured: kube-proxy gives every ready endpoint the same share/,
  },
  {
    name: 'endpoints of a family of which the Gateway has no address',
    ...routed({}, (f) => [
      ...web(f),
      { ...endpointSlice(f, 'web'), addressType: 'IPv6', endpoints: [{ addresses: ['2001:db8::1'] }] },
    ]),
    state: 'ServiceReady.NothingToAnnounce',
    isReady: true,
    cause: (f) => new RegExp(`Service ${f.namespace}/web has endpoints of IPv6 only, .*${literal(f.address(0))}`),
  },
];
