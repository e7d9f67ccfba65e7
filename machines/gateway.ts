import { assign, setup } from 'xstate';
import { isEqual } from '../src/gateway/equal.ts';
import { afterResult, type Failures } from '../src/gateway/failures.ts';
import { type ChartEvent, guardOver } from '../src/gateway/observed.ts';
import { isRequestMet } from '../src/gateway/request-met.ts';
import { isAnnounced } from '../src/gateway/service-readiness.ts';
import type { GatewayFacts } from '../src/objects/facts.ts';
import type { ObjectKey } from '../src/objects/keys.ts';
import type { AddressRefusal } from '../src/objects/verdicts.ts';

interface Context {
  readonly key: ObjectKey<'Gateway'>;
  readonly uid: string;
  readonly facts?: GatewayFacts;
  /** The last refusal of the pool, and for which request and state of the pool it holds. */
  readonly refused?:
    | { readonly refusal: AddressRefusal; readonly revision: number; readonly request: unknown }
    | undefined;
  readonly failures: Failures;
}

type GatewayEvent = ChartEvent<GatewayFacts>;

const seen = guardOver<GatewayFacts, Context>;

function isStillRefused(facts: GatewayFacts, { refused }: Context): boolean {
  return refused !== undefined && refused.revision === facts.poolRevision && isEqual(refused.request, facts.request);
}

/** What most transitions ask for: the effect decides by itself whether there is anything to write. */
const tell = ['remember', 'removeLeftovers', 'removeStaleMarks', 'writeStatus'] as const;

const machine = setup({
  types: {
    context: {} as Context,
    events: {} as GatewayEvent,
    input: {} as Pick<Context, 'key' | 'uid'>,
  },
  guards: {
    isUnreadable: seen((facts) => facts.presence === 'unreadable'),
    isGoneWithServices: seen((facts) => facts.presence === 'gone' && facts.leftovers.length > 0),
    isGoneButCarried: seen((facts) => facts.presence === 'gone' && facts.carriers.length > 0),
    isGone: seen((facts) => facts.presence === 'gone'),
    isForeignWithServices: seen((facts) => facts.standing === 'foreign' && facts.leftovers.length > 0),
    isForeignButCarried: seen((facts) => facts.standing === 'foreign' && facts.carriers.length > 0),
    isForeignButMarked: seen((facts) => facts.standing === 'foreign' && facts.isMarked),
    isForeign: seen((facts) => facts.standing === 'foreign'),
    isLostWhileWaiting: seen((facts) => facts.standing !== 'accepted' && facts.isLost),
    isWaitingWithUnclaimedRecord: seen(
      (facts, context) =>
        facts.standing !== 'accepted' && facts.held.length === 0 && facts.isMarked && !isStillRefused(facts, context),
    ),
    isClassRefused: seen((facts) => facts.standing === 'refused'),
    isClassMissing: seen((facts) => facts.standing !== 'accepted'),
    areParametersAwaited: seen((facts) => facts.accepted.reason === 'Pending'),
    isAddressUnsupported: seen((facts) => facts.request.kind === 'unsupported'),
    isAddressRefused: seen(
      (facts, context) =>
        !isRequestMet(facts) &&
        isStillRefused(facts, context) &&
        context.refused?.refusal.reason === 'AddressNotUsable',
    ),
    isPoolExhausted: seen((facts, context) => !isRequestMet(facts) && isStillRefused(facts, context)),
    isWithoutAddress: seen((facts) => !isRequestMet(facts)),
    isAddressLost: seen((facts) => facts.isLost),
    isRecordFailing: seen((facts, { failures }) => {
      return !facts.isRecorded && ('ledger-entry' in failures || 'gateway-address' in failures);
    }),
    isUnrecorded: seen((facts) => !facts.isRecorded),
    isPinDue: seen((facts, { failures }) => facts.isPinDue && !('gateway-address' in failures)),
    areParametersInvalid: seen((facts) => facts.accepted.reason === 'InvalidParameters'),
    isEveryListenerRefused: seen((facts) => facts.accepted.status !== 'True'),
    isAnyServiceRefused: seen((facts) =>
      facts.services.some((service) => !service.isInStep && service.refusal !== undefined),
    ),
    isAnyServiceUnwritten: seen((facts) => facts.services.some((service) => !service.isInStep)),
    isAnyAddressWrong: seen((facts) => facts.services.some((service) => service.ingress === 'other')),
    isAnyServiceUnannounced: seen((facts) => facts.services.some((service) => !isAnnounced(service))),
    isAnythingCarried: seen((facts) => facts.services.some((service) => service.ingress === 'carried')),
    isNotUsable: ({ event }) => event.type === 'AddressRefused' && event.refusal.reason === 'AddressNotUsable',
  },
  actions: {
    remember: assign(({ event }) => (event.type === 'Observed' ? { facts: event.facts } : {})),
    noteRefusal: assign(({ context, event }) =>
      event.type === 'AddressRefused'
        ? { refused: { refusal: event.refusal, revision: event.revision, request: context.facts?.request } }
        : {},
    ),
    forgetRefusal: assign({ refused: undefined }),
    noteResult: assign(({ context, event }) =>
      event.type === 'Observed' ? {} : { failures: afterResult(context.failures, event) },
    ),
    claimAddress: () => {},
    recordAddress: () => {},
    pinAddress: () => {},
    releaseAddress: () => {},
    syncServices: () => {},
    removeLeftovers: () => {},
    removeMarks: () => {},
    removeStaleMarks: () => {},
    writeStatus: () => {},
  },
});

/** A Gateway on its way from nothing to an address that is announced. */
export const gatewayMachine = machine.createMachine({
  id: 'Gateway',
  description: 'A Gateway, on its way to an address that is announced',
  context: ({ input }) => ({ ...input, failures: {} }),
  initial: 'Pending',
  on: {
    Observed: [
      { guard: 'isUnreadable', target: '.Unreadable', actions: ['remember'] },
      { guard: 'isGoneWithServices', target: '.Releasing.RemovingServices', actions: ['remember', 'removeLeftovers'] },
      { guard: 'isGoneButCarried', target: '.Releasing.WaitingForServices', actions: ['remember'] },
      { guard: 'isGone', target: '.Released', actions: ['remember', 'releaseAddress'] },
      {
        guard: 'isForeignWithServices',
        target: '.Releasing.RemovingServices',
        actions: ['remember', 'removeLeftovers'],
      },
      { guard: 'isForeignButCarried', target: '.Releasing.WaitingForServices', actions: ['remember'] },
      { guard: 'isForeignButMarked', target: '.Releasing.RemovingMarks', actions: ['remember', 'removeMarks'] },
      { guard: 'isForeign', target: '.Released', actions: ['remember', 'releaseAddress'] },
      { guard: 'isLostWhileWaiting', target: '.Pending.WaitingForClass', actions: ['remember', 'releaseAddress'] },
      {
        guard: 'isWaitingWithUnclaimedRecord',
        target: '.Pending.WaitingForClass',
        actions: ['remember', 'claimAddress'],
      },
      { guard: 'isClassRefused', target: '.Pending.ClassRefused', actions: ['remember', 'writeStatus'] },
      { guard: 'isClassMissing', target: '.Pending.WaitingForClass', actions: ['remember'] },
      { guard: 'areParametersAwaited', target: '.Pending.ReadingParameters', actions: ['remember'] },
      { guard: 'isAddressUnsupported', target: '.Pending.UnsupportedAddress', actions: [...tell] },
      { guard: 'isAddressRefused', target: '.Pending.AddressNotUsable', actions: [...tell] },
      { guard: 'isPoolExhausted', target: '.Pending.PoolExhausted', actions: [...tell] },
      { guard: 'isWithoutAddress', target: '.Pending.ClaimingAddress', actions: ['remember', 'claimAddress'] },
      {
        guard: 'isAddressLost',
        target: '.Pending.ClaimingAddress',
        actions: ['remember', 'releaseAddress', 'claimAddress'],
      },
      { guard: 'isRecordFailing', target: '.Pending.RecordFailed', actions: [...tell] },
      { guard: 'isUnrecorded', target: '.Pending.RecordingAddress', actions: ['remember', 'recordAddress'] },
      { guard: 'isPinDue', target: '.AddressAssigned.PinningAddress', actions: ['remember', 'pinAddress'] },
      { guard: 'areParametersInvalid', target: '.AddressAssigned.InvalidParameters', actions: [...tell] },
      { guard: 'isEveryListenerRefused', target: '.AddressAssigned.NoListener', actions: [...tell] },
      // What it had before goes only when that which takes its place is there.
      {
        guard: 'isAnyServiceRefused',
        target: '.ListenerResolved.ServiceRefused',
        actions: ['remember', 'syncServices', 'removeStaleMarks', 'writeStatus'],
      },
      {
        guard: 'isAnyServiceUnwritten',
        target: '.ListenerResolved.WritingServices',
        actions: ['remember', 'syncServices', 'writeStatus'],
      },
      { guard: 'isAnyAddressWrong', target: '.ListenerResolved.OtherAddress', actions: [...tell] },
      { guard: 'isAnyServiceUnannounced', target: '.ListenerResolved.WaitingForAnnouncement', actions: [...tell] },
      { guard: 'isAnythingCarried', target: '.ServiceReady.Announced', actions: [...tell] },
      { target: '.ServiceReady.NothingToAnnounce', actions: [...tell] },
    ],
    WriteFailed: { actions: ['noteResult'] },
    Written: { actions: ['noteResult'] },
    RetryDue: { actions: ['noteResult'] },
  },
  states: {
    Pending: {
      initial: 'Starting',
      description: 'Has no address of its own yet',
      states: {
        Starting: { description: 'Not looked at yet' },
        WaitingForClass: {
          description: 'Its GatewayClass is not there; what it has is kept, and claimed after a restart',
          on: {
            AddressGranted: { actions: ['forgetRefusal'] },
            AddressRefused: { actions: ['noteRefusal'] },
          },
        },
        ClassRefused: { description: 'Its GatewayClass is ours and cannot be used; what it has is kept' },
        ReadingParameters: { description: 'The ConfigMap that it names has not been read yet; what it has is kept' },
        UnsupportedAddress: { description: 'spec.addresses or its parameters ask for what it cannot have' },
        ClaimingAddress: {
          description: 'Has asked the address pool, which answers claims one after the other',
          on: {
            AddressGranted: { target: 'RecordingAddress', actions: ['forgetRefusal'] },
            AddressRefused: [
              { guard: 'isNotUsable', target: 'AddressNotUsable', actions: ['noteRefusal'] },
              { target: 'PoolExhausted', actions: ['noteRefusal'] },
            ],
          },
        },
        PoolExhausted: { description: 'The pool has no address for it; left when the pool changes' },
        AddressNotUsable: {
          description: "The address that its spec names is another's, or no load balancer can have it",
        },
        RecordingAddress: { description: 'Has an address; it is being written into the ledger' },
        RecordFailed: { description: 'Has an address, which the API server does not let us write' },
      },
    },
    AddressAssigned: {
      initial: 'NoListener',
      description: 'Has an address, and nothing that could serve there',
      states: {
        PinningAddress: { description: 'Its address is being written into spec.addresses; its Services go ahead' },
        InvalidParameters: { description: 'Names parameters that cannot be used' },
        NoListener: { description: 'None of its listeners is valid' },
      },
    },
    ListenerResolved: {
      initial: 'WritingServices',
      description: 'Has an address and a valid listener; its Services are on their way',
      states: {
        WritingServices: { description: 'A Service is not yet as its routes want it' },
        ServiceRefused: { description: 'The API server refuses a Service; tried again later' },
        OtherAddress: { description: 'The announcer put another address on a Service' },
        WaitingForAnnouncement: { description: 'A Service with ready endpoints does not carry the address yet' },
      },
    },
    ServiceReady: {
      initial: 'NothingToAnnounce',
      description: 'Programmed',
      states: {
        Announced: { description: 'Every Service that has ready endpoints carries the address' },
        NothingToAnnounce: { description: 'No route, or no Service with a ready endpoint: nothing to wait for' },
      },
    },
    Releasing: {
      initial: 'WaitingForServices',
      description: 'Deleted, or now of another class: its address is still in use',
      states: {
        RemovingServices: { description: 'Its own Service is being deleted' },
        WaitingForServices: { description: 'Services of ours still carry its address' },
        RemovingMarks: { description: 'Our address, labels and annotation are taken off it' },
      },
    },
    Unreadable: { description: 'There, but in a form that this version cannot decode: everything is kept' },
    Released: { type: 'final', description: 'Gone, or no longer ours: its address is free' },
  },
});
