import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Fixture, together, useServer } from '../support/fixture.ts';
import type { Manifest } from '../support/objects.ts';
import {
  type GatewayObject,
  gateway,
  type ListenerSpec,
  ownParent,
  type RouteObject,
  route,
  type ServiceObject,
  service,
  verdict,
} from './objects.ts';

type SetObject = Pick<GatewayObject, 'metadata' | 'status'>;

interface SetOptions {
  readonly namespace?: string;
  readonly listeners?: readonly ListenerSpec[];
}

function listenerSet(f: Fixture, name: string, options: SetOptions = {}): Manifest {
  const { namespace = f.namespace, listeners = [{ name: 'more', port: 9090 }] } = options;
  return {
    apiVersion: f.apiVersionOf('ListenerSet'),
    kind: 'ListenerSet',
    metadata: { name, namespace },
    spec: {
      parentRef: { name: 'gw', namespace: f.namespace },
      listeners: listeners.map((listener) => ({ protocol: 'TCP', ...listener })),
    },
  } as Manifest;
}

const allow = (from: string): object => ({ allowedListeners: { namespaces: { from } } });

async function verdictsOf(f: Fixture, name: string, namespace = f.namespace): Promise<readonly string[]> {
  const { status } = await f.get<SetObject>('ListenerSet', name, namespace);
  return [verdict(status, 'Accepted'), verdict(status, 'Programmed')];
}

describe('A ListenerSet', together, () => {
  const { fixture } = useServer();

  test('adds its listeners to the Gateway, and its routes are served there', async (t) => {
    const f = await fixture(t);
    const parentRefs = [{ kind: 'ListenerSet', name: 'set' }];
    await f.create(
      gateway(f, 'gw', { spec: allow('Same') }),
      listenerSet(f, 'set'),
      service(f, 'web'),
      route(f, 'web', { parentRefs }),
    );
    await f.run();
    assert.deepEqual(await verdictsOf(f, 'set'), ['True/Accepted', 'True/Programmed']);
    const { status } = await f.get<SetObject>('ListenerSet', 'set');
    assert.deepEqual(
      status?.listeners?.map(({ name, attachedRoutes }) => [name, attachedRoutes]),
      [['more', 1]],
    );
    const gw = await f.get<GatewayObject & { status: { attachedListenerSets: number } }>('Gateway', 'gw');
    assert.equal(gw.status.attachedListenerSets, 1);
    assert.deepEqual(
      gw.status.listeners?.map(({ name, attachedRoutes }) => [name, attachedRoutes]),
      [
        ['tcp', 0],
        ['udp', 0],
      ],
    );
    const { spec } = await f.get<ServiceObject>('Service', `gw-${f.className}`);
    assert.deepEqual(
      spec.ports.map(({ port }) => port),
      [9090],
    );
    assert.equal(verdict(ownParent(f, await f.get<RouteObject>('TCPRoute', 'web')), 'Accepted'), 'True/Accepted');
  });

  test('is refused where the Gateway does not allow it, and taken as soon as it does', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), listenerSet(f, 'set'));
    await f.run();
    assert.deepEqual(await verdictsOf(f, 'set'), ['False/NotAllowed', 'False/NotAllowed']);
    await f.patch('Gateway', 'gw', { spec: allow('Same') });
    await f.settle();
    assert.deepEqual(await verdictsOf(f, 'set'), ['True/Accepted', 'True/Programmed']);
    await f.patch('Gateway', 'gw', { spec: allow('None') });
    await f.settle();
    assert.deepEqual(await verdictsOf(f, 'set'), ['False/NotAllowed', 'False/NotAllowed']);
  });

  test('of another namespace is taken where its labels are selected', async (t) => {
    const f = await fixture(t);
    const namespace = await f.addNamespace('apps');
    const selector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
    const namespaces = { from: 'Selector', selector };
    await f.create(
      gateway(f, 'gw', { spec: { allowedListeners: { namespaces } } }),
      listenerSet(f, 'set', { namespace }),
      listenerSet(f, 'other'),
    );
    await f.run();
    assert.deepEqual(await verdictsOf(f, 'set', namespace), ['True/Accepted', 'True/Programmed']);
    assert.deepEqual(await verdictsOf(f, 'other'), ['False/NotAllowed', 'False/NotAllowed']);
  });

  test('loses against the Gateway and against one whose listener has the same name and port', async (t) => {
    const f = await fixture(t);
    await f.create(
      gateway(f, 'gw', { spec: allow('Same') }),
      listenerSet(f, 'a'),
      listenerSet(f, 'b', { listeners: [{ name: 'more', port: 9090 }] }),
      listenerSet(f, 'c', {
        listeners: [
          { name: 'tcp', port: 8080 },
          { name: 'free', port: 8081 },
        ],
      }),
    );
    await f.run();
    assert.deepEqual(await verdictsOf(f, 'a'), ['True/Accepted', 'True/Programmed']);
    assert.deepEqual(await verdictsOf(f, 'b'), ['False/ListenersNotValid', 'False/ListenersNotValid']);
    assert.deepEqual(await verdictsOf(f, 'c'), ['True/ListenersNotValid', 'True/Programmed']);
    const { status } = await f.get<SetObject>('ListenerSet', 'c');
    assert.deepEqual(
      status?.listeners?.map((listener) => [listener.name, verdict(listener, 'Conflicted')]),
      [
        ['tcp', 'True/ProtocolConflict'],
        ['free', 'False/NoConflicts'],
      ],
    );
  });

  test('is told that its Gateway is gone, also by a controller that was down meanwhile', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw', { spec: allow('Same') }), listenerSet(f, 'set'));
    const controller = await f.run();
    assert.deepEqual(await verdictsOf(f, 'set'), ['True/Accepted', 'True/Programmed']);
    await controller.stop();
    await f.client.delete(f.target('Gateway', 'gw'));
    await f.run();
    assert.deepEqual(await verdictsOf(f, 'set'), ['False/ParentNotAccepted', 'False/ParentNotProgrammed']);
  });

  test('that goes leaves its route to the other Gateway that it names', async (t) => {
    const f = await fixture(t);
    await f.create(
      gateway(f, 'gw', { spec: allow('Same') }),
      gateway(f, 'other'),
      listenerSet(f, 'set'),
      route(f, 'made', {
        selector: ['app', 'web'],
        parentRefs: [{ kind: 'ListenerSet', name: 'set' }, { name: 'other' }],
      }),
    );
    await f.run();
    const carried = async (): Promise<string | undefined> =>
      (await f.find<ServiceObject>('Service', 'web'))?.spec.loadBalancerIP;
    assert.equal(await carried(), f.address(0), 'of the Gateway that it names first');
    await f.client.delete(f.target('ListenerSet', 'set'));
    await f.settle();
    assert.equal(await carried(), f.address(1));
  });

  test('writes nothing at rest, nor after a restart', async (t) => {
    const f = await fixture(t);
    await f.create(
      gateway(f, 'gw', { spec: allow('Same') }),
      listenerSet(f, 'set'),
      service(f, 'web'),
      route(f, 'web', { parentRefs: [{ kind: 'ListenerSet', name: 'set' }] }),
    );
    const controller = await f.run();
    await controller.stop();
    const before = await f.quietWrites(0);
    assert.ok(before.includes('patch listenersets/status set'));
    await f.run();
    assert.deepEqual(await f.quietWrites(before.length), []);
  });
});
