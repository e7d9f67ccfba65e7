import { canonicalAddress, familyOf, ipFamilies } from '../ipam/address.ts';
import type { GatewayFacts } from '../objects/facts.ts';
import type { Gateway } from '../objects/gateway-api.ts';
import type { Verdict } from '../objects/kubernetes.ts';
import type { AddressRequest, Families } from '../objects/verdicts.ts';
import type { IPFamiliesSetting } from '../objects/view.ts';
import {
  isAnothers,
  isAssigned,
  isCloned,
  isOwn,
  type Knowledge,
  needsPin,
  pinnedAddresses,
  pinOf,
  recordedAddresses,
  specValues,
  toldAddresses,
} from './address-pin.ts';
import { isEqual } from './equal.ts';
import { addressesInLedger } from './ledger.ts';
import { optionsOf } from './options.ts';
import { readParameters } from './parameters.ts';

/** `Accepted` of a Gateway: by its listeners and parameters, and before these by the addresses that it names. */
export function acceptedWith({ request, accepted }: Pick<GatewayFacts, 'request' | 'accepted'>): Verdict {
  return request.kind === 'unsupported' ? request.verdict : accepted;
}

/** What a Gateway asks the pool for, by the claim order: its spec, what is recorded as its own, a new one. */
export function requestOf(gateway: Gateway, knowledge: Knowledge): GatewayFacts['request'] {
  const { view } = knowledge;
  const foreignType = gateway.spec.addresses.find((address) => address.type !== 'IPAddress');
  if (foreignType !== undefined) {
    const message = `spec.addresses: type ${foreignType.type} is not supported, use IPAddress`;
    return unsupported({ status: 'False', reason: 'UnsupportedAddress', message });
  }
  const values = specValues(gateway);
  const addresses = new Set<string>();
  for (const value of values) {
    const address = canonicalAddress(value);
    if (address === undefined) {
      const message = `spec.addresses: "${value}" is not an IP address`;
      return unsupported({ status: 'False', reason: 'UnsupportedAddress', message });
    }
    addresses.add(address);
  }
  const { ipFamilies: setting } = optionsOf(gateway, knowledge);
  const chosen = addresses.size > 0 ? familiesOf[setting] : familiesOfEmpty(gateway, setting);
  if ('kind' in chosen) return chosen;
  if (addresses.size > 0) {
    const request = requestOfNamed([...addresses], gateway, knowledge, chosen);
    return request.kind === 'fixed' ? withMore(request, gateway, knowledge) : request;
  }
  const had = requestOfOwn(gateway, knowledge, chosen);
  if (had !== undefined) return had;
  const parameters = readParameters(gateway, view);
  if (parameters.kind !== 'refused') return { kind: 'any', ...chosen };
  // They may say of which family its address is to be.
  return unsupported({ status: 'False', reason: 'InvalidParameters', message: parameters.message });
}

/**
 * What a Gateway that names no address had: by the ledger it is its own, or by our mark. What it is told may be another
 * controller's word, and a mark may be a user's wish; where there is no ledger, they are all that there is.
 */
function requestOfOwn(
  gateway: Gateway,
  knowledge: Knowledge,
  chosen: { readonly families?: Families },
): AddressRequest | undefined {
  const { view, settings } = knowledge;
  const entries = addressesInLedger(gateway, knowledge);
  if (entries.length > 0) {
    const { families = [] } = chosen;
    const told = toldAddresses(gateway);
    const isWhole = families.every((family) => entries.some((address) => familyOf(address) === family));
    // What it was told as a whole is not changed by a setting.
    if (isWhole || isEqual(told.toSorted(), entries)) return { kind: 'kept', addresses: entries, ...chosen };
    // The record was cut short: nobody was told of any of it yet, or some of it is lost.
    return told.length === 0
      ? undefined
      : { kind: 'fixed', addresses: [], more: { families, had: [...entries, ...told] } };
  }
  const pinned = pinnedAddresses(gateway, settings);
  const addresses = pinned ?? toldAddresses(gateway);
  if (addresses.length === 0) return undefined;
  const isLedgerServed = view.isServed('IPAddress');
  if (isLedgerServed && pinned === undefined) return { kind: 'kept', addresses, ...chosen, isHearsay: true };
  const isPoolOnly = isLedgerServed && settings.staticAddresses === 'pool';
  return { kind: isPoolOnly ? 'preferred' : 'kept', addresses, ...chosen };
}

function requestOfNamed(
  addresses: readonly string[],
  gateway: Gateway,
  knowledge: Knowledge,
  chosen: { readonly families?: Families },
): AddressRequest {
  const { settings } = knowledge;
  const isWithoutAddress = knowledge.addresses.held(gateway.metadata.uid).length === 0;
  if (isCloned(gateway, settings)) return { kind: 'preferred', addresses, ...chosen };
  const isOurs = settings.fixDuplicates && isAssigned(gateway, settings);
  // One that holds others, though nobody has these, is one whose user has named them anew.
  const isReplaceable = isOurs && (isWithoutAddress || isAnothers(addresses, gateway, knowledge));
  const isPoolOnly = settings.staticAddresses === 'pool' && !hadBefore(gateway, addresses, knowledge);
  if (isReplaceable && !isPoolOnly) return { kind: 'kept', addresses, ...chosen };
  return { kind: 'fixed', addresses, ...(isPoolOnly && { isPoolOnly }) };
}

/** Of which families the addresses are to be where none is named: several empty values ask for one of a family each. */
function familiesOfEmpty(
  { spec }: Gateway,
  setting: IPFamiliesSetting,
): { readonly families?: Families } | Extract<GatewayFacts['request'], { kind: 'unsupported' }> {
  const empty = spec.addresses.length;
  if (empty <= 1) return familiesOf[setting];
  const wanted = familiesOf[setting].families ?? ipFamilies;
  if (empty <= wanted.length) return { families: wanted.slice(0, empty) };
  const message = `spec.addresses: ${empty} empty values ask for addresses of ${empty} families: leave ${wanted.length} for ${wanted.join(' and ')}`;
  return unsupported({ status: 'False', reason: 'UnsupportedAddress', message });
}

/** An empty value beside those that are named asks for one of a family that none is named of. */
function withMore(
  request: Extract<AddressRequest, { kind: 'fixed' }>,
  gateway: Gateway,
  knowledge: Knowledge,
): GatewayFacts['request'] {
  const empty = gateway.spec.addresses.length - specValues(gateway).length;
  if (empty === 0) return request;
  const { ipFamilies: setting } = optionsOf(gateway, knowledge);
  const wanted = familiesOf[setting].families ?? ipFamilies;
  const families = wanted.filter((family) => request.addresses.every((address) => familyOf(address) !== family));
  if (empty <= families.length) {
    return { ...request, more: { families: families.slice(0, empty), had: [...provenAddresses(gateway, knowledge)] } };
  }
  const limit = setting === 'auto' ? '' : `, and ip-families is ${setting}`;
  const message =
    `spec.addresses: an empty value beside ${request.addresses.join(', ')} asks for an address of a family ` +
    `that none is named of${limit}: take it out, or name the address`;
  return unsupported({ status: 'False', reason: 'UnsupportedAddress', message });
}

/** What a Gateway asks for while its class is missing: what it has, by the ledger or its status, whatever it names. */
export function waitingRequestOf(gateway: Gateway, knowledge: Knowledge): GatewayFacts['request'] {
  const entries = addressesInLedger(gateway, knowledge);
  const had = entries.length > 0 ? entries : toldAddresses(gateway);
  return had.length > 0 ? { kind: 'fixed', addresses: had } : requestOf(gateway, knowledge);
}

/** The families of each setting; of `auto` any. */
export const familiesOf: Readonly<Record<IPFamiliesSetting, { readonly families?: Families }>> = {
  auto: {},
  ipv4: { families: ['IPv4'] },
  ipv6: { families: ['IPv6'] },
  dual: { families: ipFamilies },
};

/** Every address that this very Gateway names, or is known to have had. */
export function knownAddresses(gateway: Gateway, knowledge: Knowledge): ReadonlySet<string> {
  const named = specValues(gateway).flatMap((value) => canonicalAddress(value) ?? []);
  return new Set([...named, ...formerAddresses(gateway, knowledge)]);
}

/** Every address that this very Gateway is known to have had: not what one names that was made anew under its name. */
export function formerAddresses(gateway: Gateway, knowledge: Knowledge): ReadonlySet<string> {
  return new Set([...addressesInLedger(gateway, knowledge), ...recordedAddresses(gateway, knowledge.settings)]);
}

/** An edit of the pool takes nothing away from a Gateway that has it. */
function hadBefore(gateway: Gateway, addresses: readonly string[], knowledge: Knowledge): boolean {
  const had = provenAddresses(gateway, knowledge);
  return addresses.every((address) => had.has(address));
}

/** As `formerAddresses`; where the pool alone decides, not by what whoever may write the Gateway could have put there. */
function provenAddresses(gateway: Gateway, knowledge: Knowledge): ReadonlySet<string> {
  const { view, settings } = knowledge;
  if (settings.staticAddresses !== 'pool' || !view.isServed('IPAddress')) return formerAddresses(gateway, knowledge);
  return new Set([...addressesInLedger(gateway, knowledge), ...toldAddresses(gateway)]);
}

/**
 * Whether all these addresses stand in the ledger, so that a restart finds them and nobody else takes them; on the
 * Gateway itself, where the cluster has no ledger (Kubernetes before 1.33).
 */
export function isRecorded(gateway: Gateway, held: readonly string[], knowledge: Knowledge): boolean {
  const { view, settings } = knowledge;
  if (view.isServed('IPAddress')) {
    const entries = addressesInLedger(gateway, knowledge);
    return held.every((address) => entries.includes(address));
  }
  const pin = pinOf(gateway, settings);
  const isClone = pin !== undefined && !isOwn(pin, gateway, settings);
  const there = new Set([
    ...specValues(gateway).map(canonicalAddress),
    ...(isClone ? [] : recordedAddresses(gateway, settings)),
  ]);
  return held.every((address) => there.has(address)) && !(isClone && needsPin(gateway, held, knowledge));
}

function unsupported(verdict: Verdict): Extract<GatewayFacts['request'], { kind: 'unsupported' }> {
  return { kind: 'unsupported', verdict };
}
