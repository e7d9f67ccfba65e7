import type { Gateway, Route } from '../objects/gateway-api.ts';
import type { Condition, Verdict } from '../objects/kubernetes.ts';
import { acceptedOfGateway, type GatewayReport, programmedOfGateway, unannounced } from './gateway-status.ts';
import { keyOf } from './keys.ts';
import type { ListenerSetReport } from './listener-set-status.ts';
import { type Knowledge, whyClassIsNotServed, whyGatewayIsNotServed, whyParentIsNotServed } from './not-served.ts';
import { notesOf, type RouteReport } from './route-status.ts';

/** A line of an explanation is made of these. */
type Lines = readonly string[];

/**
 * What holds a Gateway where it is, in one line and in the words of its conditions; of one that is programmed, what it
 * has come to, and what of it is not served.
 */
export function causeOfGateway(gateway: Gateway, report: GatewayReport, knowledge: Knowledge): string | undefined {
  const { state, facts } = report;
  if (state === 'Pending.WaitingForClass') return whyClassIsNotServed(gateway.spec.gatewayClassName, knowledge);
  const programmed = programmedOfGateway(report);
  if (programmed === undefined) return lastRefusal(gateway.status.conditions, 'Programmed', gateway);
  if (!state.startsWith('ServiceReady')) return programmed.message;
  const kinds = facts.listeners
    .filter(({ source, resolvedRefs }) => source === keyOf(gateway) && resolvedRefs.status === 'False')
    .map(({ listener, resolvedRefs }) => `listener "${listener.name}": ${resolvedRefs.message}`);
  const accepted = facts.accepted.reason === 'Accepted' ? facts.notes : [acceptedOfGateway(facts).message];
  return join([programmed.message, ...accepted, ...kinds]);
}

export function causeOfListenerSet(
  { state, facts }: ListenerSetReport,
  { description, ...knowledge }: Knowledge & { readonly description: string },
): string | undefined {
  const { gateway, accepted, programmed } = facts;
  if (state === 'Pending.WaitingForGateway' || state === 'Pending.WaitingForClass') {
    return gateway && whyGatewayIsNotServed(gateway, knowledge);
  }
  if (state !== 'ServiceReady') return accepted.status === 'True' ? programmed.message : accepted.message;
  return accepted.reason === 'Accepted' ? undefined : join([description, accepted.message]);
}

/** The same for a route. */
export function causeOfRoute(
  route: Route,
  report: RouteReport,
  { description, ...knowledge }: Knowledge & { readonly description: string },
): string | undefined {
  const { state, facts } = report;
  const [phase] = state.split('.');
  if (phase === 'ServiceReady') return join([description, ...reservations(report)]);
  if (phase === 'AddressAssigned') return facts.resolvedRefs.message;
  switch (state) {
    case 'Pending.WaitingForParent':
      return join(facts.parents.map((parent) => whyParentIsNotServed(parent, knowledge)));
    case 'ListenerResolved.OtherAddress':
      return join(facts.services.flatMap(({ otherAddress }) => otherAddress ?? []));
    case 'ListenerResolved.WaitingForAnnouncement':
      return unannounced(facts.services);
    case 'ListenerResolved.WritingService':
      return lastNote(route, facts.accepted, knowledge);
    case 'Pending.WaitingForAddress':
    case 'ListenerResolved.ServedByOlder':
    case 'ListenerResolved.Withheld':
    case 'ListenerResolved.ServiceRefused':
      return join(notesOf(report));
    default:
      return phase === 'Pending' ? facts.accepted?.message : undefined;
  }
}

/** What is not as a route asks for, although it is served. */
function reservations(report: RouteReport): Lines {
  const { parents, resolvedRefs } = report.facts;
  const verdicts = [...parents.flatMap(({ accepted }) => accepted ?? []), resolvedRefs];
  return [...verdicts.filter(({ status }) => status !== 'True').map(({ message }) => message), ...notesOf(report)];
}

/**
 * Whoever looks anew does not know what the API server said to the last write; the controller has told it in the status,
 * which stands there until the write succeeds.
 */
function lastRefusal(conditions: readonly Condition[], type: string, { metadata }: Gateway): string | undefined {
  const last = conditions.find((condition) => condition.type === type);
  const isMeant = last?.status === 'False' && last.observedGeneration === metadata.generation;
  return isMeant ? last.message : undefined;
}

/** The same for a route, where it stands behind what its parent said. */
function lastNote(route: Route, accepted: Verdict | undefined, { settings }: Knowledge): string | undefined {
  const own = route.status.parents.filter(({ controllerName }) => controllerName === settings.controllerName);
  const begin = `${accepted?.message}; `;
  return own
    .flatMap(({ conditions }) => conditions)
    .find(({ type, message }) => type === 'Accepted' && message.startsWith(begin))
    ?.message.slice(begin.length);
}

function join(lines: Lines): string | undefined {
  return lines.length === 0 ? undefined : [...new Set(lines)].join('; ');
}
