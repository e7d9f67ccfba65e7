import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ledgerManifest } from '../../src/gateway/ledger.ts';
import type { ObjectKey } from '../../src/objects/keys.ts';
import type { Manifest } from './manifests.ts';
import { Simulation } from './simulation.ts';

const flags = ['-ipam-configmap', 'default/ipam'];
const listeners = [{ name: 'tcp', port: 8080, protocol: 'TCP' }];
const former = '10.0.0.0';

function gateway(name: string, address?: string): Manifest {
  return { kind: 'Gateway', metadata: { name }, spec: spec(address) };
}

function spec(address?: string): object {
  const addresses = address === undefined ? {} : { addresses: [{ type: 'IPAddress', value: address }] };
  return { gatewayClassName: 'l4', listeners, ...addresses };
}

const l4: Manifest = {
  kind: 'GatewayClass',
  metadata: { name: 'l4' },
  spec: { controllerName: 'thebsdbox.co.uk/controller' },
};
const common: readonly Manifest[] = [
  l4,
  { kind: 'ConfigMap', metadata: { name: 'ipam' }, data: { 'cidr-global': '10.0.0.0/28' } },
];

const route: Manifest = {
  kind: 'TCPRoute',
  metadata: { name: 'web', labels: { selectorkey: 'app', selectorvalue: 'web' } },
  spec: { parentRefs: [{ name: 'old' }], rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] },
};

/** `old` has an address and a Service that carries it; `heir` asks for the same address and waits. */
function waiting(): Simulation {
  const simulation = new Simulation({ flags });
  for (const manifest of [...common, gateway('old'), route]) simulation.put(manifest);
  simulation.run();
  assert.equal(simulation.cluster.get('Service/default/web')?.spec.loadBalancerIP, former);
  simulation.put(gateway('heir', former));
  return simulation.run();
}

/** An administrator takes the class away by force: its finalizer is there as Gateways use it. */
function loseClass(simulation: Simulation): void {
  simulation.patch('GatewayClass//l4', { metadata: { finalizers: null } });
  simulation.remove('GatewayClass//l4');
}

function stateOf(simulation: Simulation, key: ObjectKey<'Gateway'>): string | undefined {
  return simulation.actors.entries.get(key)?.state;
}

/** What was written to these objects since, as `verb key`. */
function writesTo(simulation: Simulation, since: number, ...keys: readonly ObjectKey[]): readonly string[] {
  return simulation.writes
    .slice(since)
    .filter(({ key }) => keys.includes(key))
    .map(({ verb, key }) => `${verb} ${key}`);
}

const [service, entry] = ['Service/default/web', `IPAddress//${former}`] as const;

describe('the address of a Gateway that is deleted and made anew at once', () => {
  test('goes to another that names it when no Service carries it for the first one any more', () => {
    const simulation = waiting();
    const since = simulation.writes.length;
    simulation.remove('Gateway/default/old');
    simulation.put(gateway('old', '10.0.0.9'));
    simulation.run();
    assert.deepEqual(simulation.pool.held('gateway-heir'), [former]);
    assert.equal(
      simulation.cluster.get(entry)?.metadata.annotations['gateway-api-controller.thebsdbox.co.uk/owner-uid'],
      'gateway-heir',
    );
    const [first, ...more] = writesTo(simulation, since, service, entry);
    assert.match(first ?? '', /(patch|delete) Service/);
    assert.deepEqual(more.slice(-2), [`delete ${entry}`, `create ${entry}`]);
  });

  test('stays on its Services when it names that address itself', () => {
    const simulation = new Simulation({ flags });
    for (const manifest of [...common, gateway('old'), route]) simulation.put(manifest);
    simulation.run();
    const since = simulation.writes.length;
    simulation.remove('Gateway/default/old');
    simulation.put(gateway('old', former));
    simulation.run();
    assert.equal(stateOf(simulation, 'Gateway/default/old'), 'ServiceReady.NothingToAnnounce');
    assert.deepEqual(writesTo(simulation, since, service, entry), [`delete ${entry}`, `create ${entry}`]);
  });
});

describe('the address of a Gateway that is made anew while its class is missing', () => {
  test('is given up, and its Service goes, though the new one names it', () => {
    const simulation = new Simulation({ flags });
    for (const manifest of [...common, gateway('old'), route]) simulation.put(manifest);
    simulation.run();
    simulation.remove('Gateway/default/old');
    simulation.put({ ...gateway('old', former), spec: { ...spec(former), gatewayClassName: 'missing' } });
    simulation.run();
    assert.equal(simulation.cluster.get(service), undefined);
    simulation.clock.advance(31_000);
    simulation.run();
    assert.equal(simulation.cluster.get(entry), undefined);
  });

  test('is given up, and its Service goes, though its route names a Gateway now that waits and has another', () => {
    const simulation = new Simulation({ flags });
    const named = (name: string, className: string): Manifest => ({
      ...gateway(name),
      spec: { ...spec(), gatewayClassName: className },
    });
    const spare: Manifest = { ...l4, metadata: { name: 'spare' } };
    for (const manifest of [...common, spare, named('old', 'spare'), route, named('waits', 'l4')])
      simulation.put(manifest);
    simulation.run();
    loseClass(simulation);
    simulation.patch('TCPRoute/default/web', { spec: { parentRefs: [{ name: 'waits' }] } });
    simulation.run();
    assert.equal(simulation.cluster.get(service), undefined);
    simulation.remove('Gateway/default/old');
    simulation.run();
    simulation.clock.advance(31_000);
    simulation.run();
    assert.equal(simulation.cluster.get(entry), undefined);
  });

  test('stays, on its Service too, where only the class goes', () => {
    const simulation = new Simulation({ flags });
    for (const manifest of [...common, gateway('old', former), route]) simulation.put(manifest);
    simulation.run();
    loseClass(simulation);
    simulation.run();
    simulation.stop();
    const { api, clock } = simulation;
    const again = new Simulation({ flags, api, clock }).run();
    clock.advance(31_000);
    again.run();
    assert.deepEqual(again.writes, [], 'also over a restart');
    assert.equal(again.cluster.get(service)?.spec.loadBalancerIP, former);
  });

  test('does not come back where it was given up before the class went', () => {
    const simulation = new Simulation({ flags });
    for (const manifest of [...common, gateway('other', '10.0.0.9'), gateway('old')]) simulation.put(manifest);
    simulation.run();
    simulation.patch('Gateway/default/old', { spec: { addresses: [{ type: 'IPAddress', value: '10.0.0.9' }] } });
    simulation.run();
    loseClass(simulation);
    simulation.run();
    simulation.stop();
    const { api, clock } = simulation;
    assert.deepEqual(new Simulation({ flags, api, clock }).run().writes, []);
  });

  test('stays where its user names another one meanwhile, until the class is there again', () => {
    const simulation = new Simulation({ flags });
    for (const manifest of [...common, gateway('old'), route]) simulation.put(manifest);
    simulation.run();
    loseClass(simulation);
    simulation.patch('Gateway/default/old', { spec: { addresses: [{ type: 'IPAddress', value: '10.0.0.9' }] } });
    simulation.run();
    simulation.stop();
    const again = new Simulation({ flags, api: simulation.api }).run();
    assert.deepEqual(again.writes, [], 'also over a restart');
    assert.deepEqual(again.pool.held('gateway-old'), [former]);
    for (const manifest of common) again.put(manifest);
    again.run();
    assert.deepEqual(again.pool.held('gateway-old'), ['10.0.0.9']);
    assert.equal(again.cluster.get(service)?.spec.loadBalancerIP, '10.0.0.9');
  });
});

describe('an entry of the ledger that another controller makes', () => {
  test('is what its Gateway has, though it had another address here', () => {
    const simulation = new Simulation({ flags });
    for (const manifest of [...common, gateway('old')]) simulation.put(manifest);
    simulation.run();
    simulation.patch('Gateway/default/old', { spec: { addresses: null } });
    const released = { 'gateway-api-controller.thebsdbox.co.uk/released-at': simulation.clock.timestamp };
    const owner = { uid: 'gateway-old', namespace: 'default', name: 'old' };
    const { metadata, spec: named } = ledgerManifest('10.0.0.9', owner, simulation.config);
    simulation.put({ kind: 'IPAddress', metadata: { name: '10.0.0.9', ...(metadata as object) }, spec: named });
    simulation.patch(entry, { metadata: { annotations: released } });
    simulation.run();
    assert.deepEqual(simulation.pool.held('gateway-old'), ['10.0.0.9']);
    assert.match(JSON.stringify(simulation.cluster.get(entry)?.metadata.annotations), /released-at/);
  });

  test('takes the address from a Gateway here that waits for its class', () => {
    const simulation = new Simulation({ flags });
    const later: Manifest = { ...gateway('second', former), spec: { ...spec(former), gatewayClassName: 'spare' } };
    const spare: Manifest = { ...l4, metadata: { name: 'spare' } };
    for (const manifest of [...common, spare, gateway('first', former), later]) simulation.put(manifest);
    simulation.run();
    loseClass(simulation);
    simulation.run();
    assert.deepEqual(simulation.pool.held('gateway-first'), [former]);
    simulation.remove(entry);
    const owner = { uid: 'gateway-second', namespace: 'default', name: 'second' };
    const { metadata, spec: named } = ledgerManifest(former, owner, simulation.config);
    simulation.put({ kind: 'IPAddress', metadata: { name: former, ...(metadata as object) }, spec: named });
    simulation.run();
    assert.deepEqual(simulation.pool.held('gateway-second'), [former]);
  });

  test('takes the address from a Gateway here that has not recorded it yet', () => {
    const asked = '10.0.0.5';
    const simulation = new Simulation({ flags, refused: [`ledger-entry IPAddress//${asked}`] });
    for (const manifest of [...common, gateway('first', asked), gateway('second', asked)]) simulation.put(manifest);
    simulation.run();
    assert.deepEqual(simulation.pool.held('gateway-first'), [asked]);
    const owner = { uid: 'gateway-second', namespace: 'default', name: 'second' };
    const { metadata, spec } = ledgerManifest(asked, owner, simulation.config);
    simulation.put({ kind: 'IPAddress', metadata: { name: asked, ...(metadata as object) }, spec });
    simulation.run();
    assert.deepEqual(simulation.pool.held('gateway-second'), [asked]);
    assert.equal(stateOf(simulation, 'Gateway/default/first'), 'Pending.AddressNotUsable');
  });
});
