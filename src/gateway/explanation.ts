import type { GatewayFacts, RouteFacts, ServiceFacts } from '../objects/facts.ts';
import type { Gateway, ListenerSet, Route } from '../objects/gateway-api.ts';
import type { Condition } from '../objects/kubernetes.ts';
import type { ListenerVerdict } from '../objects/verdicts.ts';
import type { Settings } from '../objects/view.ts';
import { type GatewayReport, gatewayStatus } from './gateway-status.ts';
import { nameOf, partsOf } from './keys.ts';
import { type ListenerSetReport, listenerSetStatus } from './listener-set-status.ts';
import { absentParent, type RouteReport, routeStatus } from './route-status.ts';

/** Why an object is where it is, for people and for scripts. */
export interface Explanation {
  readonly kind: string;
  /** `namespace/name`. */
  readonly name: string;
  readonly state: string;
  readonly isReady: boolean;
  /** What holds it there, in one line. */
  readonly cause: string;
  /** Who else is involved, as rows of name and text. */
  readonly details: readonly (readonly [string, string])[];
  readonly conditions: readonly Condition[];
}

const undated = { now: '' };

/** @param description of the state, from the chart: the cause where no condition tells of it. */
export function explainGateway(gateway: Gateway, report: GatewayReport, description: string): Explanation {
  const { metadata, spec } = gateway;
  const { facts, state } = report;
  const status = gatewayStatus(gateway, report, { ...undated, generation: metadata.generation });
  const conditions = status?.conditions ?? gateway.status.conditions;
  const isReady = state.startsWith('ServiceReady');
  return {
    kind: 'Gateway',
    name: `${metadata.namespace}/${metadata.name}`,
    state,
    isReady,
    cause: (isReady ? undefined : gatewayCause(spec.gatewayClassName, report, status?.conditions)) ?? description,
    details: [
      ['class', `${spec.gatewayClassName} (${facts.standing})`],
      ['addresses', addressesOf(facts)],
      ...facts.listeners.map(listenerText(facts)),
      ...facts.services.map((service): [string, string] => ['service', serviceText(service)]),
    ],
    conditions,
  };
}

export function explainRoute(route: Route, report: RouteReport, settings: Settings, description: string): Explanation {
  const { metadata } = route;
  const { facts, state } = report;
  const status = routeStatus(route, report, settings, { ...undated, generation: metadata.generation });
  const conditions = (status ?? route.status).parents
    .filter(({ controllerName }) => controllerName === settings.controllerName)
    .flatMap((parent) => parent.conditions);
  const isReady = state.startsWith('ServiceReady');
  return {
    kind: route.kind,
    name: `${metadata.namespace}/${metadata.name}`,
    state,
    isReady,
    cause: (isReady ? undefined : routeCause(facts, conditions, state)) ?? description,
    details: [
      ...facts.parents.map(({ ref, parent, standing, accepted }): [string, string] => {
        const section = ref.sectionName === undefined ? '' : `/${ref.sectionName}`;
        return ['parent', `${partsOf(parent).kind} ${nameOf(parent)}${section}: ${accepted?.message ?? standing}`];
      }),
      ['addresses', facts.addresses.join(', ') || 'none yet'],
      ['backend', facts.resolvedRefs.message],
      ...facts.services.map((service) => ['service', serviceText(service)] as const),
      ...facts.notes.map((note) => ['note', note] as const),
    ],
    conditions,
  };
}

export function explainListenerSet(set: ListenerSet, report: ListenerSetReport, description: string): Explanation {
  const { metadata } = set;
  const { facts, state } = report;
  const status = listenerSetStatus(set, report, { ...undated, generation: metadata.generation });
  const conditions = (status ?? set.status).conditions;
  const isReady = state === 'ServiceReady';
  return {
    kind: 'ListenerSet',
    name: `${metadata.namespace}/${metadata.name}`,
    state,
    isReady,
    cause: (isReady ? undefined : conditions.find(({ status: now }) => now !== 'True')?.message) ?? description,
    details: [
      ['gateway', facts.gateway === undefined ? 'none' : `${nameOf(facts.gateway)} (class ${facts.standing})`],
      ...facts.listeners.map(listenerText(facts)),
    ],
    conditions,
  };
}

/** A listener as a row of an explanation. */
function listenerText({ attachedRoutes }: Pick<GatewayFacts, 'attachedRoutes'>) {
  return ({ id, listener, accepted }: ListenerVerdict): [string, string] => {
    const routes = attachedRoutes[id] ?? '?';
    return [
      'listener',
      `${listener.name} ${listener.protocol} ${listener.port}: ${accepted.message}, ${routes} routes`,
    ];
  };
}

function routeCause(facts: RouteFacts, conditions: readonly Condition[], state: string): string | undefined {
  const refused = conditions.find(({ status }) => status !== 'True')?.message;
  if (refused !== undefined) return refused;
  const missing = facts.parents.find(({ standing }) => standing === 'absent');
  if (missing !== undefined) return `${absentParent(missing)} does not exist`;
  return state.startsWith('ListenerResolved') ? conditions.find(({ type }) => type === 'Accepted')?.message : undefined;
}

/** @param conditions that the state tells of; absent where it tells of none. */
function gatewayCause(
  className: string,
  { state, facts }: GatewayReport,
  conditions: readonly Condition[] | undefined,
): string | undefined {
  if (state === 'Pending.WaitingForClass') {
    return `GatewayClass "${className}" ${facts.standing === 'refused' ? 'is not accepted' : 'does not exist'}`;
  }
  return conditions?.find(({ type, status }) => type === 'Programmed' && status !== 'True')?.message;
}

function addressesOf(facts: GatewayFacts): string {
  if (facts.held.length === 0) return 'none';
  return `${facts.held.join(', ')}${facts.isRecorded ? '' : ' (not recorded yet)'}`;
}

function serviceText({ key, isInStep, endpoints, ingress }: ServiceFacts): string {
  const written = isInStep ? 'as it should be' : 'not written yet';
  const announced =
    ingress === 'carried' ? 'announced' : ingress === 'other' ? 'another address announced' : 'not announced';
  return `${nameOf(key)}: ${written}, endpoints ${endpoints}, ${announced}`;
}
