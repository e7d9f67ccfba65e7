import type { Route } from '../objects/gateway-api.ts';
import type { StringMap, Verdict } from '../objects/kubernetes.ts';
import type { ServiceBehaviour, Settings } from '../objects/view.ts';
import { routeLabels } from './names.ts';
import { settingChoices } from './setting-choices.ts';

export type BehaviourChoice = { readonly behaviour: ServiceBehaviour } | { readonly refusal: Verdict };

const behaviours: readonly string[] = settingChoices.serviceBehaviour;

/** What a route wants done about its Service: by its label, else by the flag. */
export function chooseBehaviour(route: Route, settings: Settings): BehaviourChoice {
  const key = route.metadata.labels[routeLabels.selectorKey];
  const value = route.metadata.labels[routeLabels.selectorValue];
  if ((key === undefined) !== (value === undefined)) {
    const [there, missing] =
      key === undefined
        ? [routeLabels.selectorValue, routeLabels.selectorKey]
        : [routeLabels.selectorKey, routeLabels.selectorValue];
    return refuse(`label ${there} is set without ${missing}: set both, or none`);
  }
  const wanted = route.metadata.labels[routeLabels.behaviour] ?? settings.serviceBehaviour;
  if (wanted === 'auto') return { behaviour: key === undefined ? 'aggregate' : 'create' };
  if (!isBehaviour(wanted)) {
    return refuse(`label ${routeLabels.behaviour} is "${wanted}": use ${behaviours.join(', ')}`);
  }
  if (wanted === 'create' && key === undefined) {
    return refuse(`behaviour create needs the labels ${routeLabels.selectorKey} and ${routeLabels.selectorValue}`);
  }
  return { behaviour: wanted };
}

function isBehaviour(text: string): text is ServiceBehaviour {
  return text !== 'auto' && behaviours.includes(text);
}

/** The selector that a route's labels stand for; empty where it has none. */
export function selectorOf(route: Route): StringMap {
  const key = route.metadata.labels[routeLabels.selectorKey];
  const value = route.metadata.labels[routeLabels.selectorValue];
  return key === undefined || value === undefined ? {} : { [key]: value };
}

/** Whether a route's traffic goes over the own Service of each of its Gateways. */
export function isAggregating(route: Route, settings: Settings): boolean {
  const choice = chooseBehaviour(route, settings);
  return 'behaviour' in choice && choice.behaviour === 'aggregate';
}

/** Why the behaviour cannot serve this route's backends, whatever the Gateway; `undefined` where it can. */
export function refuseShape(route: Route, settings: Settings): Verdict | undefined {
  const choice = chooseBehaviour(route, settings);
  if ('refusal' in choice) return choice.refusal;
  if (route.spec.rules.length > 1) return unsupported('spec.rules has more than one rule: an L4 route has one');
  if (choice.behaviour === 'aggregate') return undefined;
  const backends = weightedBackends(route);
  if (backends.length === 0) return unsupported('spec.rules has no backendRef with a weight above 0');
  if (backends.length > 1) {
    return unsupported(
      `behaviour ${choice.behaviour} serves one backendRef, spec.rules[0] has ${backends.length} with a weight above 0: use the behaviour aggregate`,
    );
  }
  if (backends[0]?.port === undefined) return unsupported('spec.rules[0].backendRefs[0].port is missing');
  return undefined;
}

/** backendRefs with a weight above 0: the others get nothing. */
export function weightedBackends(route: Route): Route['spec']['rules'][number]['backendRefs'] {
  return route.spec.rules.flatMap((rule) => rule.backendRefs).filter((ref) => ref.weight > 0);
}

function refuse(message: string): BehaviourChoice {
  return { refusal: unsupported(message) };
}

function unsupported(message: string): Verdict {
  return { status: 'False', reason: 'UnsupportedValue', message };
}
