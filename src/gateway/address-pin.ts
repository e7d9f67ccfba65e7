import { canonicalAddress } from '../ipam/address.ts';
import type { Gateway } from '../objects/gateway-api.ts';
import type { Settings } from '../objects/view.ts';
import { isEqual } from './equal.ts';
import type { World } from './graph.ts';
import { heldElsewhere } from './held-elsewhere.ts';
import { annotations, labels, labelValue } from './names.ts';

/** What of the world decides over a Gateway's addresses. */
export type Knowledge = Pick<World, 'view' | 'settings' | 'addresses'>;

/** What a controller wrote into `spec.addresses`, for which Gateway. On a clone the uid is another Gateway's. */
interface Pin {
  readonly controller: string;
  readonly uid: string;
  readonly addresses: readonly string[];
}

/** Whether a pool gave a Gateway the addresses that it has: no user wrote them into its spec. */
export function isAssigned(gateway: Gateway, settings: Settings): boolean {
  if (specValues(gateway).length === 0) return true;
  const pin = pinOf(gateway, settings);
  return pin !== undefined && isOwn(pin, gateway, settings) && isNamed(pin, gateway);
}

/** Whether a Gateway names what a controller wrote for another one: it is a copy, or was restored from a backup. */
export function isCloned(gateway: Gateway, settings: Settings): boolean {
  const pin = pinOf(gateway, settings);
  return pin !== undefined && !isOwn(pin, gateway, settings) && isNamed(pin, gateway);
}

function isNamed({ addresses }: Pin, gateway: Gateway): boolean {
  return isEqual(
    addresses,
    gateway.spec.addresses.map(({ value }) => canonicalAddress(value)),
  );
}

/** Whether another than this Gateway has one of these addresses. */
export function isAnothers(
  wanted: readonly string[],
  { metadata }: Gateway,
  { addresses, ...known }: Knowledge,
): boolean {
  return wanted.some((address) => {
    const holder = addresses.holderOf(address);
    if (holder !== undefined) return holder.uid !== metadata.uid;
    return heldElsewhere(address, metadata, known) !== undefined;
  });
}

export function toldAddresses({ status }: Gateway): readonly string[] {
  return status.addresses.flatMap(({ value }) => canonicalAddress(value) ?? []);
}

/** Addresses that this very Gateway is known to hold, from what stands on it. */
export function recordedAddresses(gateway: Gateway, settings: Settings): readonly string[] {
  return pinnedAddresses(gateway, settings) ?? toldAddresses(gateway);
}

/** Addresses that a mark of ours says that this very Gateway has; `undefined` where it has none that counts. */
export function pinnedAddresses(gateway: Gateway, settings: Settings): readonly string[] | undefined {
  const pin = pinOf(gateway, settings);
  const isOurs = pin !== undefined && isOwn(pin, gateway, settings) && !isMarkStale(gateway, settings);
  return isOurs ? pin.addresses : undefined;
}

/** Whether `spec.addresses` is ours to write: nothing in it, or only what we wrote for another Gateway. */
export function needsPin(gateway: Gateway, held: readonly string[], knowledge: Knowledge): boolean {
  const { settings } = knowledge;
  if (held.length === 0 || gateway.metadata.deletionTimestamp !== undefined) return false;
  const pin = pinOf(gateway, settings);
  if (pin !== undefined && isOwn(pin, gateway, settings)) {
    const isOurs = settings.fixDuplicates && isAssigned(gateway, settings);
    return isOurs && !isEqual(pin.addresses, held) && isAnothers(pin.addresses, gateway, knowledge);
  }
  if (isCloned(gateway, settings)) return true;
  const isEmpty = gateway.spec.addresses.length === 0;
  return (
    settings.pinAddress && isEmpty && !held.every((address) => recordedAddresses(gateway, settings).includes(address))
  );
}

/**
 * Whether marks of ours, or of what this Gateway is a copy of, tell of other addresses than those that its user has
 * written into its spec. A list that somebody emptied is nobody's wish: what we wrote there is held all the same.
 */
export function isMarkStale(gateway: Gateway, settings: Settings): boolean {
  const { metadata } = gateway;
  const named = specValues(gateway).map(canonicalAddress);
  if (named.length === 0 || named.includes(undefined)) return false;
  const text = metadata.annotations[annotations.pinned];
  if (text !== undefined) {
    const pin = parsePin(text);
    return pin !== undefined && pin.controller === settings.controllerName && !isNamed(pin, gateway);
  }
  const label = metadata.labels[labels.address];
  const isOurs = metadata.labels[labels.implementation] === labelValue(settings.implementationLabel);
  return isOurs && label !== undefined && label !== labelValue(named.join('-'));
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

export function isOwn(pin: Pin, gateway: Gateway, settings: Settings): boolean {
  return pin.uid === gateway.metadata.uid && pin.controller === settings.controllerName;
}

/** A JSON merge patch that takes our marks off a Gateway; an address that a user wrote there stays. */
export function unpinPatch(gateway: Gateway, settings: Settings): Record<string, unknown> {
  const pin = pinOf(gateway, settings);
  const isOurs = pin !== undefined && isNamed(pin, gateway);
  return {
    metadata: {
      labels: { [labels.address]: null, [labels.implementation]: null },
      annotations: { [annotations.pinned]: null },
    },
    ...(isOurs && { spec: { addresses: null } }),
  };
}

/** The annotation's record; of the Go original's Gateways, the label that equals the one address in the spec. */
export function pinOf(gateway: Gateway, settings: Settings): Pin | undefined {
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
    const texts = addresses.filter((address) => typeof address === 'string');
    return { controller, uid, addresses: texts.flatMap((text) => canonicalAddress(text) ?? []) };
  } catch {
    return undefined;
  }
}

/** Whether the spec of a Gateway names this address, given in canonical text, whoever wrote it there. */
export function namesAddress(gateway: Gateway, address: string): boolean {
  return specValues(gateway).some((value) => canonicalAddress(value) === address);
}

export function specValues(gateway: Gateway): readonly string[] {
  return gateway.spec.addresses.map(({ value }) => value).filter((value) => value !== '');
}
