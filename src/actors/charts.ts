import { createActor, fromTransition } from 'xstate';
import { gatewayMachine } from '../../machines/gateway.ts';
import { gatewayClassMachine } from '../../machines/gateway-class.ts';
import { listenerSetMachine } from '../../machines/listener-set.ts';
import { routeMachine } from '../../machines/route.ts';
import type { EffectKeys, EffectName } from '../effects/deciders.ts';
import { ledgerKey } from '../gateway/ledger.ts';
import type { AddressClaim } from '../objects/facts.ts';
import type { ActorKind, ObjectKey } from '../objects/keys.ts';

/** What the named actions of the charts do. */
export interface ActionTargets {
  readonly request: <N extends EffectName>(name: N, key: EffectKeys[N], by: ObjectKey<ActorKind>) => void;
  readonly claim: (gateway: ObjectKey<'Gateway'>, uid: string, request: AddressClaim['request']) => void;
  readonly release: (gateway: ObjectKey<'Gateway'>, uid: string) => void;
}

/**
 * The charts with their actions connected, once per kind, and the root of all actors: what XState keeps for a system of
 * actors is kept once, not for each of them.
 */
export function connectCharts({ request, claim, release }: ActionTargets) {
  return {
    root: createActor(fromTransition((nothing) => nothing, undefined)).start(),
    GatewayClass: gatewayClassMachine.provide({
      actions: {
        writeStatus: ({ context: { key } }) => request('gateway-class-status', key, key),
        syncFinalizer: ({ context: { key } }) => request('gateway-class-finalizer', key, key),
      },
    }),
    Gateway: connectGateway({ request, claim, release }),
    ListenerSet: listenerSetMachine.provide({
      actions: { writeStatus: ({ context: { key } }) => request('listener-set-status', key, key) },
    }),
    Route: routeMachine.provide({
      actions: {
        syncServices: ({ context: { key, facts } }) => {
          for (const service of facts?.services ?? []) request('service', service.key, key);
        },
        removeLeftovers: ({ context: { key, facts } }) => {
          for (const leftover of facts?.leftovers ?? []) request('service', leftover, key);
        },
        writeStatus: ({ context: { key } }) => request('route-status', key, key),
      },
    }),
  };
}

function connectGateway({ request, claim, release }: ActionTargets) {
  return gatewayMachine.provide({
    actions: {
      claimAddress: ({ context: { key, uid, facts } }) => {
        if (facts !== undefined && facts.request.kind !== 'unsupported') claim(key, uid, facts.request);
      },
      recordAddress: ({ context: { key, facts } }) => {
        for (const address of facts?.held ?? []) request('ledger-entry', ledgerKey(address), key);
        request('gateway-address', key, key);
      },
      pinAddress: ({ context: { key } }) => request('gateway-address', key, key),
      releaseAddress: ({ context: { key, uid } }) => release(key, uid),
      syncServices: ({ context: { key, facts } }) => {
        for (const service of facts?.services.filter(({ isInStep }) => !isInStep) ?? []) {
          request('service', service.key, key);
          for (const slice of service.slices) request('endpoint-slice', slice, key);
        }
      },
      removeLeftovers: ({ context: { key, facts } }) => {
        for (const leftover of facts?.leftovers ?? []) request('service', leftover, key);
      },
      removeMarks: ({ context: { key } }) => request('gateway-marks', key, key),
      removeStaleMarks: ({ context: { key, facts, failures } }) => {
        if (facts?.isMarkStale === true && !('gateway-marks' in failures)) request('gateway-marks', key, key);
      },
      writeStatus: ({ context: { key } }) => request('gateway-status', key, key),
    },
  });
}

export type Charts = ReturnType<typeof connectCharts>;
