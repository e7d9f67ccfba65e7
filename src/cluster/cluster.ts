import { keyOf, partsOf } from '../gateway/keys.ts';
import type { Gateway, ListenerSet, ReferenceGrant, Route } from '../objects/gateway-api.ts';
import type { IPAddress } from '../objects/ip-address.ts';
import type { Kind, ObjectKey, RouteKind } from '../objects/keys.ts';
import type { Node } from '../objects/kubernetes.ts';
import type { Rejection } from '../objects/rejection.ts';
import type { EndpointSlice, Service } from '../objects/service.ts';
import type { ClusterView, FollowedObject, ObjectOfKind } from '../objects/view.ts';
import { keptIn } from './kept.ts';
import { ReferenceIndex } from './reference-index.ts';
import { addressToken, grantsToken, referencesOf, referencesOfRejection } from './references.ts';
import { Tombstones } from './tombstones.ts';
import { isNewer } from './versions.ts';

/** One change of the known state; `tokens` are all that the object named before or names now. */
export interface Change {
  readonly key: ObjectKey;
  readonly before: FollowedObject | undefined;
  readonly after: FollowedObject | undefined;
  readonly tokens: readonly string[];
}

/** All objects of a kind, or of those in one namespace, at one moment. */
export interface CompleteList {
  readonly kind: Kind;
  /** Empty: of all namespaces. */
  readonly namespace: string;
  /** Where only one object was asked for, in each namespace. */
  readonly name?: string | undefined;
  readonly resourceVersion: string;
  readonly objects: readonly FollowedObject[];
  readonly rejections: readonly Rejection[];
}

/** The last known state of the cluster: objects by key, and who refers to whom. */
export class Cluster implements ClusterView {
  readonly #objects = new Map<ObjectKey, FollowedObject>();
  readonly #rejections = new Map<ObjectKey, Rejection>();
  readonly #served = new Set<Kind>();
  /** What was listed as a whole: kinds, kinds in a namespace, single objects. */
  readonly #read = new Set<string>();
  readonly #unavailable = new Map<Kind, string>();
  readonly #references = new ReferenceIndex<ObjectKey>();
  readonly #tombstones = new Tombstones();
  readonly #listeners = new Set<(change: Change) => void>();

  /** Tells of every change, after it is made. @returns what ends it. */
  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes in an object from a watch or from the answer of a write; one that is older than what is known is dropped. */
  apply(object: FollowedObject): void {
    const key = keyOf(object);
    const before = this.#objects.get(key);
    const { resourceVersion, uid } = object.metadata;
    if (this.#tombstones.has(uid)) return;
    if (before !== undefined && !isNewer(resourceVersion, before.metadata.resourceVersion)) return;
    const rejection = this.#rejections.get(key);
    if (rejection !== undefined && !isNewer(rejection.resourceVersion, resourceVersion)) this.#rejections.delete(key);
    const now = keptIn(before, object);
    this.#objects.set(key, now);
    this.#tell(key, before, now);
  }

  /** Takes in that an object is there and cannot be decoded: what was known of it stays, unless that is newer. */
  reject(rejection: Rejection): void {
    const key: ObjectKey = `${rejection.kind}/${rejection.namespace}/${rejection.name}`;
    const known = this.#objects.get(key);
    if (this.#tombstones.has(rejection.uid)) return;
    const newest = [known?.metadata.resourceVersion ?? '', this.#rejections.get(key)?.resourceVersion ?? ''];
    // One that cannot be read at all has no version.
    const isOld = newest.some((version) => isNewer(version, rejection.resourceVersion));
    if (isOld && rejection.resourceVersion !== '') return;
    this.#rejections.set(key, rejection);
    this.#tell(key, known, known);
  }

  /** @param uid of the object that is gone: another one of the same name stays. */
  remove(key: ObjectKey, uid: string): void {
    const before = this.#objects.get(key);
    this.#tombstones.add(uid);
    const wasRejected = this.#rejections.get(key)?.uid === uid && this.#rejections.delete(key);
    if (before === undefined || before.metadata.uid !== uid) {
      if (wasRejected) this.#tell(key, before, before);
      return;
    }
    this.#objects.delete(key);
    this.#tell(key, before, undefined);
  }

  /** Makes known that these were all objects of a kind at one moment; what is newer than that stays. */
  replace({ kind, namespace, name: only, resourceVersion, objects, rejections }: CompleteList): void {
    this.#served.add(kind);
    const there = new Set<ObjectKey>([
      ...objects.map((object) => keyOf(object)),
      ...rejections.map(({ namespace: of, name }) => `${kind}/${of}/${name}` as const),
    ]);
    const scope = scopeOf(kind, namespace, only);
    const isMeant = (key: ObjectKey): boolean => isWithin(key, { kind, namespace, name: only });
    const isNews = !this.#read.has(scope);
    this.#read.add(scope);
    for (const [key, { metadata }] of this.#objects) {
      if (!isMeant(key) || there.has(key) || isNewer(metadata.resourceVersion, resourceVersion)) continue;
      this.remove(key, metadata.uid);
    }
    for (const [key, rejection] of this.#rejections) {
      if (!isMeant(key) || there.has(key) || isNewer(rejection.resourceVersion, resourceVersion)) continue;
      this.remove(key, rejection.uid);
    }
    for (const object of objects) this.apply(object);
    for (const rejection of rejections) this.reject(rejection);
    // That it is not there is news to those who wait for it.
    if (isNews && only !== undefined && there.size === 0)
      this.#tell(`${kind}/${namespace}/${only}`, undefined, undefined);
  }

  /** Nobody wants to know of this object any more: it is as if it was never read. */
  forget(key: ObjectKey): void {
    this.#read.delete(key);
    this.#rejections.delete(key);
    const before = this.#objects.get(key);
    this.#objects.delete(key);
    if (before !== undefined) this.#tell(key, before, undefined);
  }

  /**
   * Whether this very state of an object is known, so that it need not be decoded: of a write of ours, the answer and
   * the watch event say the same.
   */
  isKnown(key: ObjectKey, raw: unknown): boolean {
    const { metadata } = (raw ?? {}) as { readonly metadata?: { readonly resourceVersion?: string } };
    const known = this.#objects.get(key);
    return known !== undefined && known.metadata.resourceVersion === metadata?.resourceVersion;
  }

  isRead(key: ObjectKey): boolean {
    const { kind, namespace, name } = partsOf(key);
    return (
      this.#read.has(key) ||
      this.#read.has(scopeOf(kind, namespace)) ||
      this.#read.has(scopeOf(kind, '')) ||
      this.#read.has(scopeOf(kind, '', name))
    );
  }

  /** Says why a kind cannot be followed, or that it can. @returns whether that is new. */
  setUnavailable(kind: Kind, why: string | undefined): boolean {
    if (this.#unavailable.get(kind) === why) return false;
    if (why === undefined) this.#unavailable.delete(kind);
    else this.#unavailable.set(kind, why);
    return true;
  }

  get<K extends Kind>(key: ObjectKey<K>): ObjectOfKind[K] | undefined {
    return this.#objects.get(key) as ObjectOfKind[K] | undefined;
  }

  *keysOf(...wanted: readonly Kind[]): IterableIterator<ObjectKey> {
    for (const [key, object] of this.#objects) if (wanted.includes(object.kind)) yield key;
    for (const [key, rejection] of this.#rejections) if (wanted.includes(rejection.kind)) yield key;
  }

  rejection(key: ObjectKey): Rejection | undefined {
    return this.#rejections.get(key);
  }

  /** Keys of the objects that name this key or address. */
  naming(token: string): readonly ObjectKey[] {
    return this.#references.naming(token);
  }

  tokensOf(key: ObjectKey): readonly string[] {
    return this.#references.tokensOf(key);
  }

  isClassUsed(gatewayClass: ObjectKey<'GatewayClass'>): boolean | undefined {
    if (this.#references.isNamedBy('Gateway', gatewayClass)) return true;
    return this.#unavailable.has('Gateway') ? undefined : false;
  }

  listenerSetsOf(gateway: ObjectKey<'Gateway'>): readonly ListenerSet[] {
    return this.#naming(gateway, 'ListenerSet');
  }

  routesOf(gateway: ObjectKey<'Gateway'>): readonly Route[] {
    const sets = this.listenerSetsOf(gateway);
    if (sets.length === 0) return this.#routesNaming(gateway);
    return [...new Set([gateway, ...sets.map(keyOf)].flatMap((parent) => this.#routesNaming(parent)))];
  }

  routesNaming(service: ObjectKey<'Service'>): readonly Route[] {
    return this.#routesNaming(service);
  }

  grantsIn(namespace: string): readonly ReferenceGrant[] {
    return this.#naming(grantsToken(namespace), 'ReferenceGrant');
  }

  gatewaysNaming(service: ObjectKey<'Service'>): readonly Gateway[] {
    return this.#naming(service, 'Gateway');
  }

  servicesNaming(owner: ObjectKey<RouteKind | 'Gateway'>): readonly Service[] {
    return this.#naming(owner, 'Service');
  }

  slicesOf(service: ObjectKey<'Service'>): readonly EndpointSlice[] {
    return this.#naming(service, 'EndpointSlice');
  }

  servicesAt(address: string): readonly Service[] {
    return this.#naming(addressToken(address), 'Service');
  }

  nodesAt(address: string): readonly Node[] {
    return this.#naming(addressToken(address), 'Node');
  }

  hasReadyEndpoint(service: ObjectKey<'Service'>): boolean | undefined {
    if (this.#unavailable.has('EndpointSlice')) return undefined;
    return this.slicesOf(service).some((slice) => slice.hasReadyEndpoint);
  }

  unreadable(key: ObjectKey): string | undefined {
    return this.#rejections.get(key)?.message;
  }

  ledgerOf(gateway: ObjectKey<'Gateway'>): readonly IPAddress[] {
    return this.#naming(gateway, 'IPAddress');
  }

  /** All of a kind. */
  *all<K extends Kind>(kind: K): IterableIterator<ObjectOfKind[K]> {
    for (const object of this.#objects.values()) if (object.kind === kind) yield object as ObjectOfKind[K];
  }

  isServed(kind: Kind): boolean {
    return this.#served.has(kind);
  }

  unavailable(kind: Kind): string | undefined {
    return this.#unavailable.get(kind);
  }

  #routesNaming(token: string): readonly Route[] {
    const routes = [...this.#naming(token, 'TCPRoute'), ...this.#naming(token, 'UDPRoute')];
    return routes.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  }

  #naming<K extends Kind>(token: string, kind: K): readonly ObjectOfKind[K][] {
    const objects: ObjectOfKind[K][] = [];
    for (const key of this.#references.namingOf(kind, token)) {
      const object = this.#objects.get(key);
      if (object !== undefined) objects.push(object as ObjectOfKind[K]);
    }
    return objects;
  }

  #tell(key: ObjectKey, before: FollowedObject | undefined, after: FollowedObject | undefined): void {
    const old = this.#references.tokensOf(key);
    const now = after === undefined ? referencesOfRejection(this.#rejections.get(key)) : referencesOf(after);
    this.#references.set(key, now);
    const tokens = old === now ? old : [...new Set([...old, ...now])];
    for (const listener of this.#listeners) listener({ key, before, after, tokens });
  }
}

function scopeOf(kind: Kind, namespace: string, name = ''): string {
  if (namespace !== '') return `${kind}/${namespace}/${name}`;
  return name === '' ? `${kind}/` : `${kind}/*/${name}`;
}

function isWithin(
  key: ObjectKey,
  { kind, namespace, name }: Pick<CompleteList, 'kind' | 'namespace' | 'name'>,
): boolean {
  if (name === undefined) return key.startsWith(scopeOf(kind, namespace));
  return namespace === ''
    ? key.startsWith(`${kind}/`) && key.endsWith(`/${name}`)
    : key === `${kind}/${namespace}/${name}`;
}
