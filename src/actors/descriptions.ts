import type { AnyStateMachine } from 'xstate';
import { gatewayMachine } from '../../machines/gateway.ts';
import { gatewayClassMachine } from '../../machines/gateway-class.ts';
import { listenerSetMachine } from '../../machines/listener-set.ts';
import { routeMachine } from '../../machines/route.ts';
import type { ActorKind } from '../objects/keys.ts';
import type { ActorState } from '../objects/states.ts';

const machines: Readonly<Record<ActorKind, AnyStateMachine>> = {
  GatewayClass: gatewayClassMachine,
  Gateway: gatewayMachine,
  ListenerSet: listenerSetMachine,
  TCPRoute: routeMachine,
  UDPRoute: routeMachine,
};

/** The chart of a kind. */
export function machineOf(kind: ActorKind): AnyStateMachine {
  return machines[kind];
}

/** The charts of objects, each once. */
export function objectMachines(): readonly AnyStateMachine[] {
  return [...new Set(Object.values(machines))];
}

/** What a state means, in the chart's own words. */
export function describeState(kind: ActorKind, state: ActorState): string {
  let node = machines[kind].root;
  for (const part of state.split('.')) {
    const child = node.states[part];
    if (child === undefined) return '';
    node = child;
  }
  return node.description ?? '';
}
