import type { GatewayClassFacts } from '../objects/facts.ts';
import type { GatewayClass } from '../objects/gateway-api.ts';
import type { ClusterView } from '../objects/view.ts';
import { condition, mergeConditions, type Stamp } from './conditions.ts';
import { keepsSupportedFeatures } from './gateway-class.ts';
import { supportedFeatures } from './supported-features.ts';

/** The status to write to a GatewayClass of ours. Of a release that we cannot tell it says nothing. */
export function gatewayClassStatus(
  gatewayClass: GatewayClass,
  facts: GatewayClassFacts,
  view: ClusterView,
  stamp: Stamp,
): GatewayClass['status'] | undefined {
  const { accepted, supportedVersion } = facts;
  if (accepted === undefined) return undefined;
  const current = gatewayClass.status.conditions.filter(
    ({ type }) => type !== 'SupportedVersion' || supportedVersion !== undefined,
  );
  const wanted = [
    condition('Accepted', accepted),
    ...(supportedVersion === undefined ? [] : [condition('SupportedVersion', supportedVersion)]),
  ];
  return {
    ...gatewayClass.status,
    conditions: mergeConditions(current, wanted, stamp),
    ...(keepsSupportedFeatures(view) && { supportedFeatures }),
  };
}
