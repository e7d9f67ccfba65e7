import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ObjectKey } from '../../src/objects/keys.ts';
import type { Manifest } from './manifests.ts';
import { Simulation } from './simulation.ts';

const flags = ['-ipam-configmap', 'default/ipam'];

const common: readonly Manifest[] = [
  { kind: 'GatewayClass', metadata: { name: 'l4' }, spec: { controllerName: 'thebsdbox.co.uk/controller' } },
  { kind: 'ConfigMap', metadata: { name: 'ipam' }, data: { 'cidr-global': '10.0.0.0/30' } },
];

const listeners = [
  { name: 'a', port: 8081, protocol: 'TCP' },
  { name: 'b', port: 8082, protocol: 'TCP' },
];

function gateway(spec: object = {}, name = 'gw'): Manifest {
  return { kind: 'Gateway', metadata: { name }, spec: { gatewayClassName: 'l4', listeners, ...spec } };
}

function route(name: string, sectionName: string, labels: object): Manifest {
  const rules = [{ backendRefs: [{ name, port: 80 }] }];
  return { kind: 'TCPRoute', metadata: { name, labels }, spec: { parentRefs: [{ name: 'gw', sectionName }], rules } };
}

const created = { selectorkey: 'app', selectorvalue: 'web' };

function simulate(
  manifests: readonly Manifest[],
  refused: readonly string[] = [],
  more: readonly string[] = [],
): Simulation {
  const simulation = new Simulation({ flags: [...flags, ...more], refused });
  for (const manifest of [...common, ...manifests]) simulation.put(manifest);
  return simulation.run();
}

function stateOf(simulation: Simulation, key: ObjectKey<'Gateway' | 'TCPRoute'>): string | undefined {
  return simulation.actors.entries.get(key)?.state;
}

describe('an address', () => {
  test('is given up, and quarantined, when the user names another one', () => {
    const simulation = simulate([gateway()]);
    simulation.patch('Gateway/default/gw', { spec: { addresses: [{ type: 'IPAddress', value: '192.0.2.1' }] } });
    simulation.run();
    assert.equal(simulation.pool.holderOf('10.0.0.0'), undefined);
    const entry = simulation.cluster.get('IPAddress//10.0.0.0');
    assert.match(JSON.stringify(entry?.metadata.annotations), /released-at/);
    simulation.clock.advance(31_000);
    simulation.run();
    assert.equal(simulation.api.get('IPAddress//10.0.0.0'), undefined);
  });

  test('that was given up does not come back when the user empties the list', () => {
    const simulation = simulate([gateway()]);
    simulation.patch('Gateway/default/gw', { spec: { addresses: [{ type: 'IPAddress', value: '192.0.2.1' }] } });
    simulation.run();
    simulation.patch('Gateway/default/gw', { spec: { addresses: null } });
    simulation.run();
    assert.equal(simulation.pool.held('gateway-gw').length, 1);
  });

  test('is not handed out again within its quarantine, and wakes who waits when that is over', () => {
    const simulation = simulate([gateway()]);
    simulation.put({ kind: 'ConfigMap', metadata: { name: 'ipam' }, data: { 'cidr-global': '10.0.0.0/32' } });
    simulation.remove('Gateway/default/gw');
    simulation.put(gateway({}, 'next'));
    simulation.run();
    assert.equal(stateOf(simulation, 'Gateway/default/next'), 'Pending.PoolExhausted');
    simulation.clock.advance(31_000);
    simulation.run();
    assert.deepEqual(simulation.pool.held('gateway-next'), ['10.0.0.0']);
    assert.equal(stateOf(simulation, 'Gateway/default/next'), 'ServiceReady.NothingToAnnounce');
  });

  test('of the pool that a user named stays his when the pool shrinks, also over a restart', () => {
    const only = ['-static-addresses', 'pool'];
    const simulation = simulate([gateway({ addresses: [{ value: '10.0.0.3' }] })], [], only);
    assert.equal(stateOf(simulation, 'Gateway/default/gw'), 'ServiceReady.NothingToAnnounce');
    simulation.put({ kind: 'ConfigMap', metadata: { name: 'ipam' }, data: { 'cidr-global': '10.0.0.0/31' } });
    simulation.run();
    simulation.stop();
    const again = new Simulation({ flags: [...flags, ...only], api: simulation.api }).run();
    assert.deepEqual(again.pool.held('gateway-gw'), ['10.0.0.3']);
    assert.equal(stateOf(again, 'Gateway/default/gw'), 'ServiceReady.NothingToAnnounce');
  });

  for (const families of ['none', 'constructor']) {
    test(`of the families "${families}" is not had, and the Gateway says so`, () => {
      const annotations = { 'gateway-api-controller.thebsdbox.co.uk/ip-families': families };
      const simulation = simulate([{ ...gateway(), metadata: { name: 'gw', annotations } }]);
      const { status } = simulation.cluster.get('Gateway/default/gw') ?? assert.fail('no Gateway');
      const { reason } = status.conditions.find(({ type }) => type === 'Accepted') ?? {};
      assert.equal(reason, 'InvalidParameters');
    });
  }

  test('written twice, in two notations, is one', () => {
    const simulation = simulate([gateway({ addresses: [{ value: 'fd00::1' }, { value: 'FD00:0:0::1' }] })]);
    assert.deepEqual(simulation.pool.held('gateway-gw'), ['fd00::1']);
    assert.equal(stateOf(simulation, 'Gateway/default/gw'), 'ServiceReady.NothingToAnnounce');
  });

  test('of a Gateway that was deleted and made anew is free for the new one only after the quarantine', () => {
    const simulation = simulate([gateway()]);
    simulation.remove('Gateway/default/gw');
    simulation.run();
    simulation.put(gateway());
    simulation.run();
    assert.deepEqual(simulation.pool.held('gateway-gw-2'), ['10.0.0.1']);
  });
});

describe('a Gateway', () => {
  test('says what it waits for while a Service is refused', () => {
    const simulation = simulate([gateway(), route('web', 'a', created)], ['service Service/default/web']);
    const { status } = simulation.cluster.get('Gateway/default/gw') ?? assert.fail('no Gateway');
    const programmed = status.conditions.find(({ type }) => type === 'Programmed');
    assert.equal(programmed?.status, 'False');
    assert.match(programmed?.message ?? '', /default\/web/);
  });

  test('that is refused for its parameters gets no Service', () => {
    const parametersRef = { group: '', kind: 'ConfigMap', name: 'options' };
    const simulation = simulate([gateway({ infrastructure: { parametersRef } }), route('web', 'a', created)]);
    assert.equal(simulation.api.get('Service/default/web'), undefined);
  });

  test('that becomes refused for its parameters keeps its Services as they are', () => {
    const simulation = simulate([gateway(), route('web', 'a', created)]);
    const before = simulation.api.get('Service/default/web');
    assert.ok(before);
    const parametersRef = { group: '', kind: 'ConfigMap', name: 'options' };
    simulation.patch('Gateway/default/gw', { spec: { infrastructure: { parametersRef } } });
    simulation.run();
    assert.deepEqual(simulation.api.get('Service/default/web'), before);
  });

  test('whose address cannot be recorded gives it to no Service', () => {
    const refused = ['ledger-entry IPAddress//10.0.0.0'];
    const simulation = simulate([gateway(), route('web', 'a', created)], refused);
    assert.equal(stateOf(simulation, 'Gateway/default/gw'), 'Pending.RecordFailed');
    assert.equal(simulation.api.get('Service/default/web'), undefined);
  });
});

describe('a route under update', () => {
  const user = (name: string, rest: object = {}): Manifest => ({
    kind: 'Service',
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ port: 80, ...rest }] },
  });
  const update = { serviceBehaviour: 'update' };

  test('is refused where an older one brought the same port of its own to that address', () => {
    const older = route('a', 'a', update);
    const first = { ...older, metadata: { ...older.metadata, creationTimestamp: '2025-01-01T00:00:00Z' } };
    const simulation = simulate([gateway(), user('a'), user('b'), first, route('b', 'b', update)]);
    assert.equal(stateOf(simulation, 'TCPRoute/default/a'), 'ServiceReady.NothingToAnnounce');
    assert.equal(stateOf(simulation, 'TCPRoute/default/b'), 'AddressAssigned.ServiceNameTaken');
    assert.ok(simulation.api.isUntouched('Service/default/b'));
  });

  test('takes its turn when the older one goes', () => {
    const simulation = simulate([gateway(), user('a'), user('b'), route('a', 'a', update), route('b', 'b', update)]);
    simulation.remove('TCPRoute/default/a');
    simulation.run();
    assert.equal(stateOf(simulation, 'TCPRoute/default/b'), 'ServiceReady.NothingToAnnounce');
  });

  test('names the added port so that it differs from the names that are there', () => {
    const simulation = simulate([gateway(), user('a', { name: 'tcp-8081' }), route('a', 'a', update)]);
    const ports = simulation.cluster.get('Service/default/a')?.spec.ports ?? [];
    assert.equal(ports.length, 2);
    assert.equal(new Set(ports.map(({ name }) => name)).size, 2);
  });

  test('follows the user who switches to duplicate: the Service is restored, a copy is made', () => {
    const simulation = simulate([gateway(), user('a'), route('a', 'a', update)]);
    simulation.patch('TCPRoute/default/a', { metadata: { labels: { serviceBehaviour: 'duplicate' } } });
    simulation.run();
    assert.equal(simulation.cluster.get('Service/default/a')?.spec.type, 'ClusterIP');
    assert.equal(simulation.cluster.get('Service/default/a-gw-api')?.spec.type, 'LoadBalancer');
    simulation.patch('TCPRoute/default/a', { metadata: { labels: { serviceBehaviour: 'update' } } });
    simulation.run();
    assert.equal(simulation.cluster.get('Service/default/a')?.spec.type, 'LoadBalancer');
    assert.equal(simulation.cluster.get('Service/default/a-gw-api'), undefined);
  });
});

describe('a route', () => {
  test('is served although a younger one that names its Service waits for a class that never comes', () => {
    const waiting = { ...gateway({ gatewayClassName: 'later' }, 'waiting') };
    const other = {
      ...route('other', 'a', created),
      spec: { parentRefs: [{ name: 'waiting' }], rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] },
    };
    const older = route('web', 'a', created);
    const first = { ...older, metadata: { ...older.metadata, creationTimestamp: '2025-01-01T00:00:00Z' } };
    const simulation = simulate([gateway(), waiting, first, other]);
    assert.equal(stateOf(simulation, 'TCPRoute/default/web'), 'ServiceReady.NothingToAnnounce');
  });

  test('moves to another Gateway with its Service', () => {
    const simulation = simulate([gateway(), gateway({}, 'second'), route('web', 'a', created)]);
    simulation.patch('TCPRoute/default/web', { spec: { parentRefs: [{ name: 'second', sectionName: 'b' }] } });
    simulation.run();
    const { spec } = simulation.cluster.get('Service/default/web') ?? assert.fail('no Service');
    assert.equal(spec.loadBalancerIP, simulation.pool.held('gateway-second')[0]);
    assert.deepEqual(
      spec.ports.map(({ port }) => port),
      [8082],
    );
  });

  test('looks again when the Gateway of another that has its Service waits for a class', () => {
    const older = route('web', 'a', created);
    const first = { ...older, metadata: { ...older.metadata, creationTimestamp: '2025-01-01T00:00:00Z' } };
    const rules = [{ backendRefs: [{ name: 'web', port: 80 }] }];
    const second = { ...route('second', 'a', created), spec: { parentRefs: [{ name: 'second' }], rules } };
    const simulation = simulate([gateway(), gateway({}, 'second'), first, second]);
    assert.equal(stateOf(simulation, 'TCPRoute/default/second'), 'AddressAssigned.ServiceNameTaken');
    simulation.patch('Gateway/default/gw', { spec: { gatewayClassName: 'missing' } });
    simulation.run();
    simulation.stop();
    const { api } = simulation;
    assert.deepEqual(new Simulation({ flags, api }).run().writes, [], 'nothing is left for a fresh controller');
  });

  test('loses its Service to an older one, whose Gateway then finds its address taken by a stranger', () => {
    const rules = [{ backendRefs: [{ name: 'web', port: 80 }] }];
    const second = { ...route('second', 'a', created), spec: { parentRefs: [{ name: 'gw' }], rules } };
    const older = { ...route('web', 'a', created), spec: { parentRefs: [{ name: 'poor' }], rules } };
    const first = { ...older, metadata: { ...older.metadata, creationTimestamp: '2025-01-01T00:00:00Z' } };
    const pool = { kind: 'ConfigMap', metadata: { name: 'ipam' }, data: { 'cidr-global': '10.0.0.0/31' } } as const;
    const simulation = simulate([pool, gateway(), second], ['ledger-entry IPAddress//10.0.0.1']);
    for (const manifest of [first, gateway({}, 'poor')]) simulation.put(manifest);
    simulation.run();
    assert.ok(simulation.cluster.get('Service/default/web') !== undefined, 'while the older one is about to have it');
    simulation.put({
      kind: 'IPAddress',
      metadata: { name: '10.0.0.1' },
      spec: { parentRef: { resource: 'machines', name: 'pump' } },
    });
    simulation.actors.lookAgain('Gateway/default/poor');
    simulation.run();
    assert.equal(stateOf(simulation, 'Gateway/default/poor'), 'Pending.PoolExhausted');
    assert.equal(simulation.cluster.get('Service/default/web'), undefined);
  });
});
