import type { Fixture } from '../../support/fixture.ts';
import type { Manifest } from '../../support/objects.ts';
import { gateway, type ListenerSpec, route } from '../objects.ts';
import type { BadInput } from './bad-input.ts';

interface SetOptions {
  readonly listeners?: readonly ListenerSpec[];
  readonly parentRef?: object;
}

function listenerSet(f: Fixture, name: string, { listeners, parentRef }: SetOptions = {}): Manifest {
  return {
    apiVersion: f.apiVersionOf('ListenerSet'),
    kind: 'ListenerSet',
    metadata: { name, namespace: f.namespace },
    spec: {
      parentRef: parentRef ?? { name: 'gw' },
      listeners: (listeners ?? [{ name: 'more', port: 9090 }]).map((listener) => ({ protocol: 'TCP', ...listener })),
    },
  } as Manifest;
}

const allowed = { spec: { allowedListeners: { namespaces: { from: 'Same' } } } };

/** ListenerSets that their Gateway does not take, or not whole, and routes to them. */
export const listenerSets: readonly BadInput[] = [
  {
    name: 'a ListenerSet that its Gateway does not allow',
    kind: 'ListenerSet',
    given: (f) => [gateway(f, 'gw'), listenerSet(f, 'bad')],
    state: 'Pending.NotAllowed',
    cause: (f) =>
      new RegExp(`spec\\.allowedListeners of Gateway ${f.namespace}/gw \\(namespaces from None\\) does not allow`),
  },
  {
    name: 'a route to a ListenerSet that its Gateway does not allow',
    kind: 'TCPRoute',
    given: (f) => [
      gateway(f, 'gw'),
      listenerSet(f, 'set'),
      route(f, 'bad', { parentRefs: [{ kind: 'ListenerSet', name: 'set' }] }),
    ],
    state: 'Pending.NotAllowed',
    cause: (f) => new RegExp(`ListenerSet ${f.namespace}/set: spec\\.allowedListeners of Gateway ${f.namespace}/gw`),
  },
  {
    name: 'a ListenerSet with a listener of the name and port of another set’s',
    kind: 'ListenerSet',
    given: (f) => [gateway(f, 'gw', allowed), listenerSet(f, 'a'), listenerSet(f, 'bad')],
    state: 'Pending.NoListener',
    cause: (f) =>
      new RegExp(
        `"more" \\(listener "more" of ListenerSet ${f.namespace}/a has port 9090 and protocol TCP too: change`,
      ),
  },
  {
    name: 'a ListenerSet of which one listener is the Gateway’s already',
    kind: 'ListenerSet',
    given: (f) => [
      gateway(f, 'gw', allowed),
      listenerSet(f, 'bad', {
        listeners: [
          { name: 'tcp', port: 8080 },
          { name: 'free', port: 8081 },
        ],
      }),
    ],
    state: 'ServiceReady',
    isReady: true,
    cause: (f) =>
      new RegExp(`served, except listener "tcp" \\(listener "tcp" of Gateway ${f.namespace}/gw has port 8080`),
  },
  {
    name: 'a ListenerSet with an unsupported protocol',
    kind: 'ListenerSet',
    given: (f) => [
      gateway(f, 'gw', allowed),
      listenerSet(f, 'bad', { listeners: [{ name: 'web', port: 80, protocol: 'HTTP' }] }),
    ],
    state: 'Pending.NoListener',
    cause: () => /no listener is valid: "web" \(protocol HTTP is not served: use TCP or UDP\)/,
  },
  {
    name: 'a ListenerSet of a Gateway that does not exist',
    kind: 'ListenerSet',
    given: (f) => [listenerSet(f, 'bad')],
    state: 'Pending.WaitingForGateway',
    cause: (f) => new RegExp(`Gateway ${f.namespace}/gw does not exist`),
  },
  {
    name: 'a ListenerSet of a Gateway without a class',
    kind: 'ListenerSet',
    given: (f) => [gateway(f, 'gw', { className: `${f.className}-missing` }), listenerSet(f, 'bad')],
    state: 'Pending.WaitingForClass',
    cause: (f) => new RegExp(`Gateway ${f.namespace}/gw: GatewayClass "${f.className}-missing" does not exist`),
  },
  {
    name: 'a ListenerSet of a Gateway that is not accepted',
    kind: 'ListenerSet',
    given: (f) => {
      const infrastructure = { parametersRef: { group: '', kind: 'ConfigMap', name: 'missing' } };
      return [gateway(f, 'gw', { spec: { ...allowed.spec, infrastructure } }), listenerSet(f, 'bad')];
    },
    state: 'Pending.GatewayNotAccepted',
    cause: (f) =>
      new RegExp(
        `Gateway ${f.namespace}/gw is not accepted: .*ConfigMap ${f.namespace}/missing does not exist: create`,
      ),
  },
  {
    name: 'a ListenerSet of a Gateway that is not programmed',
    kind: 'ListenerSet',
    fixture: { pool: null },
    flags: ['-ipam-configmap='],
    given: (f) => [gateway(f, 'gw', allowed), listenerSet(f, 'bad')],
    state: 'ListenerResolved',
    cause: (f) => new RegExp(`Gateway ${f.namespace}/gw is not programmed: no address pool: start the controller with`),
  },
  {
    name: 'a ListenerSet whose parentRef names another kind',
    kind: 'ListenerSet',
    given: (f) => [listenerSet(f, 'bad', { parentRef: { group: 'example.com', kind: 'Mesh', name: 'gw' } })],
    state: 'NotOurs',
    cause: () => /spec\.parentRef names Mesh\.example\.com "gw": only a Gateway can be its parent/,
  },
];
