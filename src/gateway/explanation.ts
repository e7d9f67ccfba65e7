import type { GatewayFacts, ServiceFacts } from '../objects/facts.ts';
import type { Gateway, ListenerSet, Route } from '../objects/gateway-api.ts';
import type { Condition } from '../objects/kubernetes.ts';
import type { ListenerVerdict } from '../objects/verdicts.ts';
import { causeOfGateway, causeOfListenerSet, causeOfRoute } from './causes.ts';
import { type GatewayReport, gatewayStatus } from './gateway-status.ts';
import { nameOf, partsOf } from './keys.ts';
import { type ListenerSetReport, listenerSetStatus } from './listener-set-status.ts';
import type { Knowledge } from './not-served.ts';
import { type RouteReport, routeStatus } from './route-status.ts';

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

/** What an explanation is made from, beside the object and what its actor knows. */
export interface ExplanationScope extends Knowledge {
  /** Of the state, from the chart: the cause where nothing else tells of one. */
  readonly description: string;
}

export function explainGateway(gateway: Gateway, report: GatewayReport, scope: ExplanationScope): Explanation {
  const { metadata, spec } = gateway;
  const { facts, state } = report;
  const status = gatewayStatus(gateway, report, { ...undated, generation: metadata.generation });
  const conditions = status?.conditions ?? gateway.status.conditions;
  return {
    kind: 'Gateway',
    name: `${metadata.namespace}/${metadata.name}`,
    state,
    isReady: state.startsWith('ServiceReady'),
    cause: causeOfGateway(gateway, report, scope) ?? scope.description,
    details: [
      ['class', `${spec.gatewayClassName} (${facts.standing})`],
      ['addresses', addressesOf(facts)],
      ...facts.listeners.map(listenerText(facts)),
      ...facts.services.map((service): [string, string] => ['service', serviceText(service)]),
    ],
    conditions,
  };
}

export function explainRoute(route: Route, report: RouteReport, scope: ExplanationScope): Explanation {
  const { metadata } = route;
  const { settings } = scope;
  const { facts, state } = report;
  const status = routeStatus(route, report, settings, { ...undated, generation: metadata.generation });
  const conditions = (status ?? route.status).parents
    .filter(({ controllerName }) => controllerName === settings.controllerName)
    .flatMap((parent) => parent.conditions);
  return {
    kind: route.kind,
    name: `${metadata.namespace}/${metadata.name}`,
    state,
    isReady: state.startsWith('ServiceReady'),
    cause: causeOfRoute(route, report, scope) ?? scope.description,
    details: [
      ...facts.parents.map(({ ref, parent, standing, accepted }): [string, string] => {
        const section = ref.sectionName === undefined ? '' : `/${ref.sectionName}`;
        return ['parent', `${partsOf(parent).kind} ${nameOf(parent)}${section}: ${accepted?.message ?? standing}`];
      }),
      ['addresses', facts.addresses.join(', ') || 'none yet'],
      ['backend', facts.resolvedRefs.message],
      ...facts.services.map((service) => ['service', serviceText(service)] as const),
      ...[...facts.notes, ...facts.unreached].map((note) => ['note', note] as const),
    ],
    conditions,
  };
}

export function explainListenerSet(set: ListenerSet, report: ListenerSetReport, scope: ExplanationScope): Explanation {
  const { metadata } = set;
  const { facts, state } = report;
  const status = listenerSetStatus(set, report, { ...undated, generation: metadata.generation });
  const conditions = (status ?? set.status).conditions;
  return {
    kind: 'ListenerSet',
    name: `${metadata.namespace}/${metadata.name}`,
    state,
    isReady: state === 'ServiceReady',
    cause: causeOfListenerSet(report, scope) ?? scope.description,
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
