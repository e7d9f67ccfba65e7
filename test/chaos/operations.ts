import { administration } from './operations/administration.ts';
import type { Choice, Operation } from './operations/choices.ts';
import { gatewayOperations } from './operations/gateways.ts';
import { listenerSetOperations } from './operations/listener-sets.ts';
import { parameterOperations } from './operations/parameters.ts';
import { routeOperations } from './operations/routes.ts';
import { serviceOperations } from './operations/services.ts';
import type { Cluster } from './world.ts';

/** What users and administrators do, by how often. */
export const operationWeights = {
  'create Gateway': 24,
  'edit Gateway': 10,
  'delete Gateway': 5,
  'recreate Gateway': 5,
  'clone Gateway': 3,
  'create route': 26,
  'edit route': 8,
  'delete route': 7,
  'recreate route': 3,
  'create ListenerSet': 10,
  'edit ListenerSet': 4,
  'delete ListenerSet': 3,
  'recreate ListenerSet': 1,
  'write parameters': 8,
  'delete parameters': 2,
  'edit class': 2,
  'create Service': 4,
  'edit Service': 7,
  'delete Service': 3,
  'delete class': 2,
  'create class': 4,
  'delete namespace': 1,
  'create namespace': 4,
  'edit pool': 5,
  'delete pool': 1,
  'create LoadBalancer of others': 3,
  'delete LoadBalancer of others': 3,
  'create IPAddress of others': 2,
  'delete IPAddress of others': 2,
  'create Node': 2,
  'delete Node': 2,
} as const;

export type OperationKind = keyof typeof operationWeights;

const operations: Readonly<Record<OperationKind, Operation>> = {
  ...gatewayOperations,
  ...routeOperations,
  ...listenerSetOperations,
  ...parameterOperations,
  ...serviceOperations,
  ...administration,
};

export function operate(world: Cluster, kind: OperationKind, choice: Choice): void {
  operations[kind](world, choice);
}
