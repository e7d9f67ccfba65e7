import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RouteParentStatus } from '../../src/objects/gateway-api.ts';
import type { Manifest } from './manifests.ts';
import { Simulation } from './simulation.ts';

const ours = 'thebsdbox.co.uk/controller';
const theirs = 'example.com/other';
const key = 'TCPRoute/default/web';

const gatewayClass: Manifest = { kind: 'GatewayClass', metadata: { name: 'l4' }, spec: { controllerName: ours } };
const gateway: Manifest = {
  kind: 'Gateway',
  metadata: { name: 'gw' },
  spec: {
    gatewayClassName: 'l4',
    addresses: [{ type: 'IPAddress', value: '192.0.2.1' }],
    listeners: [{ name: 'tcp', port: 80, protocol: 'TCP' }],
  },
};

const condition = {
  type: 'Accepted',
  status: 'True',
  reason: 'Accepted',
  message: 'theirs',
  lastTransitionTime: '2025-01-01T00:00:00Z',
};

/** A route with so many parentRefs to `gw`, of which the first has a listener, and entries of another controller. */
function route(own: number, others: number): Manifest {
  const parentRefs = Array.from({ length: own }, (_, index) => ({ name: 'gw', port: 80 + index }));
  const parents = Array.from({ length: others }, (_, index) => ({
    parentRef: { name: `theirs-${index}` },
    controllerName: theirs,
    conditions: [condition],
  }));
  const rules = [{ backendRefs: [{ name: 'web', port: 80 }] }];
  return { kind: 'TCPRoute', metadata: { name: 'web' }, spec: { parentRefs, rules }, status: { parents } };
}

function simulate(...manifests: readonly Manifest[]): Simulation {
  const simulation = new Simulation({ flags: [] });
  for (const manifest of [gatewayClass, gateway, ...manifests]) simulation.put(manifest);
  return simulation.run();
}

function entriesIn(simulation: Simulation, controllerName: string): readonly RouteParentStatus[] {
  const parents = simulation.cluster.get(key)?.status.parents ?? [];
  return parents.filter((entry) => entry.controllerName === controllerName);
}

/** What the entries of ours say of those that are missing. */
function notesIn(simulation: Simulation): readonly string[] {
  const messages = entriesIn(simulation, ours).flatMap(({ conditions }) => conditions.map(({ message }) => message));
  return messages.flatMap((message) => message.match(/\d+ more parentRefs are not shown: .*/) ?? []);
}

const note = (missing: number): string =>
  `${missing} more parentRefs are not shown: status.parents holds at most 32 entries`;

describe('status.parents of a route', () => {
  const cases = [
    { own: 18, others: 14, shown: 18, notes: [] },
    { own: 19, others: 14, shown: 18, notes: [note(1)] },
    { own: 20, others: 14, shown: 18, notes: [note(2)] },
    { own: 2, others: 31, shown: 1, notes: [note(1)] },
    { own: 2, others: 32, shown: 0, notes: [] },
  ];
  for (const { own, others, shown, notes } of cases) {
    test(`has ${shown} of our ${own} entries beside ${others} of another controller`, () => {
      const simulation = simulate(route(own, others));
      const ports = entriesIn(simulation, ours).map(({ parentRef }) => parentRef.port);
      assert.deepEqual(
        ports,
        Array.from({ length: shown }, (_, index) => 80 + index),
      );
      assert.deepEqual(notesIn(simulation), notes);
      assert.equal(entriesIn(simulation, theirs).length, others);
      simulation.stop();
      assert.deepEqual(new Simulation({ flags: [], api: simulation.api }).run().writes, [], 'written once');
    });
  }

  test('has all of ours as soon as there is room, and the note goes', () => {
    const simulation = simulate(route(20, 14));
    simulation.patch(key, { status: { parents: entriesIn(simulation, ours) } });
    simulation.run();
    assert.equal(entriesIn(simulation, ours).length, 20);
    assert.deepEqual(notesIn(simulation), []);
  });

  test('is left as it is while the class is missing, its note too', () => {
    const simulation = simulate(route(20, 14));
    const before = simulation.cluster.get(key)?.status;
    simulation.stop();
    simulation.api.remove('GatewayClass//l4');
    simulation.api.patch(key, { metadata: { labels: { changed: 'yes' } } });
    const again = new Simulation({ flags: [], api: simulation.api }).run();
    assert.deepEqual(again.cluster.get(key)?.status, before);
  });
});
