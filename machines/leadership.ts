import { setup } from 'xstate';

/**
 * What one try for the lease came to:
 * - `held`: it is ours until it expires (acquired or renewed);
 * - `others`: another holds it;
 * - `failed`: the API server did not answer, or refused.
 */
export interface LeaseOutcome {
  readonly result: 'held' | 'others' | 'failed';
  /** Milliseconds since the last try that held it was begun; infinite where none did. */
  readonly sinceHeldMs: number;
  readonly renewDeadlineMs: number;
}

type LeadershipEvent = { readonly type: 'Tried'; readonly outcome: LeaseOutcome } | { readonly type: 'Stopped' };

const machine = setup({
  types: {
    events: {} as LeadershipEvent,
  },
  guards: {
    isHeld: ({ event }) => event.type === 'Tried' && event.outcome.result === 'held',
    isTakenOver: ({ event }) => event.type === 'Tried' && event.outcome.result === 'others',
    isPastDeadline: ({ event }) => event.type === 'Tried' && event.outcome.sinceHeldMs >= event.outcome.renewDeadlineMs,
  },
  actions: {
    startLeading: () => {},
    stopLeading: () => {},
    releaseLease: () => {},
  },
});

/** Whether this replica leads, after client-go's rules: only the leader writes. */
export const leadershipMachine = machine.createMachine({
  id: 'Leadership',
  description: 'Whether this replica leads',
  initial: 'Standby',
  states: {
    Standby: {
      description: 'Another leads, or nobody yet: caches are kept warm, nothing is written',
      on: {
        Tried: { guard: 'isHeld', target: 'Leading', actions: ['startLeading'] },
        Stopped: 'Stopped',
      },
    },
    Leading: {
      description: 'Holds the lease and writes',
      on: {
        Tried: [
          { guard: 'isTakenOver', target: 'Lost', actions: ['stopLeading'] },
          { guard: 'isHeld' },
          { guard: 'isPastDeadline', target: 'Lost', actions: ['stopLeading'] },
        ],
        Stopped: { target: 'Stopped', actions: ['releaseLease'] },
      },
    },
    Lost: { type: 'final', description: 'Could not renew in time, or was taken over: the process ends' },
    Stopped: { type: 'final', description: 'Asked to end: the lease is given back where it was held' },
  },
});
