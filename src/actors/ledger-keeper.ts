import type { Change, Cluster } from '../cluster/cluster.ts';
import { addressesAmong } from '../cluster/references.ts';
import { toldAddresses } from '../gateway/address-pin.ts';
import { classStandingOf } from '../gateway/gateway-class.ts';
import { isGatewayKey, isServiceKey, partsOf } from '../gateway/keys.ts';
import { hasOurLabel, isOurEntry, ledgerKey, liveOwner, ownerKey, ownerUid, releasedAt } from '../gateway/ledger.ts';
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
  /** Who holds an address is another now: those concerned look again. */
  readonly lookAgain: (gateway: ObjectKey<'Gateway'>) => void;
  readonly after: (ms: number, action: () => void) => () => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Takes care of the ledger's entries that no Gateway's actor looks after: those left behind. */
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
  #take({ key, tokens }: Change): void {
    if (!this.#hasSwept) return;
    if (key.startsWith('IPAddress/')) this.look(partsOf(key).name);
    else if (isGatewayKey(key)) this.#lookAtGateway(key);
    else if (key.startsWith('GatewayClass/')) {
      for (const gateway of this.#options.cluster.naming(key)) if (isGatewayKey(gateway)) this.#lookAtGateway(gateway);
    } else if (isServiceKey(key)) this.#lookAt(addressesAmong(tokens));
  }

  #lookAtGateway(gateway: ObjectKey<'Gateway'>): void {
    this.#lookAt(this.#options.cluster.ledgerOf(gateway).map(({ metadata }) => metadata.name));
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
    const { cluster, pool, request, settings } = this.#options;
    const entry = cluster.get(ledgerKey(address));
    if (entry !== undefined && !isOurEntry(entry, settings)) {
      this.#setTimer(address);
      return;
    }
    const isHeld = entry === undefined || pool.holderOf(address)?.uid === ownerUid(entry);
    if (entry !== undefined && isHeld && this.#isGivenUpElsewhere(address, entry)) {
      pool.release(ownerUid(entry));
      this.#options.lookAgain(ownerKey(entry));
    } else if (entry === undefined || (isHeld && hasOurLabel(entry, settings))) {
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
      !toldAddresses(owner).includes(address)
    );
  }

  /** An answer that comes after it sets no timer any more. */
  stop(): void {
    this.#isStopped = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
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
