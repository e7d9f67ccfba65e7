import { familyOf } from '../ipam/address.ts';
import type { Gateway } from '../objects/gateway-api.ts';
import type { Families } from '../objects/verdicts.ts';
import { isAssigned } from './address-pin.ts';
import { familiesOf } from './address-request.ts';
import type { World } from './graph.ts';
import { optionsOf } from './options.ts';
import { readParameters } from './parameters.ts';

/**
 * How the addresses that a Gateway keeps are not of the families that are set for it, and what to do; `undefined` where
 * they are. A setting for all Gateways does not speak to one whose user has named its addresses.
 */
export function unmetFamilies(gateway: Gateway, held: readonly string[], world: World): string | undefined {
  const { ipFamilies } = optionsOf(gateway, world);
  const { families: wanted } = familiesOf[ipFamilies];
  const isOurs = isAssigned(gateway, world.settings);
  if (wanted === undefined || held.length === 0 || (!isOurs && !hasOwnSetting(gateway, world))) return undefined;
  const had = held.map(familyOf);
  const missing = wanted.filter((family) => !had.includes(family));
  const hasOthers = had.some((family) => !wanted.includes(family));
  if (missing.length === 0 && !(isOurs && hasOthers)) return undefined;
  const advice = hasOthers ? nameOthers(isOurs) : addOne(missing);
  return `ip-families ${ipFamilies} is not met: it keeps ${held.join(', ')}; ${advice}`;
}

function hasOwnSetting(gateway: Gateway, { view }: World): boolean {
  const read = readParameters(gateway, view);
  return read.kind === 'known' && read.parameters.ipFamilies !== undefined;
}

function addOne(missing: Families): string {
  return `write that and {type: IPAddress} into spec.addresses for one of ${missing.join(' and ')} too`;
}

function nameOthers(isOurs: boolean): string {
  return `name others in spec.addresses${isOurs ? ', or make the Gateway anew without any' : ''}`;
}
