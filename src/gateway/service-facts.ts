import { canonicalAddress } from '../ipam/address.ts';
import type { ServiceFacts } from '../objects/facts.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { Service } from '../objects/service.ts';
import type { World } from './graph.ts';
import { stepTowards } from './service-diff.ts';
import type { ServicePlan } from './service-plan.ts';

/** How far a planned Service is; `undefined` where nothing is planned. */
export function serviceFacts(key: ObjectKey<'Service'>, plan: ServicePlan, world: World): ServiceFacts | undefined {
  if (plan.kind === 'none') return undefined;
  const current = world.view.get(key);
  if (plan.kind === 'keep' && current === undefined) return undefined;
  const hasReady = world.view.hasReadyEndpoint(key);
  const addresses = plan.kind === 'want' ? plan.addresses : [];
  return {
    key,
    isInStep: current !== undefined && stepTowards(plan, current, world).kind === 'none',
    endpoints: hasReady === undefined ? 'unknown' : hasReady ? 'ready' : 'none',
    ingress: ingressOf(current, addresses),
    refusal: world.refusalOf(key),
  };
}

function ingressOf(service: Service | undefined, addresses: readonly string[]): ServiceFacts['ingress'] {
  const there = new Set(
    (service?.status.ingress ?? []).flatMap(({ ip }) => (ip === undefined ? [] : canonicalAddress(ip))),
  );
  if (there.size === 0) return 'none';
  return addresses.every((address) => there.has(address)) ? 'carried' : 'other';
}
