import { canonicalAddress } from '../ipam/address.ts';
import type { ServiceFacts } from '../objects/facts.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { Service } from '../objects/service.ts';
import { slicesOutOfStep } from './endpoint-slices.ts';
import type { World } from './graph.ts';
import { stepTowards } from './service-diff.ts';
import type { ServicePlan } from './service-plan.ts';

/** How far a planned Service is; `undefined` where nothing is planned. */
export function serviceFacts(key: ObjectKey<'Service'>, plan: ServicePlan, world: World): ServiceFacts | undefined {
  if (plan.kind === 'none') return undefined;
  const current = world.view.get(key);
  if (plan.kind === 'keep' && current === undefined) return undefined;
  const hasReady = world.view.hasReadyEndpoint(key);
  const addresses = plan.kind === 'keep' ? [] : plan.addresses;
  return {
    key,
    slices: [],
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

/** The same for a Gateway's actor, which takes care of the EndpointSlices of its own Service. */
export function ownServiceFacts(key: ObjectKey<'Service'>, plan: ServicePlan, world: World): ServiceFacts | undefined {
  const facts = serviceFacts(key, plan, world);
  const service = world.view.get(key);
  const isReadable = world.view.unavailable('EndpointSlice') === undefined;
  if (facts === undefined || plan.kind !== 'aggregate' || service === undefined || !isReadable) return facts;
  const slices = slicesOutOfStep(plan, service, world);
  return { ...facts, slices, isInStep: facts.isInStep && slices.length === 0 };
}
