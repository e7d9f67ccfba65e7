import { assign, setup } from 'xstate';
import { afterResult, type Failures } from '../src/gateway/failures.ts';
import { type ChartEvent, guardOver } from '../src/gateway/observed.ts';
import type { ListenerSetFacts } from '../src/objects/facts.ts';
import type { ObjectKey } from '../src/objects/keys.ts';

interface Context {
  readonly key: ObjectKey<'ListenerSet'>;
  readonly uid: string;
  readonly facts?: ListenerSetFacts;
  readonly failures: Failures;
}

type ListenerSetEvent = ChartEvent<ListenerSetFacts>;

const seen = guardOver<ListenerSetFacts, Context>;

const machine = setup({
  types: {
    context: {} as Context,
    events: {} as ListenerSetEvent,
    input: {} as Pick<Context, 'key' | 'uid'>,
  },
  guards: {
    isUnreadable: seen((facts) => facts.presence === 'unreadable'),
    isGone: seen((facts) => facts.presence === 'gone'),
    isForeign: seen((facts) => facts.standing === 'foreign'),
    isGatewayAbsent: seen((facts) => facts.standing === 'absent'),
    isClassMissing: seen((facts) => facts.standing !== 'accepted'),
    isNotAllowed: seen((facts) => facts.accepted.reason === 'NotAllowed'),
    areNamespacesUnknown: seen((facts) => facts.accepted.status === 'Unknown'),
    areParametersAwaited: seen((facts) => !facts.isGatewayJudged),
    isGatewayRefused: seen((facts) => facts.accepted.reason === 'ParentNotAccepted'),
    isEveryListenerRefused: seen((facts) => facts.accepted.status === 'False'),
    isGatewayUnprogrammed: seen((facts) => facts.programmed.status !== 'True'),
  },
  actions: {
    remember: assign(({ event }) => (event.type === 'Observed' ? { facts: event.facts } : {})),
    noteResult: assign(({ context, event }) =>
      event.type === 'Observed' ? {} : { failures: afterResult(context.failures, event) },
    ),
    writeStatus: () => {},
  },
});

/** A ListenerSet on its way to listeners that its Gateway serves. */
export const listenerSetMachine = machine.createMachine({
  id: 'ListenerSet',
  description: 'A ListenerSet, on its way to listeners that its Gateway serves',
  context: ({ input }) => ({ ...input, failures: {} }),
  initial: 'Pending',
  on: {
    Observed: [
      { guard: 'isUnreadable', target: '.Unreadable', actions: ['remember'] },
      { guard: 'isGone', target: '.Removed', actions: ['remember'] },
      { guard: 'isForeign', target: '.Foreign', actions: ['remember'] },
      { guard: 'isGatewayAbsent', target: '.Pending.WaitingForGateway', actions: ['remember', 'writeStatus'] },
      { guard: 'isClassMissing', target: '.Pending.WaitingForClass', actions: ['remember'] },
      { guard: 'isNotAllowed', target: '.Pending.NotAllowed', actions: ['remember', 'writeStatus'] },
      { guard: 'areNamespacesUnknown', target: '.Pending.NamespacesUnknown', actions: ['remember', 'writeStatus'] },
      { guard: 'areParametersAwaited', target: '.Pending.ReadingParameters', actions: ['remember'] },
      { guard: 'isGatewayRefused', target: '.Pending.GatewayNotAccepted', actions: ['remember', 'writeStatus'] },
      { guard: 'isEveryListenerRefused', target: '.Pending.NoListener', actions: ['remember', 'writeStatus'] },
      { guard: 'isGatewayUnprogrammed', target: '.ListenerResolved', actions: ['remember', 'writeStatus'] },
      { target: '.ServiceReady', actions: ['remember', 'writeStatus'] },
    ],
    WriteFailed: { actions: ['noteResult'] },
    Written: { actions: ['noteResult'] },
    RetryDue: { actions: ['noteResult'] },
  },
  states: {
    Pending: {
      initial: 'Starting',
      description: 'None of its listeners is served',
      states: {
        Starting: { description: 'Not looked at yet' },
        WaitingForGateway: { description: 'Its Gateway does not exist' },
        WaitingForClass: { description: 'The GatewayClass of its Gateway is missing or refused' },
        NotAllowed: { description: 'spec.allowedListeners of its Gateway does not allow it' },
        NamespacesUnknown: { description: 'The labels of namespaces, by which it would be allowed, cannot be read' },
        ReadingParameters: { description: 'The ConfigMap that its Gateway names has not been read yet' },
        GatewayNotAccepted: { description: 'Its Gateway allows it, and is itself not accepted' },
        NoListener: { description: 'None of its listeners is valid' },
      },
    },
    ListenerResolved: { description: 'Attached with a valid listener; its Gateway is not programmed yet' },
    ServiceReady: { description: 'Attached, and its Gateway is programmed' },
    Unreadable: { description: 'There, but in a form that this version cannot decode: left as it is' },
    Foreign: { type: 'final', description: 'Its Gateway is served by another controller: never written to' },
    Removed: { type: 'final', description: 'Deleted' },
  },
});
