import type { ServiceFacts } from '../objects/facts.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { Service } from '../objects/service.ts';
import { carriedAddresses, otherAddressText } from './announcement.ts';
import { announcerFor } from './announcers/index.ts';
import { slicesOutOfStep } from './endpoint-slices.ts';
import type { World } from './graph.ts';
import { gatewayOfPlan } from './service-desired.ts';
import { isStrangers, stepTowards } from './service-diff.ts';
import type { ServicePlan } from './service-plan.ts';

/** How far a planned Service is; `undefined` where nothing is planned. */
export function serviceFacts(key: ObjectKey<'Service'>, plan: ServicePlan, world: World): ServiceFacts | undefined {
  if (plan.kind === 'none') return undefined;
  const current = world.view.get(key);
  if (plan.kind === 'keep' && current === undefined) return undefined;
  const hasReady = world.view.hasReadyEndpoint(key);
  const step = current && stepTowards(plan, current, world);
  return {
    key,
    slices: [],
    isInStep: step?.kind === 'none',
    endpoints: hasReady === undefined ? 'unknown' : hasReady ? 'ready' : 'none',
    ...ingressOf(current, plan, world),
    refusal: step?.kind === 'blocked' ? step.why : world.refusalOf(key),
  };
}

function ingressOf(
  service: Service | undefined,
  plan: ServicePlan,
  world: World,
): Pick<ServiceFacts, 'ingress' | 'otherAddress'> {
  if (service === undefined || service.status.ingress.length === 0) return { ingress: 'none' };
  if (plan.kind === 'keep' || plan.kind === 'none') return { ingress: 'carried' };
  const { addresses } = plan;
  const profile = announcerFor(gatewayOfPlan(plan), world);
  const carried = carriedAddresses(service, profile);
  if (carried.length === 0) return { ingress: 'none' };
  if (addresses.every((address) => carried.includes(address))) return { ingress: 'carried' };
  return { ingress: 'other', otherAddress: otherAddressText(service, carried, addresses, profile) };
}

/** The same for a Gateway's actor, which takes care of the EndpointSlices of its own Service. */
export function ownServiceFacts(key: ObjectKey<'Service'>, plan: ServicePlan, world: World): ServiceFacts | undefined {
  const facts = serviceFacts(key, plan, world);
  const service = world.view.get(key);
  const isReadable = world.view.unavailable('EndpointSlice') === undefined;
  if (facts === undefined || plan.kind !== 'aggregate' || service === undefined || !isReadable) return facts;
  if (isStrangers(plan, service, world)) return facts;
  const slices = slicesOutOfStep(plan, service, world);
  const refusal = facts.refusal ?? slices.map((slice) => world.refusalOf(slice)).find((why) => why !== undefined);
  return { ...facts, slices, isInStep: facts.isInStep && slices.length === 0, refusal };
}
