import type { Change, Cluster } from '../cluster/cluster.ts';
import { addressesAmong } from '../cluster/references.ts';
import { classStandingOf } from '../gateway/gateway-class.ts';
import { isGatewayKey, isServiceKey } from '../gateway/keys.ts';
import { hasLostLabel, isOurEntry, ledgerKey, liveOwner, ownerKey, ownerUid, releasedAt } from '../gateway/ledger.ts';
import { strangerOf } from '../gateway/taken-by.ts';
import { canonicalAddress } from '../ipam/address.ts';
import type { IPAddress } from '../objects/ip-address.ts';
import type { ActorKind, ObjectKey } from '../objects/keys.ts';
import type { Settings } from '../objects/view.ts';
import type { AddressPool } from './address-pool.ts';

export interface LedgerKeeperOptions {
  readonly cluster: Cluster;
  readonly pool: AddressPool;
  readonly settings: Settings;
  /** Asks for the entry to be brought in step with who holds the address. */
  readonly request: (entry: ObjectKey<'IPAddress'>, by: ObjectKey<ActorKind>) => void;
  /** Reads an entry that we do not follow, and hands it to `take` or `forget`. */
  readonly readAgain: (entry: ObjectKey<'IPAddress'>) => void;
  /** Who holds an address is another now: those concerned look again. */
  readonly lookAgain: (gateway: ObjectKey<'Gateway'> | undefined) => void;
  readonly after: (ms: number, action: () => void) => () => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** How often a stranger's entry is read again, in milliseconds: it is not in our watch. */
const strangerMs = 60_000;

/** Takes care of the ledger's entries that no Gateway's actor looks after: those left behind, and strangers'. */
export class LedgerKeeper {
  readonly #options: LedgerKeeperOptions;
  readonly #timers = new Map<string, () => void>();
  #hasSwept = false;
  #isStopped = false;

  constructor(options: LedgerKeeperOptions) {
    this.#options = options;
    options.cluster.onChange((change) => this.#take(change));
  }

  /** An entry, a Gateway, its class or a Service has changed: addresses may be told of no more. The first sweep sees all. */
  #take({ key, tokens, after }: Change): void {
    if (!this.#hasSwept) return;
    if (key.startsWith('IPAddress/')) this.#takeEntry(key.slice('IPAddress//'.length), after !== undefined);
    else if (isGatewayKey(key)) this.#lookAtGateway(key);
    else if (key.startsWith('GatewayClass/')) {
      for (const gateway of this.#options.cluster.naming(key)) if (isGatewayKey(gateway)) this.#lookAtGateway(gateway);
    } else if (isServiceKey(key)) this.#lookAt(addressesAmong(tokens));
  }

  #lookAtGateway(gateway: ObjectKey<'Gateway'>): void {
    this.#lookAt(this.#options.cluster.ledgerOf(gateway).map(({ metadata }) => metadata.name));
  }

  #takeEntry(address: string, isThere: boolean): void {
    // An entry of ours stands where a stranger's was.
    if (isThere) this.forget(address);
    this.look(address);
  }

  #lookAt(addresses: Iterable<string>): void {
    for (const address of addresses) this.look(address);
  }

  /** Looks at every entry: what has no Gateway any more is given up. */
  sweep(): void {
    this.#hasSwept = true;
    for (const entry of this.#options.cluster.all('IPAddress')) this.look(entry.metadata.name);
  }

  /** Looks at the entry of one address, now and when its quarantine is over. */
  look(address: string): void {
    const { cluster, pool, request } = this.#options;
    const entry = cluster.get(ledgerKey(address));
    // Its timer runs: it is read again from time to time.
    if (entry === undefined && pool.strangerAt(address) !== undefined) return;
    const isHeld = entry === undefined || pool.holderOf(address)?.uid === ownerUid(entry);
    if (entry !== undefined && isHeld && this.#isGivenUpElsewhere(address, entry)) {
      pool.release(ownerUid(entry));
      this.#options.lookAgain(ownerKey(entry));
    } else if (isHeld) {
      this.#setTimer(address);
      return;
    }
    request(ledgerKey(address), ownerKey(entry));
    this.#waitOut(address, entry);
  }

  /**
   * Whether another replica has given up an address that a Gateway holds here: one that waits for its class, whose actor
   * does not find out by itself, and whose status tells of another.
   */
  #isGivenUpElsewhere(address: string, entry: IPAddress): boolean {
    const { cluster, settings } = this.#options;
    const owner = liveOwner(entry, cluster);
    return (
      releasedAt(entry) !== undefined &&
      owner !== undefined &&
      classStandingOf(owner, cluster, settings) !== 'accepted' &&
      !owner.status.addresses.some(({ value }) => canonicalAddress(value) === address)
    );
  }

  /**
   * Takes note of an entry that is not ours. It is kept apart from the cluster's state: our watch would not tell when
   * it goes, so it is read again from time to time.
   * @returns whether it is a stranger's.
   */
  take(entry: IPAddress): boolean {
    const { cluster, pool, settings } = this.#options;
    if (isOurEntry(entry, settings)) return false;
    const { name } = entry.metadata;
    if (hasLostLabel(entry, cluster, settings)) {
      cluster.revive(entry.metadata.uid);
      return false;
    }
    const isNews = pool.noteStranger(name, strangerOf(entry));
    this.readLater(name);
    if (isNews) this.#tell(name);
    return true;
  }

  /** Takes note that a stranger's entry is gone. @returns whether there was one. */
  forget(address: string): boolean {
    if (this.#options.pool.strangerAt(address) === undefined) return false;
    this.#options.pool.noteStranger(address, undefined);
    this.#setTimer(address);
    this.#tell(address);
    return true;
  }

  /** Reads a stranger's entry again when some time has passed. */
  readLater(address: string): void {
    this.#setTimer(address, strangerMs, () => this.#options.readAgain(ledgerKey(address)));
  }

  /** An answer that comes after it sets no timer any more. */
  stop(): void {
    this.#isStopped = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #tell(address: string): void {
    const holder = this.#options.pool.holderOf(address);
    this.#options.lookAgain(holder && `Gateway/${holder.namespace}/${holder.name}`);
  }

  #waitOut(address: string, entry: IPAddress): void {
    const since = releasedAt(entry);
    const { quarantineMs } = this.#options.pool;
    const left = since === undefined ? 0 : Math.min(quarantineMs, since + quarantineMs - this.#options.now());
    if (left > 0) this.#setTimer(address, left + 1, () => this.look(address));
    else this.#setTimer(address);
  }

  /** One timer an address: sets it anew, or only ends it. */
  #setTimer(address: string, ms?: number, action?: () => void): void {
    this.#timers.get(address)?.();
    this.#timers.delete(address);
    if (this.#isStopped) return;
    if (ms !== undefined && action !== undefined) this.#timers.set(address, this.#options.after(ms, action));
  }
}
