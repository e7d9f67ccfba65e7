import { type ApiObject, at, objectOf, stringOf } from '../../api-server/json.ts';
import { type Entry, isController } from '../history.ts';
import { addressesIn, annotation, isForeign, marks } from './objects.ts';
import type { Problem } from './problem.ts';

/** Nobody writes who knows, or must know, that another holds the lease. */
export function findUsurpers(history: readonly Entry[]): readonly Problem[] {
  let holder: { readonly author: string; readonly since: number } | undefined;
  const electing = new Set<string>();
  return history.flatMap(({ kind, author, after, at: time, sentAt = time, key }): Problem[] => {
    if (!isController(author)) return [];
    if (kind === 'Lease') {
      electing.add(author);
      const isHeld = stringOf(at(after, 'spec', 'holderIdentity')) !== '';
      if (holder?.author !== author || !isHeld) holder = isHeld ? { author, since: time } : undefined;
      return [];
    }
    if (holder === undefined || holder.author === author || !electing.has(author) || sentAt <= holder.since) return [];
    const what = `${author} writes ${key} though ${holder.author} holds the lease`;
    return [{ counter: 'foreignChanges', at: time, what }];
  });
}

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
    return kind === 'IPAddress' && entry.type === 'ADDED' && isController(entry.author) ? this.#judge(entry) : [];
  }

  #takeGateway({ author, before, after, at: time }: Entry): void {
    if (after === undefined) {
      if (before !== undefined && !this.#foreign.delete(before.metadata.uid)) this.#giveUp(before, time);
      return;
    }
    this.#noteForeign(after, time);
    if (isController(author)) return;
    const { uid } = after.metadata;
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
    for (const address of addressesIn(gateway, 'status')) {
      this.#givenUp.set(address, { uid: gateway.metadata.uid, at: time });
    }
  }

  #judge({ key, author, after, at: time }: Entry): readonly Problem[] {
    const address = key.slice('IPAddress//'.length);
    const uid = annotation(after, marks.uid) ?? '';
    const last = this.#givenUp.get(address);
    if (last === undefined || last.uid === uid || this.#named.get(uid)?.has(address)) return [];
    // Times in the ledger have whole seconds.
    if (time >= last.at + this.#quarantineMs - 1_000) return [];
    const what = `${author} hands out ${address} ${time - last.at} ms after it was given up`;
    return [{ counter: 'duplicates', at: time, what }];
  }
}

/** In milliseconds; 0 where it cannot be told. */
function quarantineOf(pool: ApiObject | undefined): number {
  if (pool === undefined) return 0;
  const text = stringOf(objectOf(pool.data).quarantine) || '30s';
  return Number(/^(\d+)s$/.exec(text)?.[1] ?? 0) * 1000;
}
