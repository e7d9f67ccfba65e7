import { type ApiObject, objectOf, stringOf } from '../../api-server/json.ts';
import { type Entry, isController } from '../history.ts';
import { addressesIn, annotation, isForeign, marks } from './objects.ts';
import type { Problem } from './problem.ts';

/** An address that a Gateway leaves is nobody's for the time of the pool's `quarantine`, unless somebody names it. */
export function findHasty(history: readonly Entry[], pool: string): readonly Problem[] {
  const book = new QuarantineBook(pool);
  return history.flatMap((entry) => book.take(entry));
}

class QuarantineBook {
  readonly #pool: string;
  readonly #state = new Map<string, ApiObject>();
  /** When an address was given up, and the uid of the Gateway that had it. */
  readonly #givenUp = new Map<string, { readonly uid: string; readonly at: number }>();
  /** Uids of Gateways that are another controller's: what they had was given up when they became that. */
  readonly #foreign = new Set<string>();
  /** Uids of the Gateways that the ledger had the addresses for last, be the entry gone or not. */
  readonly #owners = new Map<string, string>();
  /** Addresses that users ever wrote into a Gateway's spec, by its uid. */
  readonly #named = new Map<string, Set<string>>();
  #quarantineMs = Number.POSITIVE_INFINITY;

  constructor(pool: string) {
    this.#pool = pool;
  }

  take(entry: Entry): readonly Problem[] {
    const { kind, key, after } = entry;
    if (after === undefined) this.#state.delete(key);
    else this.#state.set(key, after);
    // The shortest that ever held: who writes may not know the newest.
    if (key === this.#pool) this.#quarantineMs = Math.min(this.#quarantineMs, quarantineOf(after));
    if (kind === 'Gateway') this.#takeGateway(entry);
    if (kind === 'GatewayClass') {
      for (const object of this.#state.values()) if (object.kind === 'Gateway') this.#noteForeign(object, entry.at);
    }
    return kind === 'IPAddress' ? this.#takeLedger(entry) : [];
  }

  #takeLedger(entry: Entry): readonly Problem[] {
    const [was, uid] = [annotation(entry.before, marks.uid), annotation(entry.after, marks.uid)];
    if (uid === undefined || uid === was) return [];
    const problems = isController(entry.author) ? this.#judge(entry, uid) : [];
    this.#owners.set(addressOf(entry), uid);
    return problems;
  }

  #takeGateway({ author, before, after, at: time }: Entry): void {
    if (after === undefined) {
      if (before !== undefined && !this.#foreign.delete(before.metadata.uid)) this.#giveUp(before, time);
      return;
    }
    this.#noteForeign(after, time);
    const { uid } = after.metadata;
    if (isController(author)) {
      const now = addressesIn(after, 'status');
      // One that the ledger has for another was told in error: to correct that gives nothing up.
      const isLeft = (address: string): boolean => !now.includes(address) && this.#owners.get(address) === uid;
      if (!this.#foreign.has(uid)) this.#giveUpAll(addressesIn(before, 'status').filter(isLeft), uid, time);
      return;
    }
    this.#named.set(uid, new Set([...(this.#named.get(uid) ?? []), ...addressesIn(after, 'spec')]));
  }

  #noteForeign(gateway: ApiObject, time: number): void {
    const { uid } = gateway.metadata;
    if (!isForeign(gateway, this.#state)) this.#foreign.delete(uid);
    else if (!this.#foreign.has(uid)) {
      this.#foreign.add(uid);
      this.#giveUp(gateway, time);
    }
  }

  #giveUp(gateway: ApiObject, time: number): void {
    this.#giveUpAll(addressesIn(gateway, 'status'), gateway.metadata.uid, time);
  }

  #giveUpAll(addresses: readonly string[], uid: string, time: number): void {
    for (const address of addresses) this.#givenUp.set(address, { uid, at: time });
  }

  #judge(entry: Entry, uid: string): readonly Problem[] {
    const { author, at: time } = entry;
    const address = addressOf(entry);
    const last = this.#givenUp.get(address);
    if (last === undefined || last.uid === uid || this.#named.get(uid)?.has(address)) return [];
    // Times in the ledger have whole seconds.
    if (time >= last.at + this.#quarantineMs - 1_000) return [];
    const what = `${author} hands out ${address} ${time - last.at} ms after it was given up`;
    return [{ counter: 'duplicates', at: time, what }];
  }
}

/** In milliseconds; 0 where it cannot be told. While the pool is gone, the default holds. */
function quarantineOf(pool: ApiObject | undefined): number {
  const text = stringOf(objectOf(pool?.data).quarantine) || '30s';
  return Number(/^(\d+)s$/.exec(text)?.[1] ?? 0) * 1000;
}

function addressOf({ key }: Entry): string {
  return key.slice('IPAddress//'.length);
}
