import type { Gateway, GatewayClass, ListenerSet, ParentReference, Route } from '../objects/gateway-api.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { ParentVerdict } from '../objects/verdicts.ts';
import type { ClusterView, Settings } from '../objects/view.ts';
import { acceptClass } from './gateway-class.ts';
import { classKey, isListenerSetKey, kindOf, nameOf, parentOf } from './keys.ts';
import { gatewayBehind, gatewayOfSet } from './listener-sets.ts';
import { absentParent } from './route-status.ts';

export interface Knowledge {
  readonly view: ClusterView;
  readonly settings: Settings;
}

/** Why a class does not let its Gateways be served here: it is missing, refused, or another controller's. */
export function whyClassIsNotServed(name: string, { view, settings }: Knowledge): string {
  const key = classKey(name);
  const gatewayClass = view.get(key);
  if (gatewayClass !== undefined) {
    const { controllerName } = gatewayClass.spec;
    return controllerName === settings.controllerName
      ? `GatewayClass "${name}" is not accepted: ${acceptClass(gatewayClass, view).message}`
      : `GatewayClass "${name}" has ${foreignName(controllerName, settings)}`;
  }
  const unread = view.unreadable(key) ?? view.unavailable('GatewayClass');
  return unread === undefined
    ? `GatewayClass "${name}" does not exist: create it, or correct spec.gatewayClassName`
    : `GatewayClass "${name}" cannot be read: ${unread}`;
}

function foreignName(controllerName: string, settings: Settings): string {
  return `spec.controllerName "${controllerName}", this controller serves "${settings.controllerName}" (flag -gateway-class-name)`;
}

/** Why a Gateway is not served here; its key, as nothing else is known of one that is not there. */
export function whyGatewayIsNotServed(key: ObjectKey<'Gateway'>, knowledge: Knowledge): string {
  const { view } = knowledge;
  const gateway = view.get(key);
  if (gateway !== undefined) {
    return `Gateway ${nameOf(key)}: ${whyClassIsNotServed(gateway.spec.gatewayClassName, knowledge)}`;
  }
  const unread = view.unreadable(key) ?? view.unavailable('Gateway');
  return `Gateway ${nameOf(key)} ${unread === undefined ? 'does not exist' : `cannot be read: ${unread}`}`;
}

/** Why a parentRef of a route leads to no Gateway that is served here. */
export function whyParentIsNotServed(verdict: ParentVerdict, knowledge: Knowledge): string {
  const { parent, gateway, standing } = verdict;
  if (standing === 'absent') return `${absentParent(verdict)}: create it, or correct spec.parentRefs`;
  if (gateway !== undefined) return whyGatewayIsNotServed(gateway, knowledge);
  const { view } = knowledge;
  const unread = view.unreadable(parent) ?? view.unavailable('ListenerSet') ?? view.unavailable('Gateway');
  return `${kindOf(parent)} ${nameOf(parent)} cannot be read: ${unread ?? 'nothing is known of it'}`;
}

/** Why an object is none of this controller's business. */
export function whyNotOurs(object: GatewayClass | Gateway | ListenerSet | Route, knowledge: Knowledge): string {
  switch (object.kind) {
    case 'GatewayClass':
      return `it has ${foreignName(object.spec.controllerName, knowledge.settings)}`;
    case 'Gateway':
      return whyClassIsNotServed(object.spec.gatewayClassName, knowledge);
    case 'ListenerSet':
      return whySetIsNotOurs(object, knowledge);
    default:
      return object.spec.parentRefs.length === 0
        ? 'spec.parentRefs is empty: name a Gateway'
        : object.spec.parentRefs.map((ref, index) => whyRefIsNotOurs(ref, index, object, knowledge)).join('; ');
  }
}

function whySetIsNotOurs(set: ListenerSet, knowledge: Knowledge): string {
  const gateway = gatewayOfSet(set);
  if (gateway !== undefined) return whyGatewayIsNotServed(gateway, knowledge);
  return `spec.parentRef names ${textOf(set.spec.parentRef)}: only a Gateway can be its parent`;
}

// oxlint-disable-next-line max-params -- one call site; an object would only rename them
function whyRefIsNotOurs(ref: ParentReference, index: number, { metadata }: Route, knowledge: Knowledge): string {
  const parent = parentOf(ref, metadata.namespace);
  if (parent === undefined) {
    return `spec.parentRefs[${index}] names ${textOf(ref)}: only a Gateway or a ListenerSet can be a parent`;
  }
  const gateway = gatewayBehind(parent, knowledge.view);
  if (gateway !== undefined) return whyGatewayIsNotServed(gateway, knowledge);
  const set = isListenerSetKey(parent) ? knowledge.view.get(parent) : undefined;
  if (set === undefined) return `ListenerSet ${nameOf(parent)} does not exist`;
  return `ListenerSet ${nameOf(parent)}: ${whySetIsNotOurs(set, knowledge)}`;
}

function textOf({ group, kind = 'Gateway', name }: ParentReference): string {
  return `${kind}${group === undefined || group === '' ? '' : `.${group}`} "${name}"`;
}
