import { assign, setup } from 'xstate';
import type { AddressClaim } from '../src/objects/facts.ts';

interface Context {
  /** Claims that wait until adoption may begin. */
  readonly waiting: readonly AddressClaim[];
  /** Why there is no pool; absent where there is one. */
  readonly missing?: string | undefined;
}

type AddressPoolEvent =
  | { readonly type: 'PoolObserved'; readonly missing?: string | undefined }
  | { readonly type: 'CachesSynced' }
  | { readonly type: 'ClaimsReceived'; readonly claims: readonly AddressClaim[] }
  | { readonly type: 'Released'; readonly uid: string };

const machine = setup({
  types: {
    context: {} as Context,
    events: {} as AddressPoolEvent,
  },
  guards: {
    isPoolMissing: ({ event }) => event.type === 'PoolObserved' && event.missing !== undefined,
    isWithoutPool: ({ context }) => context.missing !== undefined,
  },
  actions: {
    notePool: assign(({ event }) => (event.type === 'PoolObserved' ? { missing: event.missing } : {})),
    keepClaims: assign(({ context, event }) =>
      event.type === 'ClaimsReceived' ? { waiting: [...context.waiting, ...event.claims] } : {},
    ),
    clearClaims: assign({ waiting: [] }),
    dropClaims: assign(({ context, event }) =>
      event.type === 'Released' ? { waiting: context.waiting.filter(({ uid }) => uid !== event.uid) } : {},
    ),
    answerWaiting: () => {},
    answer: () => {},
    release: () => {},
  },
});

/** The one actor that hands out addresses: claims are answered one batch after the other, the oldest first. */
export const addressPoolMachine = machine.createMachine({
  id: 'AddressPool',
  description: 'Serialises the allocation of addresses',
  context: { waiting: [] },
  initial: 'Adopting',
  on: {
    Released: { actions: ['dropClaims', 'release'] },
  },
  states: {
    Adopting: {
      description: 'The cluster is not known yet: what Gateways hold comes before anything new',
      on: {
        PoolObserved: { actions: ['notePool'] },
        ClaimsReceived: { actions: ['keepClaims'] },
        CachesSynced: [
          { guard: 'isWithoutPool', target: 'WithoutPool', actions: ['answerWaiting', 'clearClaims'] },
          { target: 'Open', actions: ['answerWaiting', 'clearClaims'] },
        ],
      },
    },
    WithoutPool: {
      description: 'No pool is configured or found: static addresses only',
      on: {
        PoolObserved: [
          { guard: 'isPoolMissing', actions: ['notePool'] },
          { target: 'Open', actions: ['notePool'] },
        ],
        ClaimsReceived: { actions: ['answer'] },
      },
    },
    Open: {
      description: 'Addresses are handed out from the pool',
      on: {
        PoolObserved: [
          { guard: 'isPoolMissing', target: 'WithoutPool', actions: ['notePool'] },
          { actions: ['notePool'] },
        ],
        ClaimsReceived: { actions: ['answer'] },
      },
    },
  },
});
