import { assign, setup } from 'xstate';
import { afterResult, type Failures } from '../src/gateway/failures.ts';
import { type ChartEvent, guardOver } from '../src/gateway/observed.ts';
import { isAnnounced } from '../src/gateway/service-readiness.ts';
import type { RouteFacts } from '../src/objects/facts.ts';
import type { ObjectKey, RouteKind } from '../src/objects/keys.ts';

interface Context {
  readonly key: ObjectKey<RouteKind>;
  readonly uid: string;
  readonly facts?: RouteFacts;
  readonly failures: Failures;
}

type RouteEvent = ChartEvent<RouteFacts>;

const seen = guardOver<RouteFacts, Context>;

/** What almost every transition asks for: each effect decides by itself whether there is anything to write. */
const tell = ['remember', 'removeLeftovers', 'writeStatus'] as const;

const machine = setup({
  types: {
    context: {} as Context,
    events: {} as RouteEvent,
    input: {} as Pick<Context, 'key' | 'uid'>,
  },
  guards: {
    isUnreadable: seen((facts) => facts.presence === 'unreadable'),
    isGoneWithLeftovers: seen((facts) => facts.presence === 'gone' && facts.leftovers.length > 0),
    isGone: seen((facts) => facts.presence === 'gone'),
    isWithoutParent: seen((facts) => facts.accepted === undefined),
    isRefused: ({ event }, params: { readonly reason: string }) =>
      event.type === 'Observed' && event.facts.accepted?.reason === params.reason,
    isAddressComing: seen((facts) => facts.isAddressComing),
    isWithoutAddress: seen((facts) => facts.addresses.length === 0),
    isUnresolved: ({ event }, params: { readonly reason: string }) =>
      event.type === 'Observed' && !event.facts.isPartlyServed && event.facts.resolvedRefs.reason === params.reason,
    isServedByOlder: seen((facts) => facts.services.length === 0 && facts.olders.length > 0),
    isWithheld: seen((facts) => facts.services.length === 0),
    isAnyServiceRefused: seen(({ services }) => services.some((s) => !s.isInStep && s.refusal !== undefined)),
    isAnyServiceUnwritten: seen(({ services }) => services.some(({ isInStep }) => !isInStep)),
    isAnyAddressWrong: seen(({ services }) => services.some(({ ingress }) => ingress === 'other')),
    isAnyServiceUnannounced: seen(({ services }) => services.some((service) => !isAnnounced(service))),
    isAnythingCarried: seen(({ services }) => services.some(({ ingress }) => ingress === 'carried')),
  },
  actions: {
    remember: assign(({ event }) => (event.type === 'Observed' ? { facts: event.facts } : {})),
    noteResult: assign(({ context, event }) =>
      event.type === 'Observed' ? {} : { failures: afterResult(context.failures, event) },
    ),
    syncServices: () => {},
    removeLeftovers: () => {},
    writeStatus: () => {},
  },
});

/** A TCPRoute or a UDPRoute on its way to a Service that carries its Gateway's address. */
export const routeMachine = machine.createMachine({
  id: 'Route',
  description: 'A TCPRoute or UDPRoute, on its way to a Service that carries the address of its Gateway',
  context: ({ input }) => ({ ...input, failures: {} }),
  initial: 'Pending',
  on: {
    Observed: [
      { guard: 'isUnreadable', target: '.Unreadable', actions: ['remember'] },
      { guard: 'isGoneWithLeftovers', target: '.Removing', actions: ['remember', 'removeLeftovers'] },
      { guard: 'isGone', target: '.Removed', actions: ['remember'] },
      { guard: 'isWithoutParent', target: '.Pending.WaitingForParent', actions: [...tell] },
      {
        guard: { type: 'isRefused', params: { reason: 'NoMatchingParent' } },
        target: '.Pending.NoMatchingParent',
        actions: [...tell],
      },
      {
        guard: { type: 'isRefused', params: { reason: 'NotAllowedByListeners' } },
        target: '.Pending.NotAllowed',
        actions: [...tell],
      },
      {
        guard: { type: 'isRefused', params: { reason: 'UnsupportedValue' } },
        target: '.Pending.UnsupportedValue',
        actions: [...tell],
      },
      {
        guard: { type: 'isRefused', params: { reason: 'Pending' } },
        target: '.Pending.ParentUnknown',
        actions: [...tell],
      },
      { guard: 'isAddressComing', target: '.Pending.WaitingForRecord', actions: ['remember', 'removeLeftovers'] },
      { guard: 'isWithoutAddress', target: '.Pending.WaitingForAddress', actions: [...tell] },
      {
        guard: { type: 'isUnresolved', params: { reason: 'InvalidKind' } },
        target: '.AddressAssigned.InvalidKind',
        actions: [...tell],
      },
      {
        guard: { type: 'isUnresolved', params: { reason: 'RefNotPermitted' } },
        target: '.AddressAssigned.RefNotPermitted',
        actions: [...tell],
      },
      {
        guard: { type: 'isUnresolved', params: { reason: 'BackendNotFound' } },
        target: '.AddressAssigned.BackendNotFound',
        actions: [...tell],
      },
      {
        guard: { type: 'isUnresolved', params: { reason: 'UnsupportedValue' } },
        target: '.AddressAssigned.BackendUnusable',
        actions: [...tell],
      },
      {
        guard: { type: 'isUnresolved', params: { reason: 'Pending' } },
        target: '.AddressAssigned.BackendUnknown',
        actions: [...tell],
      },
      {
        guard: { type: 'isUnresolved', params: { reason: 'ServiceNameTaken' } },
        target: '.AddressAssigned.ServiceNameTaken',
        actions: [...tell],
      },
      { guard: 'isServedByOlder', target: '.ListenerResolved.ServedByOlder', actions: [...tell] },
      { guard: 'isWithheld', target: '.ListenerResolved.Withheld', actions: [...tell] },
      // What it had before goes only when that which takes its place is there.
      {
        guard: 'isAnyServiceRefused',
        target: '.ListenerResolved.ServiceRefused',
        actions: ['remember', 'syncServices', 'writeStatus'],
      },
      {
        guard: 'isAnyServiceUnwritten',
        target: '.ListenerResolved.WritingService',
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
      description: 'No listener takes it, or its Gateway has no address',
      states: {
        Starting: { description: 'Not looked at yet' },
        WaitingForParent: { description: 'None of its Gateways is there and ours' },
        NoMatchingParent: { description: 'Its Gateway has no listener of that name or port' },
        NotAllowed: { description: 'The listener does not take this kind or this namespace, or is itself refused' },
        UnsupportedValue: { description: 'It asks for what one Service cannot do; the message says what' },
        ParentUnknown: { description: 'What its listener allows cannot be read now' },
        WaitingForRecord: { description: 'The address of its Gateway is being recorded there' },
        WaitingForAddress: { description: 'Attached to its Gateway, which has no address yet' },
      },
    },
    AddressAssigned: {
      initial: 'BackendUnknown',
      description: 'Its Gateway has an address; its backend is not resolved',
      states: {
        InvalidKind: { description: 'The backendRef names something other than a Service' },
        RefNotPermitted: { description: 'The backend is in another namespace, which has not granted it' },
        BackendNotFound: { description: 'The backend Service, or its port, does not exist' },
        BackendUnusable: { description: 'The backend Service cannot be used with this behaviour' },
        BackendUnknown: { description: 'The backend cannot be read now' },
        ServiceNameTaken: { description: 'The Service to write is not ours, or another route has it' },
      },
    },
    ListenerResolved: {
      initial: 'WritingService',
      description: 'Attached and resolved; its Service is on the way',
      states: {
        ServedByOlder: { description: 'An older route serves the listener; this one takes over when that goes' },
        Withheld: {
          description: 'Something that decides over its Service is not known; nothing is touched until then',
        },
        WritingService: { description: 'The Service is not yet as it should be' },
        ServiceRefused: { description: 'The API server refuses the Service; tried again later' },
        OtherAddress: { description: 'The announcer put another address on the Service' },
        WaitingForAnnouncement: { description: 'The Service has ready endpoints and does not carry the address yet' },
      },
    },
    ServiceReady: {
      initial: 'NothingToAnnounce',
      description: 'The Service is as it should be',
      states: {
        Announced: { description: 'The Service carries the address' },
        NothingToAnnounce: { description: 'The Service has no ready endpoint: nothing to wait for' },
      },
    },
    Unreadable: { description: 'There, but in a form that this version cannot decode: its Services are kept' },
    Removing: { description: 'Deleted; a Service that it had is being removed or restored' },
    Removed: { type: 'final', description: 'Deleted, with nothing of it left' },
  },
});
