import { configMapStrategy, secretStrategy } from './builtin/data.ts';
import { coreEventStrategy, eventStrategy } from './builtin/events.ts';
import { endpointSliceStrategy, ipAddressStrategy } from './builtin/network.ts';
import { deploymentStrategy, leaseStrategy, podStrategy } from './builtin/workloads.ts';
import { gatewayApiStrategy } from './gateway-api/strategy.ts';
import { type Kind, kindId } from './kinds.ts';
import { namespaceStrategy } from './namespaces.ts';
import { serviceStrategy } from './service/strategy.ts';
import type { Strategy } from './strategy.ts';

const COMMON: Strategy = {};

export type Strategies = (kind: Kind, version?: string) => Strategy;

/** The strategies of a server's kinds. `families`: those of the cluster's Services, the default one first. */
export function strategies(families: readonly string[]): Strategies {
  const byId = new Map<string, Strategy>([
    ['namespaces.', namespaceStrategy],
    ['services.', serviceStrategy(families)],
    ['configmaps.', configMapStrategy],
    ['secrets.', secretStrategy],
    ['pods.', podStrategy],
    ['events.', coreEventStrategy],
    ['events.events.k8s.io', eventStrategy],
    ['deployments.apps', deploymentStrategy],
    ['endpointslices.discovery.k8s.io', endpointSliceStrategy],
    ['leases.coordination.k8s.io', leaseStrategy],
    ['ipaddresses.networking.k8s.io', ipAddressStrategy],
  ]);
  return (kind, version) => byId.get(kindId(kind)) ?? gatewayApiStrategy(kind.kind, version) ?? COMMON;
}
