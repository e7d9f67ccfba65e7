import type { GatewayFacts, ServiceFacts } from '../objects/facts.ts';
import type { Gateway } from '../objects/gateway-api.ts';
import type { Verdict } from '../objects/kubernetes.ts';
import type { GatewayState } from '../objects/states.ts';
import type { AddressRefusal } from '../objects/verdicts.ts';
import { acceptedWith } from './address-request.ts';
import { condition, mergeConditions, type Stamp } from './conditions.ts';
import { keyOf, nameOf } from './keys.ts';
import { listenerStatus } from './listener-status.ts';
import { isAnnounced } from './service-readiness.ts';

/** The context of a Gateway's actor, as far as its status tells of it. */
export interface GatewayReport {
  readonly state: GatewayState;
  readonly facts: GatewayFacts;
  readonly refusal?: AddressRefusal | undefined;
  readonly failure?: string | undefined;
}

type Teller = (report: GatewayReport) => Verdict;

/**
 * `Programmed`, by state. A state that is not here is a step on the way, left within milliseconds, or one in which
 * we may not write: it leaves the status as it is.
 */
const programmed: Readonly<Partial<Record<GatewayState, Teller>>> = {
  'Pending.ClassRefused': ({ facts }) => no('Invalid', facts.accepted.message),
  'Pending.UnsupportedAddress': ({ facts }) => no('Invalid', acceptedOfGateway(facts).message),
  'Pending.AddressNotUsable': ({ refusal }) => no('AddressNotUsable', refusal?.message ?? ''),
  'Pending.PoolExhausted': ({ refusal }) => no('AddressNotAssigned', refusal?.message ?? ''),
  'Pending.RecordFailed': ({ failure }) => no('Pending', `the address cannot be written: ${failure ?? ''}`),
  'AddressAssigned.InvalidParameters': ({ facts }) => no('Invalid', facts.accepted.message),
  'AddressAssigned.NoListener': ({ facts }) => no('Invalid', facts.accepted.message),
  'ListenerResolved.ServiceRefused': ({ facts }) =>
    no('Pending', facts.services.flatMap(({ refusal }) => refusal ?? []).join('; ')),
  'ListenerResolved.OtherAddress': ({ facts }) =>
    no('OtherAddress', facts.services.flatMap(({ otherAddress }) => otherAddress ?? []).join('; ')),
  'ListenerResolved.WaitingForAnnouncement': ({ facts }) =>
    no('Pending', `${unannounced(facts.services)}${strangers(facts)}`),
  'ServiceReady.Announced': ({ facts }) => yes(`${facts.held.join(', ')} is announced${besides(facts)}`),
  'ServiceReady.NothingToAnnounce': ({ facts }) =>
    yes(`${facts.held.join(', ')} is assigned; ${idle(facts)}, so there is nothing to announce${besides(facts)}`),
};

/** `Programmed`; `undefined` where the state tells of none. */
export function programmedOfGateway(report: GatewayReport): Verdict | undefined {
  return programmed[report.state]?.(report);
}

/** The status to write, or `undefined` where this state writes none. */
export function gatewayStatus(gateway: Gateway, report: GatewayReport, stamp: Stamp): Gateway['status'] | undefined {
  const verdict = programmedOfGateway(report);
  if (verdict === undefined) return undefined;
  const { facts } = report;
  const wanted = [condition('Accepted', acceptedOfGateway(facts)), condition('Programmed', verdict)];
  const conditions = mergeConditions(gateway.status.conditions, wanted, stamp);
  // Nothing else is decided without its class.
  if (report.state === 'Pending.ClassRefused') return { ...gateway.status, conditions };
  return {
    addresses: (facts.isRecorded ? facts.held : []).map((value) => ({ type: 'IPAddress', value })),
    conditions,
    listeners: facts.listeners
      .filter(({ source }) => source === keyOf(gateway))
      .map((listener) => listenerStatus(gateway.status.listeners, listener, { facts, verdict, stamp })),
    ...countSets(gateway, facts),
  };
}

/** The field is absent on clusters whose CRDs do not know it: `0` is written only over another number. */
function countSets(
  { status }: Gateway,
  { attachedListenerSets }: GatewayFacts,
): Pick<Gateway['status'], 'attachedListenerSets'> {
  return attachedListenerSets > 0 || status.attachedListenerSets !== undefined ? { attachedListenerSets } : {};
}

function idle({ services }: GatewayFacts): string {
  return services.length === 0 ? 'no route is served yet' : 'no Service has a ready endpoint';
}

/** What is to be known of a Gateway that is programmed all the same. */
function besides(facts: GatewayFacts): string {
  return `${kept(facts)}${strangers(facts)}`;
}

/** An edit of the pool, or of the families that are set, takes nothing away. */
function kept({ outside, unmetFamilies }: GatewayFacts): string {
  const stranded = outside.length === 0 ? '' : `; ${outside.join(', ')} lies outside the pool by now, and is kept`;
  return unmetFamilies === undefined ? stranded : `${stranded}; ${unmetFamilies}`;
}

/** What somebody else put there is served too: nobody but the one who put it there knows why. */
function strangers({ strangersSlices }: GatewayFacts): string {
  if (strangersSlices.length === 0) return '';
  return `; its Service has EndpointSlices that are not ours and are left alone: ${strangersSlices.join(', ')}`;
}

export function acceptedOfGateway(facts: GatewayFacts): Verdict {
  const verdict = acceptedWith(facts);
  return { ...verdict, message: [verdict.message, ...facts.notes].join('; ') };
}

/** Whom the announcer keeps waiting. */
export function unannounced(services: readonly ServiceFacts[]): string {
  const waiting = services.filter((service) => !isAnnounced(service)).map(({ key }) => nameOf(key));
  return `the announcer has not put the address on Service ${waiting.join(', ')} yet`;
}

function no(reason: string, message: string): Verdict {
  return { status: 'False', reason, message };
}

function yes(message: string): Verdict {
  return { status: 'True', reason: 'Programmed', message };
}
