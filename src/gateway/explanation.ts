import type { GatewayClassFacts, GatewayFacts, ServiceFacts } from '../objects/facts.ts';
import type { Gateway, GatewayClass, ListenerSet, Route } from '../objects/gateway-api.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { Condition } from '../objects/kubernetes.ts';
import type { ListenerVerdict } from '../objects/verdicts.ts';
import { chooseBehaviour } from './behaviour.ts';
import { causeOfGateway, causeOfListenerSet, causeOfRoute } from './causes.ts';
import { gatewayClassStatus } from './gateway-class-status.ts';
import { type GatewayReport, gatewayStatus } from './gateway-status.ts';
import { byAge, keyOf, kindOf, nameOf } from './keys.ts';
import { type ListenerSetReport, listenerSetStatus } from './listener-set-status.ts';
import type { Knowledge } from './not-served.ts';
import { optionsOf, optionsOfRoute } from './options.ts';
import { parametersKey } from './parameters.ts';
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

/** Whether an actor of any kind has nothing more to wait for. */
export function isReadyState(state: string): boolean {
  return state.startsWith('ServiceReady') || state === 'Accepted' || state === 'MarkingUse';
}

const undated = { now: '' };

/** What an explanation is made from, beside the object and what its actor knows. */
export interface ExplanationScope extends Knowledge {
  /** Of the state, from the chart: the cause where nothing else tells of one. */
  readonly description: string;
  /** The state of another object's actor; `undefined` where it has none. */
  readonly stateOf: (key: ObjectKey) => string | undefined;
  /** What the pool offers to objects of a namespace, in words. */
  readonly poolOf: (namespace: string) => string;
}

type Row = readonly [string, string];

export function explainClass(gatewayClass: GatewayClass, facts: GatewayClassFacts, scope: ClassScope): Explanation {
  const { metadata, spec } = gatewayClass;
  const { view, state, description } = scope;
  const stamp = { ...undated, generation: metadata.generation };
  const status = gatewayClassStatus(gatewayClass, facts, view, stamp) ?? gatewayClass.status;
  const { accepted, supportedVersion } = facts;
  const version = supportedVersion?.status === 'False' ? [supportedVersion.message] : [];
  const parameters = parametersKey(gatewayClass);
  return {
    kind: 'GatewayClass',
    name: metadata.name,
    state,
    isReady: isReadyState(state),
    cause: state === 'Refused' && accepted !== undefined ? accepted.message : [description, ...version].join('; '),
    details: [
      ['controller', spec.controllerName],
      ...(parameters === undefined ? [] : [['parameters', `ConfigMap ${nameOf(parameters)}`] as const]),
      ['gateways', String(scope.gateways)],
    ],
    conditions: status.conditions,
  };
}

interface ClassScope extends ExplanationScope {
  readonly state: string;
  /** How many name it. */
  readonly gateways: number;
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
    isReady: isReadyState(state),
    cause: causeOfGateway(gateway, report, scope) ?? scope.description,
    details: [
      ['class', `${spec.gatewayClassName} (${facts.standing})`],
      ['pool', scope.poolOf(metadata.namespace)],
      ['addresses', addressesOf(facts)],
      ...facts.listeners.map(listenerText(facts)),
      ...routeRows(gateway, scope),
      ...facts.services.map((service): Row => ['service', serviceText(service)]),
      ['announcer', optionsOf(gateway, scope).announcer],
    ],
    conditions,
  };
}

/** The first of many. */
const mostRoutes = 10;

function routeRows(gateway: Gateway, { view, stateOf }: ExplanationScope): readonly Row[] {
  const routes = view.routesOf(keyOf(gateway)).toSorted(byAge);
  const rows = routes.slice(0, mostRoutes).map((route): Row => {
    const key = keyOf(route);
    return ['route', `${route.kind} ${nameOf(key)}: ${stateOf(key) ?? 'not ours'}`];
  });
  return routes.length > mostRoutes ? [...rows, ['route', `and ${routes.length - mostRoutes} more`]] : rows;
}

function row(name: string, text: string | undefined): readonly Row[] {
  return text === undefined ? [] : [[name, text]];
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
    isReady: isReadyState(state),
    cause: causeOfRoute(route, report, scope) ?? scope.description,
    details: [
      ...facts.parents.map(({ ref, parent, standing, accepted }): [string, string] => {
        const section = ref.sectionName === undefined ? '' : `/${ref.sectionName}`;
        return ['parent', `${kindOf(parent)} ${nameOf(parent)}${section}: ${accepted?.message ?? standing}`];
      }),
      ...row('behaviour', behaviourText(route, scope)),
      ['addresses', facts.addresses.join(', ') || 'none yet'],
      ['backend', facts.resolvedRefs.message],
      ...facts.services.map((service) => ['service', serviceText(service)] as const),
      ['announcer', optionsOfRoute(route, scope).announcer],
      ...[...facts.notes, ...facts.unreached].map((note) => ['note', note] as const),
    ],
    conditions,
  };
}

export function explainListenerSet(set: ListenerSet, report: ListenerSetReport, scope: ExplanationScope): Explanation {
  const { metadata } = set;
  const { facts, state } = report;
  const status = listenerSetStatus(set, report, scope.settings, { ...undated, generation: metadata.generation });
  const conditions = (status ?? set.status).conditions;
  return {
    kind: 'ListenerSet',
    name: `${metadata.namespace}/${metadata.name}`,
    state,
    isReady: isReadyState(state),
    cause: causeOfListenerSet(report, scope) ?? scope.description,
    details: [
      ['gateway', facts.gateway === undefined ? 'none' : `${nameOf(facts.gateway)} (class ${facts.standing})`],
      ...facts.listeners.map(listenerText(facts)),
    ],
    conditions,
  };
}

/** Absent where it asks for none that there is: then that is what is wrong. */
function behaviourText(route: Route, scope: Knowledge): string | undefined {
  const choice = chooseBehaviour(route, optionsOfRoute(route, scope));
  return 'behaviour' in choice ? choice.behaviour : undefined;
}

/** A listener as a row of an explanation. */
function listenerText({ attachedRoutes }: Pick<GatewayFacts, 'attachedRoutes'>) {
  return ({ id, listener, accepted }: ListenerVerdict): [string, string] => {
    const routes = attachedRoutes[id] ?? '?';
    return [
      'listener',
      `${listener.name} ${listener.protocol} ${listener.port}: ${accepted.message}, ${routes} ${routes === 1 ? 'route' : 'routes'}`,
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
