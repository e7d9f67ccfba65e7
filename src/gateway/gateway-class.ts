import type { Gateway, GatewayClass } from '../objects/gateway-api.ts';
import type { Verdict } from '../objects/kubernetes.ts';
import type { ClassStanding } from '../objects/verdicts.ts';
import type { ClusterView, Settings } from '../objects/view.ts';
import { classKey } from './keys.ts';

export function standingOf(gatewayClass: GatewayClass | undefined, settings: Settings): ClassStanding {
  if (gatewayClass === undefined) return 'missing';
  if (gatewayClass.spec.controllerName !== settings.controllerName) return 'foreign';
  return acceptClass(gatewayClass).status === 'True' ? 'accepted' : 'refused';
}

export function classStandingOf(gateway: Gateway, view: ClusterView, settings: Settings): ClassStanding {
  return standingOf(view.get(classKey(gateway.spec.gatewayClassName)), settings);
}

export function acceptClass(gatewayClass: GatewayClass): Verdict {
  const parameters = gatewayClass.spec.parametersRef;
  if (parameters !== undefined) {
    return {
      status: 'False',
      reason: 'InvalidParameters',
      message: `spec.parametersRef (${parameters.kind} "${parameters.name}") is not supported: remove it`,
    };
  }
  return { status: 'True', reason: 'Accepted', message: 'Gateways of this class are served by this controller' };
}
