import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AnyEventObject, AnyMachineSnapshot } from 'xstate';
import { gatewayMachine } from '../../machines/gateway.ts';
import { isAnnounced } from '../../src/gateway/service-readiness.ts';
import type { GatewayFacts } from '../../src/objects/facts.ts';
import type { AddressRefusal } from '../../src/objects/verdicts.ts';
import { testChart } from './chart-tests.ts';
import { gatewayObserved, gatewayResults } from './gateway-cases.ts';
import { type Model, replay, stateOf, walk } from './model.ts';

interface Context {
  readonly facts?: GatewayFacts;
  readonly refused?: { readonly refusal: AddressRefusal; readonly revision: number; readonly request: unknown };
  readonly failures: Readonly<Record<string, string>>;
}

const model: Model = {
  machine: gatewayMachine,
  input: { key: 'Gateway/default/gw', uid: 'gateway-gw' },
  events: [...gatewayObserved, ...gatewayResults],
  project: (snapshot) => {
    const { facts, refused, failures } = contextOf(snapshot);
    const { held, isRecorded, isLost, poolRevision, request } = facts ?? {};
    const claim = [request?.kind, poolRevision, refused?.refusal.reason, refused?.revision, refused?.request];
    return [held, isRecorded, isLost, claim, Object.keys(failures)];
  },
  filterEvents: (snapshot, { type }) =>
    type !== 'WriteFailed' || Object.keys(contextOf(snapshot).failures).length === 0,
};

function contextOf(snapshot: AnyMachineSnapshot): Context {
  return snapshot.context as Context;
}

function factsOf(snapshot: AnyMachineSnapshot): GatewayFacts {
  const { facts } = contextOf(snapshot);
  assert.ok(facts, `${stateOf(snapshot)} without facts`);
  return facts;
}

function assertAddressed(snapshot: AnyMachineSnapshot): void {
  const { presence, standing, held, isRecorded } = factsOf(snapshot);
  assert.deepEqual({ presence, standing }, { presence: 'present', standing: 'accepted' });
  assert.notDeepEqual(held, []);
  assert.ok(isRecorded);
}

function assertListening(snapshot: AnyMachineSnapshot): void {
  assertAddressed(snapshot);
  const { listeners, accepted } = factsOf(snapshot);
  assert.equal(accepted.status, 'True');
  assert.ok(listeners.some((listener) => listener.accepted.status === 'True'));
}

function assertReady(snapshot: AnyMachineSnapshot): void {
  assertListening(snapshot);
  for (const service of factsOf(snapshot).services) {
    assert.ok(service.isInStep);
    assert.ok(isAnnounced(service));
  }
}

const has = (snapshot: AnyMachineSnapshot, ingress: 'carried' | 'other'): boolean =>
  factsOf(snapshot).services.some((service) => service.ingress === ingress);

/** What must hold in each state. */
const invariants: Readonly<Record<string, (snapshot: AnyMachineSnapshot) => void>> = {
  'Pending.Starting': (snapshot) => assert.equal(contextOf(snapshot).facts, undefined),
  'Pending.WaitingForClass': (snapshot) => assert.match(factsOf(snapshot).standing, /^(missing|refused)$/),
  'Pending.ClassRefused': (snapshot) => assert.equal(factsOf(snapshot).standing, 'refused'),
  'Pending.ReadingParameters': (snapshot) => assert.equal(factsOf(snapshot).accepted.status, 'Unknown'),
  'Pending.UnsupportedAddress': (snapshot) => assert.equal(factsOf(snapshot).request.kind, 'unsupported'),
  'Pending.ClaimingAddress': (snapshot) => assert.ok(factsOf(snapshot).isLost || factsOf(snapshot).held.length === 0),
  'Pending.PoolExhausted': (snapshot) => {
    assert.ok(factsOf(snapshot).isLost || factsOf(snapshot).held.length === 0);
    assert.equal(contextOf(snapshot).refused?.refusal.reason, 'AddressNotAssigned');
  },
  'Pending.AddressNotUsable': (snapshot) =>
    assert.equal(contextOf(snapshot).refused?.refusal.reason, 'AddressNotUsable'),
  'Pending.RecordingAddress': (snapshot) => {
    const { held, isRecorded } = factsOf(snapshot);
    assert.ok(held.length === 0 || !isRecorded, 'neither just granted nor unrecorded');
  },
  'Pending.RecordFailed': (snapshot) => {
    assert.equal(factsOf(snapshot).isRecorded, false);
    assert.notDeepEqual(factsOf(snapshot).held, []);
  },
  'AddressAssigned.PinningAddress': (snapshot) => {
    assertAddressed(snapshot);
    assert.ok(factsOf(snapshot).isPinDue);
  },
  'AddressAssigned.InvalidParameters': (snapshot) => {
    assertAddressed(snapshot);
    assert.equal(factsOf(snapshot).accepted.reason, 'InvalidParameters');
  },
  'AddressAssigned.NoListener': (snapshot) => {
    assertAddressed(snapshot);
    assert.ok(factsOf(snapshot).listeners.every(({ accepted }) => accepted.status === 'False'));
  },
  'ListenerResolved.WritingServices': (snapshot) => {
    assertListening(snapshot);
    assert.ok(factsOf(snapshot).services.some(({ isInStep }) => !isInStep));
  },
  'ListenerResolved.ServiceRefused': (snapshot) => {
    assertListening(snapshot);
    assert.ok(factsOf(snapshot).services.some(({ isInStep, refusal }) => !isInStep && refusal !== undefined));
  },
  'ListenerResolved.OtherAddress': (snapshot) => {
    assertListening(snapshot);
    assert.ok(has(snapshot, 'other'));
  },
  'ListenerResolved.WaitingForAnnouncement': (snapshot) => {
    assertListening(snapshot);
    assert.ok(factsOf(snapshot).services.some((service) => !isAnnounced(service)));
  },
  'ServiceReady.Announced': (snapshot) => {
    assertReady(snapshot);
    assert.ok(has(snapshot, 'carried'));
  },
  'ServiceReady.NothingToAnnounce': (snapshot) => {
    assertReady(snapshot);
    assert.ok(!has(snapshot, 'carried'));
  },
  'Releasing.RemovingServices': (snapshot) => assert.notDeepEqual(factsOf(snapshot).leftovers, []),
  'Releasing.RemovingMarks': (snapshot) => {
    const { standing, isMarked, carriers } = factsOf(snapshot);
    assert.deepEqual({ standing, isMarked, carriers }, { standing: 'foreign', isMarked: true, carriers: [] });
  },
  'Releasing.WaitingForServices': (snapshot) => {
    assert.deepEqual(factsOf(snapshot).leftovers, []);
    assert.notDeepEqual(factsOf(snapshot).carriers, []);
  },
  Unreadable: (snapshot) => assert.equal(factsOf(snapshot).presence, 'unreadable'),
  Released: (snapshot) => {
    assert.equal(snapshot.status, 'done');
    assert.deepEqual(factsOf(snapshot).carriers, []);
  },
};

const mayNotWrite = /^(Pending\.(Starting|WaitingForClass)|Releasing\..*|Released|Unreadable)$/;

function mayAsk(effect: string, to: string): boolean {
  switch (effect) {
    case 'claimAddress':
      return to === 'Pending.ClaimingAddress' || to === 'Pending.WaitingForClass';
    case 'recordAddress':
      return to === 'Pending.RecordingAddress';
    case 'releaseAddress':
      return to === 'Released' || to === 'Pending.ClaimingAddress' || to === 'Pending.WaitingForClass';
    case 'pinAddress':
      return to === 'AddressAssigned.PinningAddress';
    case 'syncServices':
      // Of one that is refused the queue knows whether it is another one by now.
      return /^ListenerResolved\.(WritingServices|ServiceRefused)$/.test(to);
    case 'removeLeftovers':
      return to === 'Releasing.RemovingServices' || !mayNotWrite.test(to);
    case 'removeMarks':
      return to === 'Releasing.RemovingMarks';
    default:
      return !mayNotWrite.test(to);
  }
}

describe('the chart of a Gateway', () => {
  const edges = walk(model);

  testChart({ model, edges, invariants });

  test('asks for an effect only where it belongs', () => {
    for (const { from, event, to, asked } of edges) {
      const where = `${stateOf(from)} on ${event.type} to ${stateOf(to)}`;
      for (const effect of asked) assert.ok(mayAsk(effect, stateOf(to)), `${where} asks for ${effect}`);
    }
  });

  test('always frees the address where it ends', () => {
    const ends = edges.filter(({ to }) => stateOf(to) === 'Released');
    assert.ok(ends.length > 0);
    for (const { asked } of ends) assert.deepEqual(asked, ['releaseAddress']);
  });

  test('does not claim again in a waiting state before the pool or the request changes', () => {
    const waiting = edges.filter(({ to }) => {
      const { refused, facts } = contextOf(to);
      const isRefusedNow = refused?.revision === facts?.poolRevision && facts?.isLost === false;
      return /PoolExhausted|AddressNotUsable/.test(stateOf(to)) && isRefusedNow;
    });
    assert.ok(waiting.length > 0);
    for (const { to } of waiting) {
      const echo = replay(gatewayMachine, to, observed(factsOf(to)));
      assert.equal(stateOf(echo.to), stateOf(to));
      assert.ok(!echo.asked.includes('claimAddress'));
    }
  });

  test('claims again when the pool changed', () => {
    const waiting = edges.filter(({ event, to }) => event.type === 'Observed' && /PoolExhausted/.test(stateOf(to)));
    assert.ok(waiting.length > 0);
    for (const { to } of waiting) {
      const facts = factsOf(to);
      const changed = replay(gatewayMachine, to, observed({ ...facts, poolRevision: facts.poolRevision + 1 }));
      assert.deepEqual([stateOf(changed.to), changed.asked], ['Pending.ClaimingAddress', ['claimAddress']]);
    }
  });

  test('remembers why the address cannot be recorded, whatever else is written meanwhile', () => {
    const failed = edges.filter(({ event, to }) => event.type === 'Observed' && /RecordFailed/.test(stateOf(to)));
    assert.ok(failed.length > 0);
    for (const { event, to } of failed) {
      const written = replay(gatewayMachine, to, { type: 'Written', what: 'gateway-status', isKept: true });
      assert.equal(stateOf(replay(gatewayMachine, written.to, event).to), 'Pending.RecordFailed');
    }
  });

  test('does not take a status that cannot be written for an address that cannot', () => {
    const recording = edges.filter(({ event, to }) => event.type === 'Observed' && /Recording/.test(stateOf(to)));
    assert.ok(recording.length > 0);
    for (const { event, to } of recording) {
      const failed = replay(gatewayMachine, to, { type: 'WriteFailed', what: 'gateway-status', message: 'no' });
      assert.equal(stateOf(replay(gatewayMachine, failed.to, event).to), 'Pending.RecordingAddress');
    }
  });
});

function observed(facts: GatewayFacts): AnyEventObject {
  return { type: 'Observed', facts };
}
