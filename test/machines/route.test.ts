import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AnyMachineSnapshot } from 'xstate';
import { routeMachine } from '../../machines/route.ts';
import { isAnnounced } from '../../src/gateway/service-readiness.ts';
import type { RouteFacts, ServiceFacts } from '../../src/objects/facts.ts';
import { testChart } from './chart-tests.ts';
import { type Edge, type Model, replay, stateOf, walk } from './model.ts';
import { routeObserved, routeResults } from './route-cases.ts';

interface Context {
  readonly facts?: RouteFacts;
  readonly failures: Readonly<Record<string, string>>;
}

const model: Model = {
  machine: routeMachine,
  input: { key: 'TCPRoute/default/web', uid: 'tcproute-web' },
  events: [...routeObserved, ...routeResults],
  project: (snapshot) => {
    const { facts, ...rest } = snapshot.context as Context;
    const { accepted, resolvedRefs, addresses, isAddressComing, isPartlyServed, olders, services, leftovers } =
      facts ?? ({} as Partial<RouteFacts>);
    const verdicts = [accepted?.reason, resolvedRefs?.reason, isPartlyServed];
    return [verdicts, addresses, isAddressComing, olders, services, leftovers, rest];
  },
};

function factsOf(snapshot: AnyMachineSnapshot): RouteFacts {
  const { facts } = snapshot.context as Context;
  assert.ok(facts, `${stateOf(snapshot)} without facts`);
  return facts;
}

function assertAttached(snapshot: AnyMachineSnapshot): void {
  const { presence, accepted } = factsOf(snapshot);
  assert.deepEqual([presence, accepted?.status], ['present', 'True']);
}

function assertResolved(snapshot: AnyMachineSnapshot): void {
  assertAttached(snapshot);
  const { addresses, resolvedRefs, isPartlyServed } = factsOf(snapshot);
  assert.notDeepEqual(addresses, []);
  assert.ok(resolvedRefs.status === 'True' || isPartlyServed);
}

function servicesOf(snapshot: AnyMachineSnapshot): readonly ServiceFacts[] {
  assertResolved(snapshot);
  const { services } = factsOf(snapshot);
  assert.notDeepEqual(services, []);
  return services;
}

function readyServicesOf(snapshot: AnyMachineSnapshot): readonly ServiceFacts[] {
  const services = servicesOf(snapshot);
  assert.ok(services.every((service) => service.isInStep && isAnnounced(service)));
  return services;
}

const refusedFor =
  (reason: string) =>
  (snapshot: AnyMachineSnapshot): void =>
    assert.deepEqual([factsOf(snapshot).accepted?.status, factsOf(snapshot).accepted?.reason], ['False', reason]);

const unresolvedFor =
  (reason: string) =>
  (snapshot: AnyMachineSnapshot): void => {
    assertAttached(snapshot);
    const { addresses, resolvedRefs } = factsOf(snapshot);
    assert.notDeepEqual(addresses, []);
    assert.notEqual(resolvedRefs.status, 'True');
    assert.equal(resolvedRefs.reason, reason);
  };

/** What must hold in each state. */
const invariants: Readonly<Record<string, (snapshot: AnyMachineSnapshot) => void>> = {
  'Pending.Starting': (snapshot) => assert.equal((snapshot.context as Context).facts, undefined),
  'Pending.WaitingForParent': (snapshot) => assert.equal(factsOf(snapshot).accepted, undefined),
  'Pending.NoMatchingParent': refusedFor('NoMatchingParent'),
  'Pending.NotAllowed': refusedFor('NotAllowedByListeners'),
  'Pending.UnsupportedValue': refusedFor('UnsupportedValue'),
  'Pending.ParentUnknown': (snapshot) => assert.equal(factsOf(snapshot).accepted?.status, 'Unknown'),
  'Pending.WaitingForRecord': (snapshot) => {
    assertAttached(snapshot);
    assert.deepEqual([factsOf(snapshot).addresses, factsOf(snapshot).isAddressComing], [[], true]);
  },
  'Pending.WaitingForAddress': (snapshot) => {
    assertAttached(snapshot);
    assert.deepEqual([factsOf(snapshot).addresses, factsOf(snapshot).isAddressComing], [[], false]);
  },
  'AddressAssigned.InvalidKind': unresolvedFor('InvalidKind'),
  'AddressAssigned.RefNotPermitted': unresolvedFor('RefNotPermitted'),
  'AddressAssigned.BackendNotFound': unresolvedFor('BackendNotFound'),
  'AddressAssigned.BackendUnusable': unresolvedFor('UnsupportedValue'),
  'AddressAssigned.BackendUnknown': unresolvedFor('Pending'),
  'AddressAssigned.ServiceNameTaken': unresolvedFor('ServiceNameTaken'),
  'ListenerResolved.ServedByOlder': (snapshot) => {
    assertResolved(snapshot);
    assert.notDeepEqual(factsOf(snapshot).olders, [], 'no older route is known');
  },
  'ListenerResolved.Withheld': (snapshot) => {
    assertResolved(snapshot);
    const { olders, services } = factsOf(snapshot);
    assert.deepEqual([olders, services], [[], []]);
  },
  'ListenerResolved.WritingService': (snapshot) => assert.ok(servicesOf(snapshot).some(({ isInStep }) => !isInStep)),
  'ListenerResolved.ServiceRefused': (snapshot) =>
    assert.ok(servicesOf(snapshot).some(({ isInStep, refusal }) => !isInStep && refusal !== undefined)),
  'ListenerResolved.OtherAddress': (snapshot) =>
    assert.ok(servicesOf(snapshot).some(({ ingress }) => ingress === 'other')),
  'ListenerResolved.WaitingForAnnouncement': (snapshot) => {
    assert.ok(servicesOf(snapshot).every(({ isInStep }) => isInStep));
    assert.ok(servicesOf(snapshot).some((service) => !isAnnounced(service)));
  },
  'ServiceReady.Announced': (snapshot) =>
    assert.ok(readyServicesOf(snapshot).some(({ ingress }) => ingress === 'carried')),
  'ServiceReady.NothingToAnnounce': (snapshot) =>
    assert.ok(readyServicesOf(snapshot).every(({ ingress }) => ingress === 'none')),
  Unreadable: (snapshot) => assert.equal(factsOf(snapshot).presence, 'unreadable'),
  Removing: (snapshot) => {
    assert.equal(factsOf(snapshot).presence, 'gone');
    assert.notDeepEqual(factsOf(snapshot).leftovers, []);
  },
  Removed: (snapshot) => {
    assert.equal(snapshot.status, 'done');
    assert.deepEqual([factsOf(snapshot).presence, factsOf(snapshot).leftovers], ['gone', []]);
  },
};

describe('the chart of a route', () => {
  const edges = walk(model);
  const observations = edges.filter(({ event }) => event.type === 'Observed');
  const into = (state: string): readonly Edge[] => {
    const found = observations.filter(({ to }) => stateOf(to) === state);
    assert.ok(found.length > 0, `nothing leads to ${state}`);
    return found;
  };

  testChart({ model, edges, invariants });

  test('writes its Service only where that is not as it should be', () => {
    for (const { to, asked } of observations) {
      const isWritten = /^ListenerResolved\.(WritingService|ServiceRefused)$/.test(stateOf(to));
      assert.equal(asked.includes('syncServices'), isWritten, stateOf(to));
    }
  });

  test('has what is left over removed, but not before that which takes its place is written', () => {
    for (const { to, asked } of observations) {
      const keeps = /^(Unreadable|Removed|ListenerResolved.(WritingService|ServiceRefused))$/.test(stateOf(to));
      assert.equal(asked.includes('removeLeftovers'), !keeps, stateOf(to));
    }
  });

  test('writes no status of a route that is gone or cannot be read', () => {
    for (const state of ['Unreadable', 'Removing', 'Removed']) {
      for (const { asked } of into(state)) assert.ok(!asked.includes('writeStatus'), state);
    }
  });

  test('does not take a status that cannot be written for a Service that cannot', () => {
    for (const { event, to } of into('ListenerResolved.WritingService')) {
      const failed = replay(routeMachine, to, { type: 'WriteFailed', what: 'route-status', message: 'no' });
      assert.equal(stateOf(replay(routeMachine, failed.to, event).to), 'ListenerResolved.WritingService');
    }
  });
});
