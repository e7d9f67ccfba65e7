import { canonicalAddress } from '../ipam/address.ts';
import type { GatewayFacts } from '../objects/facts.ts';
import type { Gateway } from '../objects/gateway-api.ts';
import type { Verdict } from '../objects/kubernetes.ts';
import type { AddressRequest, Families } from '../objects/verdicts.ts';
import type { IPFamiliesSetting, Settings } from '../objects/view.ts';
import { isEqual } from './equal.ts';
import type { World } from './graph.ts';
import { addressesInLedger } from './ledger.ts';
import { annotations, labels, labelValue } from './names.ts';
import { optionsOf } from './options.ts';
import { readParameters } from './parameters.ts';

/** What of the world a request depends on. */
export type Knowledge = Pick<World, 'view' | 'settings'>;

/** What a controller wrote into `spec.addresses`, for which Gateway. On a clone the uid is another Gateway's. */
interface Pin {
  readonly controller: string;
  readonly uid: string;
  readonly addresses: readonly string[];
}

/** `Accepted` of a Gateway: by its listeners and parameters, and before these by the addresses that it names. */
export function acceptedWith({ request, accepted }: Pick<GatewayFacts, 'request' | 'accepted'>): Verdict {
  return request.kind === 'unsupported' ? request.verdict : accepted;
}

/** What a Gateway asks the pool for, by the claim order: its spec, what is recorded as its own, a new one. */
export function requestOf(gateway: Gateway, { view, settings }: Knowledge): GatewayFacts['request'] {
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
  const chosen = familiesOf[optionsOf(gateway, { view, settings }).ipFamilies];
  if (addresses.size > 0) return requestOfNamed([...addresses], gateway, { view, settings }, chosen);
  const entries = addressesInLedger(gateway, view);
  const recorded = entries.length > 0 ? entries : recordedAddresses(gateway, settings);
  if (recorded.length > 0) return { kind: 'kept', addresses: recorded, ...chosen };
  const parameters = readParameters(gateway, view);
  if (parameters.kind !== 'refused') return { kind: 'any', ...chosen };
  // They may say of which family its address is to be.
  return unsupported({ status: 'False', reason: 'InvalidParameters', message: parameters.message });
}

function requestOfNamed(
  addresses: readonly string[],
  gateway: Gateway,
  knowledge: Knowledge,
  chosen: { readonly families?: Families },
): AddressRequest {
  const { settings } = knowledge;
  const pin = pinOf(gateway, settings);
  const isClone = pin !== undefined && !isOwn(pin, gateway, settings) && isEqual(pin.addresses, addresses);
  if (isClone) return { kind: 'preferred', addresses, ...chosen };
  if (settings.fixDuplicates && isAssigned(gateway, settings)) return { kind: 'kept', addresses, ...chosen };
  const isPoolOnly = settings.staticAddresses === 'pool' && !hadBefore(gateway, addresses, knowledge);
  return { kind: 'fixed', addresses, ...(isPoolOnly && { isPoolOnly }) };
}

/** Whether a pool gave a Gateway the addresses that it has: no user wrote them into its spec. */
export function isAssigned(gateway: Gateway, settings: Settings): boolean {
  const values = specValues(gateway).map(canonicalAddress);
  const pin = pinOf(gateway, settings);
  return values.length === 0 || (pin !== undefined && isOwn(pin, gateway, settings) && isEqual(pin.addresses, values));
}

/** What a Gateway asks for while its class is missing: what it has, by the ledger or its status, whatever it names. */
export function waitingRequestOf(gateway: Gateway, knowledge: Knowledge): GatewayFacts['request'] {
  const entries = addressesInLedger(gateway, knowledge.view);
  const had = entries.length > 0 ? entries : toldAddresses(gateway);
  return had.length > 0 ? { kind: 'fixed', addresses: had } : requestOf(gateway, knowledge);
}

function toldAddresses({ status }: Gateway): readonly string[] {
  return status.addresses.flatMap(({ value }) => canonicalAddress(value) ?? []);
}

const familiesOf: Readonly<Record<IPFamiliesSetting, { readonly families?: Families }>> = {
  auto: {},
  ipv4: { families: ['IPv4'] },
  ipv6: { families: ['IPv6'] },
  dual: { families: ['IPv4', 'IPv6'] },
};

/** Every address that this very Gateway names, or is known to have had. */
export function knownAddresses(gateway: Gateway, knowledge: Knowledge): ReadonlySet<string> {
  const named = specValues(gateway).flatMap((value) => canonicalAddress(value) ?? []);
  return new Set([...named, ...formerAddresses(gateway, knowledge)]);
}

/** Every address that this very Gateway is known to have had: not what one names that was made anew under its name. */
export function formerAddresses(gateway: Gateway, { view, settings }: Knowledge): ReadonlySet<string> {
  return new Set([...addressesInLedger(gateway, view), ...recordedAddresses(gateway, settings)]);
}

/** An edit of the pool takes nothing away from a Gateway that has it. */
function hadBefore(gateway: Gateway, addresses: readonly string[], knowledge: Knowledge): boolean {
  const had = formerAddresses(gateway, knowledge);
  return addresses.every((address) => had.has(address));
}

/** Addresses that this very Gateway is known to hold, from what stands on it. */
function recordedAddresses(gateway: Gateway, settings: Settings): readonly string[] {
  const pin = pinOf(gateway, settings);
  return pin !== undefined && isOwn(pin, gateway, settings) ? pin.addresses : toldAddresses(gateway);
}

/**
 * Whether all these addresses stand in the ledger, so that a restart finds them and nobody else takes them; on the
 * Gateway itself, where the cluster has no ledger (Kubernetes before 1.33).
 */
export function isRecorded(gateway: Gateway, held: readonly string[], { view, settings }: Knowledge): boolean {
  if (view.isServed('IPAddress')) {
    const entries = addressesInLedger(gateway, view);
    return held.every((address) => entries.includes(address));
  }
  const pin = pinOf(gateway, settings);
  const isClone = pin !== undefined && !isOwn(pin, gateway, settings);
  const there = new Set([
    ...specValues(gateway).map(canonicalAddress),
    ...(isClone ? [] : recordedAddresses(gateway, settings)),
  ]);
  return held.every((address) => there.has(address)) && !(isClone && needsPin(gateway, held, settings));
}

/** Whether `spec.addresses` is ours to write: nothing in it, or only what we wrote for another Gateway. */
export function needsPin(gateway: Gateway, held: readonly string[], settings: Settings): boolean {
  if (held.length === 0) return false;
  const pin = pinOf(gateway, settings);
  if (pin !== undefined && isOwn(pin, gateway, settings)) {
    return settings.fixDuplicates && isAssigned(gateway, settings) && !isEqual(pin.addresses, held);
  }
  const values = specValues(gateway);
  if (pin !== undefined && isEqual(pin.addresses, values.map(canonicalAddress))) return true;
  const isEmpty = gateway.spec.addresses.length === 0;
  return (
    settings.pinAddress && isEmpty && !held.every((address) => recordedAddresses(gateway, settings).includes(address))
  );
}

/** A JSON merge patch that writes the held addresses into the Gateway's spec, with our labels and the record. */
export function pinPatch(gateway: Gateway, held: readonly string[], settings: Settings): Record<string, unknown> {
  const pin: Pin = { controller: settings.controllerName, uid: gateway.metadata.uid, addresses: held };
  return {
    metadata: {
      labels: {
        [labels.address]: labelValue(held.join('-')),
        [labels.implementation]: labelValue(settings.implementationLabel),
      },
      annotations: {
        [annotations.pinned]: JSON.stringify(pin),
      },
    },
    spec: { addresses: held.map((value) => ({ type: 'IPAddress', value })) },
  };
}

/**
 * Whether a Gateway carries marks of ours. The Go original's labels do not say whose they are: they count where we
 * hold the address.
 */
export function isMarked(gateway: Gateway, held: readonly string[], settings: Settings): boolean {
  const pin = pinOf(gateway, settings);
  if (pin === undefined || !isOwn(pin, gateway, settings)) return false;
  return gateway.metadata.annotations[annotations.pinned] !== undefined || held.length > 0;
}

function isOwn(pin: Pin, gateway: Gateway, settings: Settings): boolean {
  return pin.uid === gateway.metadata.uid && pin.controller === settings.controllerName;
}

/** A JSON merge patch that takes our marks off a Gateway; an address that a user wrote there stays. */
export function unpinPatch(gateway: Gateway, settings: Settings): Record<string, unknown> | undefined {
  const pin = pinOf(gateway, settings);
  if (pin === undefined) return undefined;
  const isOurs = isEqual(specValues(gateway).map(canonicalAddress), pin.addresses);
  return {
    metadata: {
      labels: { [labels.address]: null, [labels.implementation]: null },
      annotations: { [annotations.pinned]: null },
    },
    ...(isOurs && { spec: { addresses: null } }),
  };
}

/** The annotation's record; of the Go original's Gateways, the label that equals the one address in the spec. */
function pinOf(gateway: Gateway, settings: Settings): Pin | undefined {
  const text = gateway.metadata.annotations[annotations.pinned];
  if (text !== undefined) return parsePin(text);
  const [value, ...more] = specValues(gateway);
  const isLabelled =
    gateway.metadata.labels[labels.implementation] === labelValue(settings.implementationLabel) &&
    value !== undefined &&
    more.length === 0 &&
    gateway.metadata.labels[labels.address] === value;
  const address = isLabelled ? canonicalAddress(value) : undefined;
  if (address === undefined) return undefined;
  return { controller: settings.controllerName, uid: gateway.metadata.uid, addresses: [address] };
}

function parsePin(text: string): Pin | undefined {
  try {
    const pin: Partial<Pin> = JSON.parse(text);
    const { controller, uid, addresses } = pin;
    if (typeof controller !== 'string' || typeof uid !== 'string' || !Array.isArray(addresses)) return undefined;
    return { controller, uid, addresses: addresses.filter((address) => typeof address === 'string') };
  } catch {
    return undefined;
  }
}

function specValues(gateway: Gateway): readonly string[] {
  return gateway.spec.addresses.map(({ value }) => value).filter((value) => value !== '');
}

function unsupported(verdict: Verdict): GatewayFacts['request'] {
  return { kind: 'unsupported', verdict };
}
