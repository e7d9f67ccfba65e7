import type { Gateway } from '../objects/gateway-api.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { Service } from '../objects/service.ts';
import type { ClusterView, Settings } from '../objects/view.ts';
import { byAge, keyOf, serviceKey } from './keys.ts';
import { annotations, gatewayServiceNames } from './names.ts';
import { gatewaysNamedBy } from './ownership.ts';

/** The keys that a Gateway's own Service may have: the second one is for where the first is taken. */
export function ownServiceKeys({ metadata: { namespace, name }, spec }: Gateway): readonly ObjectKey<'Service'>[] {
  return gatewayServiceNames(namespace, name, spec.gatewayClassName).map((text) => serviceKey(namespace, text));
}

/**
 * The key of the Service that `aggregate` makes for a Gateway: the one it has; else the plain name, where nobody else
 * has that or wants it.
 */
export function ownServiceKey(gateway: Gateway, view: ClusterView, settings: Settings): ObjectKey<'Service'> {
  const [plain, other] = ownServiceKeys(gateway);
  if (plain === undefined || other === undefined) throw new Error('a Gateway has two names for its Service');
  const has = [plain, other].find((key) => {
    const service = view.get(key);
    return service !== undefined && isOwnServiceOf(service, keyOf(gateway), settings);
  });
  if (has !== undefined) return has;
  const isWanted =
    view.routesNaming(plain).length > 0 || view.gatewaysNaming(plain).some((rival) => byAge(rival, gateway) < 0);
  return isWanted || view.get(plain) !== undefined ? other : plain;
}

/** Whether a Service is one that `aggregate` made. */
export function isOwnService({ metadata: { annotations: marks } }: Service, settings: Settings): boolean {
  return marks[annotations.controller] === settings.controllerName && marks[annotations.behaviour] === 'aggregate';
}

function isOwnServiceOf(service: Service, gateway: ObjectKey<'Gateway'>, settings: Settings): boolean {
  return isOwnService(service, settings) && gatewaysNamedBy(service.metadata).includes(gateway);
}
