import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { settledReportsOf, statesOf } from '../../src/actors/reports.ts';
import { gatewayServiceNames } from '../../src/gateway/names.ts';
import { Bench, opened } from './system-bench.ts';

describe('the actor system', () => {
  test('goes on with all others where a decision over one object throws', () => {
    const bench = opened();
    bench.broken = 'Gateway/default/bad';
    bench.actors.open();
    bench.run();
    assert.equal(bench.stateOf('good'), 'Pending.RecordingAddress');
    assert.equal(bench.stateOf('bad'), undefined);
    assert.deepEqual(bench.crashes, ['Gateway/default/bad']);
    assert.deepEqual(bench.actors.crashed, ['Gateway/default/bad']);
    assert.ok([...statesOf(bench.actors)].some(({ kind, state }) => kind === 'Gateway' && state === 'Crashed'));
  });

  test('tries one that crashed anew when its object changes', () => {
    const bench = opened();
    bench.broken = 'Gateway/default/bad';
    bench.actors.open();
    bench.run();
    bench.broken = undefined;
    bench.run();
    assert.equal(bench.stateOf('bad'), undefined, 'not before it changes');
    bench.gateway('bad', 81);
    bench.run();
    assert.equal(bench.stateOf('bad'), 'Pending.RecordingAddress');
    assert.deepEqual(bench.actors.crashed, []);
  });

  test('forgets that one crashed when its object goes', () => {
    const bench = opened();
    bench.broken = 'Gateway/default/bad';
    bench.actors.open();
    bench.run();
    bench.cluster.remove('Gateway/default/bad', bench.cluster.get('Gateway/default/bad')?.metadata.uid ?? '');
    bench.run();
    assert.deepEqual(bench.actors.crashed, []);
  });

  test('looks again after a write of which the server keeps nothing, and not after another', () => {
    const bench = opened();
    bench.actors.open();
    bench.run();
    const good = 'Gateway/default/good';
    const written = { type: 'Written', what: 'gateway-address' } as const;
    bench.wishes.length = 0;
    bench.actors.deliver(good, { ...written, isKept: true });
    bench.run();
    assert.equal(bench.wishes.length, 0);
    bench.actors.deliver(good, { ...written, isKept: false });
    bench.run();
    assert.ok(bench.wishes.includes(`gateway-address ${good}`), 'it is asked for again');
    bench.wishes.length = 0;
    bench.actors.deliver(good, { type: 'WriteFailed', what: 'gateway-address', message: 'no' });
    bench.run();
    bench.actors.deliver(good, { ...written, isKept: true });
    bench.run();
    assert.ok(bench.wishes.includes(`gateway-address ${good}`), 'and where it had failed before');
  });

  test('lets each object look once, however many changes there were', () => {
    const bench = opened();
    bench.actors.open();
    bench.run();
    const before = bench.wishes.length;
    for (let port = 1; port <= 1_000; port += 1) bench.gateway('good', port);
    bench.run();
    assert.equal(bench.wishes.length - before, 2, 'the ledger entry and the pin, asked for once');
  });

  test('lets a Gateway that comes in the middle of a pass look before its routes, and answers its claim', () => {
    for (let steps = 0; steps < 12; steps += 1) {
      const bench = opened();
      bench.stepMs = 100;
      bench.route('first', 'good');
      bench.actors.open();
      for (let step = 0; step < steps; step += 1) bench.turn();
      bench.gateway('late');
      bench.route('of-late', 'late');
      bench.run();
      assert.equal(bench.stateOf('late'), 'Pending.RecordingAddress', `after ${steps} steps`);
      assert.ok(!bench.wishes.includes('route-status TCPRoute/default/of-late'), `after ${steps} steps`);
    }
  });

  test('hands out nothing new before all Gateways have said what they have, though their class changes meanwhile', () => {
    for (let steps = 0; steps < 12; steps += 1) {
      const bench = opened();
      bench.put('Gateway', 'default', 'static', {
        gatewayClassName: 'demo',
        addresses: [{ type: 'IPAddress', value: '10.0.0.0' }],
        listeners: [{ name: 'a', port: 80, protocol: 'TCP' }],
      });
      bench.stepMs = 100;
      bench.actors.open();
      for (let step = 0; step < steps; step += 1) bench.turn();
      bench.put('GatewayClass', '', 'demo', { controllerName: 'thebsdbox.co.uk/controller' });
      bench.run();
      assert.equal(bench.stateOf('static'), 'ServiceReady.NothingToAnnounce', `after ${steps} steps`);
    }
  });

  test('grants nothing to a Gateway that has gone before its claim was answered', () => {
    const [key, uid] = ['Gateway/default/good', 'uid-Gateway-good'] as const;
    for (const [steps, gap] of Array.from({ length: 30 }, (_, turn) => [turn % 10, Math.floor(turn / 10)] as const)) {
      const bench = opened();
      bench.stepMs = 100;
      bench.actors.open();
      for (let step = 0; step < steps; step += 1) bench.turn();
      bench.put('GatewayClass', '', 'demo', { controllerName: 'thebsdbox.co.uk/controller' });
      for (let step = 0; step < gap; step += 1) bench.turn();
      bench.cluster.remove(key, uid);
      bench.run();
      assert.deepEqual(bench.actors.world.addresses.held(uid), [], `after ${steps} and ${gap} steps`);
    }
  });

  test("knows what is nobody's in a cluster without any Gateway", () => {
    const bench = new Bench();
    bench.cluster.remove('GatewayClass//demo', 'uid-GatewayClass-demo');
    bench.actors.open();
    bench.run();
    assert.ok(bench.hasAdopted);
  });

  test('has a ListenerSet tell of the newest status of its Gateway', () => {
    const bench = opened();
    bench.put('Gateway', 'default', 'good', {
      gatewayClassName: 'demo',
      listeners: [{ name: 'a', port: 80, protocol: 'TCP' }],
      allowedListeners: { namespaces: { from: 'Same' } },
    });
    bench.put('ListenerSet', 'default', 'set', {
      parentRef: { name: 'good' },
      listeners: [{ name: 'b', port: 81, protocol: 'TCP' }],
    });
    bench.actors.open();
    bench.run();
    const programmed = () => {
      bench.run();
      const { facts } = settledReportsOf(bench.actors).listenerSet('ListenerSet/default/set') ?? assert.fail();
      return facts.programmed.status;
    };
    assert.equal(programmed(), 'Unknown');
    bench.program('good', 'True');
    assert.equal(programmed(), 'True');
    bench.program('good', 'False');
    assert.equal(programmed(), 'False');
  });

  test('has a route look again when the Service that serves it is there, also while its Gateway has yet to look', () => {
    const bench = opened();
    const listed = { namespace: '', resourceVersion: '0', objects: [], rejections: [] };
    bench.cluster.replace({ ...listed, kind: 'IPAddress' });
    const [name = ''] = gatewayServiceNames('default', 'good', 'demo');
    const spec = { gatewayClassName: 'demo', listeners: [{ name: 'a', port: 80, protocol: 'TCP' }] };
    bench.route('route', 'good');
    bench.actors.open();
    bench.run();
    bench.put('Gateway', 'default', 'good', { ...spec, addresses: [{ value: '10.0.0.0' }] });
    const route = 'TCPRoute/default/route';
    assert.equal(bench.actors.isDirty(route), false, 'of the address alone the ledger tells');
    bench.put('Service', 'default', name, { ports: [{ port: 80 }] });
    assert.equal(bench.actors.isDirty(route), true);
  });

  test('has no Gateway look again at what was written to its class, and all at what a user did', () => {
    const bench = opened();
    bench.actors.open();
    bench.run();
    const { metadata, spec } = bench.cluster.get('GatewayClass//demo') ?? assert.fail();
    const isDirty = (): readonly boolean[] => {
      return (['GatewayClass//demo', 'Gateway/default/good'] as const).map((key) => bench.actors.isDirty(key));
    };
    const conditions = [{ type: 'Accepted', status: 'True', reason: 'Accepted', message: '' }];
    bench.apply('GatewayClass', { ...metadata, finalizers: ['ours'] }, { spec, status: { conditions } });
    assert.deepEqual(isDirty(), [true, false]);
    bench.run();
    bench.apply('GatewayClass', { ...metadata, labels: { a: 'b' } }, { spec });
    assert.deepEqual(isDirty(), [true, true]);
  });

  test('tells nothing of an object that has changed until its actor has looked again', () => {
    const bench = opened();
    const reports = settledReportsOf(bench.actors);
    bench.actors.open();
    bench.run();
    assert.equal(reports.gateway('Gateway/default/good')?.facts.listeners[0]?.listener.port, 80);
    bench.gateway('good', 81);
    assert.equal(reports.gateway('Gateway/default/good'), undefined);
    bench.run();
    assert.equal(reports.gateway('Gateway/default/good')?.facts.listeners[0]?.listener.port, 81);
  });

  test('keeps the last events of each actor, repeats counted', () => {
    const bench = opened();
    bench.actors.open();
    bench.run();
    for (let port = 1; port <= 40; port += 1) {
      bench.gateway('good', port);
      bench.run();
    }
    const entries = bench.actors.entries.get('Gateway/default/good')?.mailbox.entries() ?? [];
    assert.deepEqual(
      entries.map(({ event, state }) => `${event} ${state}`),
      [
        'Observed Pending.ClaimingAddress',
        'AddressGranted Pending.RecordingAddress',
        'Observed Pending.RecordingAddress',
      ],
    );
    assert.equal(entries.at(-1)?.times, 41);
  });
});
