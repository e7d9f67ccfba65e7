import type { GatewayClassFacts } from '../objects/facts.ts';
import type { GatewayClass } from '../objects/gateway-api.ts';
import { condition, mergeConditions, type Stamp } from './conditions.ts';

/** The status to write to a GatewayClass of ours. */
export function gatewayClassStatus(
  gatewayClass: GatewayClass,
  facts: GatewayClassFacts,
  stamp: Stamp,
): GatewayClass['status'] | undefined {
  if (facts.accepted === undefined) return undefined;
  return {
    conditions: mergeConditions(gatewayClass.status.conditions, [condition('Accepted', facts.accepted)], stamp),
  };
}
