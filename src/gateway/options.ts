import type { Gateway, Route } from '../objects/gateway-api.ts';
import type { ClusterView, Settings } from '../objects/view.ts';
import { homeOf } from './home.ts';
import { classKey } from './keys.ts';
import { readParameters } from './parameters.ts';

interface Knowledge {
  readonly view: ClusterView;
  readonly settings: Settings;
}

/** The settings as they are for one Gateway: its own parameters come before those of its class, these before the flags. */
export function optionsOf(gateway: Gateway, { view, settings }: Knowledge): Settings {
  const gatewayClass = view.get(classKey(gateway.spec.gatewayClassName));
  const layers = [gatewayClass, gateway].flatMap((object) => {
    const read = object && readParameters(object, view);
    return read?.kind === 'known' ? [read.parameters] : [];
  });
  return layers.every((layer) => Object.keys(layer).length === 0) ? settings : Object.assign({}, settings, ...layers);
}

/** The settings as they are for a route: those of the Gateway that its Service is for. */
export function optionsOfRoute(route: Route, knowledge: Knowledge): Settings {
  return optionsAt(homeOf(route, knowledge), knowledge);
}

/** @param home of a route; `undefined`: none of its Gateways is ours. */
export function optionsAt(home: Gateway | undefined, knowledge: Knowledge): Settings {
  return home === undefined ? knowledge.settings : optionsOf(home, knowledge);
}

/**
 * Why it is not known now which settings hold for a Gateway; `undefined` where it is known. What was made by other
 * settings must not go meanwhile.
 */
export function doubtOfOptions(gateway: Gateway, { view, settings }: Knowledge): string | undefined {
  const name = gateway.spec.gatewayClassName;
  const gatewayClass = view.get(classKey(name));
  if (gatewayClass === undefined) return `GatewayClass "${name}" is not known`;
  if (gatewayClass.spec.controllerName !== settings.controllerName) return undefined;
  for (const object of [gatewayClass, gateway]) {
    const read = readParameters(object, view);
    if (read.kind === 'refused') return read.message;
    if (read.kind === 'awaited') return `the parameters of ${object.kind} "${object.metadata.name}" are being read`;
  }
  return undefined;
}
