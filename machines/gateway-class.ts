import { assign, setup } from 'xstate';
import { afterResult, type Failures } from '../src/gateway/failures.ts';
import { type ChartEvent, guardOver } from '../src/gateway/observed.ts';
import type { GatewayClassFacts } from '../src/objects/facts.ts';
import type { ObjectKey } from '../src/objects/keys.ts';

interface Context {
  readonly key: ObjectKey<'GatewayClass'>;
  readonly uid: string;
  readonly facts?: GatewayClassFacts;
  readonly failures: Failures;
}

type GatewayClassEvent = ChartEvent<GatewayClassFacts>;

const seen = guardOver<GatewayClassFacts, Context>;

const machine = setup({
  types: {
    context: {} as Context,
    events: {} as GatewayClassEvent,
    input: {} as Pick<Context, 'key' | 'uid'>,
  },
  guards: {
    isUnreadable: seen((facts) => facts.presence === 'unreadable'),
    isGone: seen((facts) => facts.presence === 'gone'),
    isForeign: seen((facts) => facts.standing === 'foreign'),
    isFinalizerDue: seen((facts, { failures }) => facts.isFinalizerDue && !('gateway-class-finalizer' in failures)),
    isTerminating: seen((facts) => facts.isTerminating),
    isAwaited: seen((facts) => facts.standing === 'missing'),
    isRefused: seen((facts) => facts.standing === 'refused'),
  },
  actions: {
    remember: assign(({ event }) => (event.type === 'Observed' ? { facts: event.facts } : {})),
    noteResult: assign(({ context, event }) =>
      event.type === 'Observed' ? {} : { failures: afterResult(context.failures, event) },
    ),
    syncFinalizer: () => {},
    writeStatus: () => {},
  },
});

/** A GatewayClass: whether it is ours, and usable. */
export const gatewayClassMachine = machine.createMachine({
  id: 'GatewayClass',
  description: 'Whether a GatewayClass is ours and usable',
  context: ({ input }) => ({ ...input, failures: {} }),
  initial: 'Pending',
  on: {
    Observed: [
      { guard: 'isUnreadable', target: '.Unreadable', actions: ['remember'] },
      { guard: 'isGone', target: '.Removed', actions: ['remember'] },
      { guard: 'isForeign', target: '.Foreign', actions: ['remember'] },
      { guard: 'isAwaited', target: '.Pending', actions: ['remember'] },
      { guard: 'isFinalizerDue', target: '.MarkingUse', actions: ['remember', 'syncFinalizer'] },
      { guard: 'isTerminating', target: '.Terminating', actions: ['remember', 'writeStatus'] },
      { guard: 'isRefused', target: '.Refused', actions: ['remember', 'writeStatus'] },
      { target: '.Accepted', actions: ['remember', 'writeStatus'] },
    ],
    WriteFailed: { actions: ['noteResult'] },
    Written: { actions: ['noteResult'] },
    RetryDue: { actions: ['noteResult'] },
  },
  states: {
    Pending: { description: 'Not looked at yet, or its parameters are being read' },
    Unreadable: { description: 'There, but in a form that this version cannot decode: left as it is' },
    MarkingUse: { description: 'Ours; the finalizer that keeps it while Gateways use it is put on, or taken off' },
    Refused: { description: 'Ours, with parameters that cannot be used: its Gateways wait' },
    Accepted: { description: 'Ours: its Gateways are served' },
    Terminating: { description: 'Ours, and deleted: it stays, and serves, until no Gateway uses it any more' },
    Foreign: { type: 'final', description: 'Names another controller: never written to' },
    Removed: { type: 'final', description: 'Deleted: its Gateways wait for it and keep what they have' },
  },
});
