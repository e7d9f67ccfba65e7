import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Manifest } from './manifests.ts';
import { Simulation } from './simulation.ts';

const flags = ['-ipam-configmap', 'default/ipam'];
const creating = [...flags, '-service-behaviour', 'create'];

const common: readonly Manifest[] = [
  { kind: 'GatewayClass', metadata: { name: 'l4' }, spec: { controllerName: 'thebsdbox.co.uk/controller' } },
  { kind: 'ConfigMap', metadata: { name: 'ipam' }, data: { 'cidr-global': '10.0.0.0/30' } },
  { kind: 'ConfigMap', metadata: { name: 'options' }, data: {} },
];

function gateway(name: string, spec: object = {}): Manifest {
  const listeners = [{ name: 'tcp', port: 80, protocol: 'TCP' }];
  return { kind: 'Gateway', metadata: { name }, spec: { gatewayClassName: 'l4', listeners, ...spec } };
}

const parametersRef = { group: '', kind: 'ConfigMap', name: 'options' };

function route(name: string, gatewayName: string, { labels = {}, year = 2026, backend = 'web', port = 0 }): Manifest {
  const rules = [{ backendRefs: [{ name: backend, port: 80 }] }];
  const metadata = { name, labels, creationTimestamp: `${year}-01-01T00:00:00Z` };
  const parentRefs = [{ name: gatewayName, ...(port > 0 && { port }) }];
  return { kind: 'TCPRoute', metadata, spec: { parentRefs, rules } };
}

function simulate(...manifests: readonly Manifest[]): Simulation {
  return simulateWith(flags, ...manifests);
}

function simulateWith(given: readonly string[], ...manifests: readonly Manifest[]): Simulation {
  const simulation = new Simulation({ flags: given });
  for (const manifest of [...common, ...manifests]) simulation.put(manifest);
  return simulation.run();
}

function assertNothingIsLeft(simulation: Simulation): void {
  simulation.stop();
  const { api, flags: given } = simulation;
  assert.deepEqual(new Simulation({ flags: given, api }).run().writes, [], 'nothing is left for a fresh controller');
}

const created = { selectorkey: 'app', selectorvalue: 'web' };
const broken: Manifest = { kind: 'ConfigMap', metadata: { name: 'options' }, data: { sessionAffinity: 'sticky' } };

describe('a Gateway whose parameters cannot be used', () => {
  test('keeps its Services', () => {
    const parameters = { infrastructure: { parametersRef } };
    for (const labels of [created, {}]) {
      const simulation = simulate(gateway('gw', parameters), route('web', 'gw', { labels }));
      const before = [...simulation.cluster.all('Service')];
      assert.equal(before.length, 1);
      simulation.put(broken);
      simulation.run();
      assert.deepEqual([...simulation.cluster.all('Service')], before);
      assertNothingIsLeft(simulation);
    }
  });

  test('does not keep what was made for another Gateway, whose route has no say any more', () => {
    const simulation = simulate(gateway('good'), gateway('bad', { infrastructure: { parametersRef } }), broken);
    simulation.put(route('second', 'good', { labels: created }));
    simulation.run();
    assert.ok(simulation.cluster.get('Service/default/web') !== undefined);
    simulation.put(route('first', 'bad', { labels: created, year: 2025 }));
    simulation.run();
    assert.equal(simulation.cluster.get('Service/default/web'), undefined);
    assertNothingIsLeft(simulation);
  });

  test('gives back a user’s Service that its route does not name any more, whatever its behaviour will be', () => {
    const listeners = [{ name: 'tcp', port: 8080, protocol: 'TCP' }];
    const simulation = simulate(
      { kind: 'Service', metadata: { name: 'web' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } },
      gateway('gw', { infrastructure: { parametersRef }, listeners }),
      route('web', 'gw', { labels: { serviceBehaviour: 'update' } }),
    );
    const typeOf = () => simulation.cluster.get('Service/default/web')?.spec.type;
    simulation.put(broken);
    simulation.run();
    simulation.put(route('web', 'gw', {}));
    simulation.run();
    assert.equal(typeOf(), 'LoadBalancer', 'it may be wanted so again');
    simulation.put(route('web', 'gw', { backend: 'other' }));
    simulation.run();
    assert.equal(typeOf(), 'ClusterIP');
    assertNothingIsLeft(simulation);
  });

  test('has no say over the own Service of another Gateway, from which a route has moved to it', () => {
    const simulation = simulateWith(
      creating,
      { kind: 'ConfigMap', metadata: { name: 'good' }, data: { serviceBehaviour: 'aggregate' } },
      gateway('good', {
        infrastructure: { parametersRef: { ...parametersRef, name: 'good' } },
        listeners: [90, 91].map((port) => ({ name: `tcp-${port}`, port, protocol: 'TCP' })),
      }),
      gateway('bad', { infrastructure: { parametersRef } }),
      route('stays', 'good', { year: 2024, port: 90 }),
      route('moves', 'good', { port: 91 }),
    );
    const ports = (): unknown =>
      [...simulation.cluster.all('Service')].flatMap(({ spec }) => spec.ports.map((p) => p.port));
    assert.deepEqual(ports(), [90, 91]);
    simulation.put(broken);
    simulation.put(route('moves', 'bad', {}));
    simulation.run();
    assert.deepEqual(ports(), [90]);
    assertNothingIsLeft(simulation);
  });

  test('does not keep what its route brought along from a Gateway that is gone', () => {
    const simulation = simulateWith(
      creating,
      { kind: 'ConfigMap', metadata: { name: 'good' }, data: { serviceBehaviour: 'duplicate' } },
      { kind: 'Service', metadata: { name: 'web' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } },
      gateway('good', { infrastructure: { parametersRef: { ...parametersRef, name: 'good' } } }),
      gateway('bad', { infrastructure: { parametersRef } }),
      route('moves', 'good', {}),
    );
    const services = (): unknown => [...simulation.cluster.all('Service')].map(({ metadata }) => metadata.name);
    assert.deepEqual(services(), ['web', 'web-gw-api']);
    simulation.put(broken);
    simulation.put(route('moves', 'bad', {}));
    simulation.remove('Gateway/default/good');
    simulation.run();
    assert.deepEqual(services(), ['web']);
    assertNothingIsLeft(simulation);
  });

  test('keeps no Service with an address that it has no more, so that this can be given up', () => {
    for (const labels of [created, {}]) {
      const simulation = simulate(gateway('gw', { infrastructure: { parametersRef } }), route('web', 'gw', { labels }));
      simulation.put(broken);
      simulation.patch('Gateway/default/gw', { spec: { addresses: [{ type: 'IPAddress', value: '192.0.2.1' }] } });
      simulation.run();
      assert.deepEqual([...simulation.cluster.all('Service')], []);
      assert.match(JSON.stringify(simulation.cluster.get('IPAddress//10.0.0.0')?.metadata.annotations), /released-at/);
      assertNothingIsLeft(simulation);
    }
  });

  test('lets a user’s Service go when its address is another one, though its class cannot be changed', () => {
    const options = (data: object): Manifest => ({ kind: 'ConfigMap', metadata: { name: 'options' }, data });
    const simulation = simulate(
      options({ serviceBehaviour: 'update', loadBalancerClass: 'example.com/lb' }),
      { kind: 'Service', metadata: { name: 'web' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } },
      gateway('gw', { infrastructure: { parametersRef }, listeners: [{ name: 'tcp', port: 8080, protocol: 'TCP' }] }),
      route('web', 'gw', {}),
    );
    const classOf = () => simulation.cluster.get('Service/default/web')?.spec.loadBalancerClass;
    assert.equal(classOf(), 'example.com/lb');
    simulation.put(options({ serviceBehaviour: 'update' }));
    simulation.run();
    assert.equal(classOf(), 'example.com/lb', 'it is the user’s, and stays as it is');
    simulation.patch('Gateway/default/gw', { spec: { addresses: [{ type: 'IPAddress', value: '192.0.2.1' }] } });
    simulation.run();
    assert.equal(simulation.cluster.get('Service/default/web')?.spec.loadBalancerIP, '192.0.2.1');
    assert.equal(classOf(), undefined);
    assert.match(JSON.stringify(simulation.cluster.get('IPAddress//10.0.0.0')?.metadata.annotations), /released-at/);
    assertNothingIsLeft(simulation);
  });
});
