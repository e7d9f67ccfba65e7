import type { Holder } from '../ipam/allocator.ts';
import type { Gateway } from '../objects/gateway-api.ts';
import type { IPAddress } from '../objects/ip-address.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { ClusterView, Settings } from '../objects/view.ts';
import { gatewayApiGroup } from './keys.ts';
import { annotations, labelValue } from './names.ts';

interface Known {
  readonly view: ClusterView;
  readonly settings: Settings;
}

/** Kubernetes' own label for who takes care of an IPAddress. */
export const managedByLabel = 'ipaddress.kubernetes.io/managed-by';

export function managedBy(settings: Pick<Settings, 'controllerName'>): string {
  return labelValue(settings.controllerName);
}

/** The ledger's entry of an address in canonical text. */
export function ledgerKey(address: string): ObjectKey<'IPAddress'> {
  return `IPAddress//${address}`;
}

export function hasOurLabel({ metadata }: IPAddress, settings: Settings): boolean {
  return metadata.labels[managedByLabel] === managedBy(settings);
}

/** Whether an entry is ours: by its annotation, or by its label alone (older entries; somebody took the other off). */
export function isOurEntry(entry: IPAddress, settings: Settings): boolean {
  return entry.metadata.annotations[annotations.controller] === settings.controllerName || hasOurLabel(entry, settings);
}

/** uid of the Gateway that an entry of ours is for. */
export function ownerUid(entry: IPAddress): string {
  return entry.metadata.annotations[annotations.ownerUid] ?? '';
}

/** When its Gateway gave the address up, in milliseconds since the epoch; `undefined` while it has it. */
export function releasedAt(entry: IPAddress): number | undefined {
  const text = entry.metadata.annotations[annotations.releasedAt];
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** The Gateway that an entry names, where that is still the one that it was made for. */
export function liveOwner(entry: IPAddress, view: ClusterView): Gateway | undefined {
  const gateway = view.get(ownerKey(entry));
  return gateway?.metadata.uid === ownerUid(entry) ? gateway : undefined;
}

export function ownerKey({ parentRef }: IPAddress): ObjectKey<'Gateway'> {
  return `Gateway/${parentRef.namespace}/${parentRef.name}`;
}

/** Whom an entry that is not ours is for, and who takes care of it, in words. */
export function strangerOf({ parentRef, metadata }: IPAddress): string {
  const { resource, namespace, name } = parentRef;
  const who = `${resource} ${namespace === '' ? name : `${namespace}/${name}`}`;
  return `${who}, in the IPAddress of ${metadata.labels[managedByLabel] ?? 'somebody'}`;
}

/** Addresses that the ledger says this Gateway has. */
export function addressesInLedger(
  { metadata }: { readonly metadata: Holder },
  { view, settings }: Known,
): readonly string[] {
  return view
    .ledgerOf(`Gateway/${metadata.namespace}/${metadata.name}`)
    .filter((entry) => isOurEntry(entry, settings) && ownerUid(entry) === metadata.uid)
    .filter((entry) => releasedAt(entry) === undefined)
    .map((entry) => entry.metadata.name)
    .toSorted();
}

/** Whether the ledger has addresses for this Gateway, and none of those that it holds here: another replica moved it. */
export function isMoved(gateway: Gateway, held: readonly string[], known: Known): boolean {
  const own = addressesInLedger(gateway, known);
  return held.length > 0 && own.length > 0 && !held.some((address) => own.includes(address));
}

/** The entry to create for an address of a Gateway. */
export function ledgerManifest(address: string, owner: Holder, settings: Settings): Record<string, unknown> {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: {
      name: address,
      labels: { [managedByLabel]: managedBy(settings) },
      annotations: { [annotations.controller]: settings.controllerName, [annotations.ownerUid]: owner.uid },
    },
    spec: {
      parentRef: { group: gatewayApiGroup, resource: 'gateways', namespace: owner.namespace, name: owner.name },
    },
  };
}
