import type { IPFamily } from '../objects/service.ts';
import type { AddressRefusal, AddressRequest, Families } from '../objects/verdicts.ts';
import { familyOf, formatAddress, ipFamilies, parseAddress } from './address.ts';
import { IntervalSet } from './interval-set.ts';
import { isIn, type Pool, type PoolHints, type PoolScope, scopeFor } from './pool.ts';
import type { SearchOrder } from './pool-options.ts';
import type { AddressSets, Segment } from './segments.ts';
import { describeLackOfScope, describeShortage } from './shortage.ts';
import type { Taker } from './taker.ts';
import { whyUnusable } from './unusable.ts';

/** Who asks for, or holds, an address. */
export interface Holder {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
}

/** What others than the Gateways here do with addresses. */
export interface Outside {
  /** Whether it is in use or in quarantine: it is not handed out anew. */
  isTaken(address: string, holder: Holder): boolean;
  /** Whether others use it than this one, or the one that had its name before: a backup brings that back. */
  isOthersNow(address: string, holder: Holder): boolean;
  /** Who else has it, in words: not even the Gateway that names it can have it. */
  heldElsewhere(address: string, holder: Holder): string | undefined;
  /** What the ledger says that it has, also where it does not hold that here yet. */
  recordedFor(holder: Holder): readonly string[];
  /** Who has an address that is taken, as far as it is known. */
  takenBy(address: string, holder: Holder): Taker | undefined;
}

const nobody: Outside = {
  isTaken: () => false,
  isOthersNow: () => false,
  heldElsewhere: () => undefined,
  recordedFor: () => [],
  takenBy: () => undefined,
};

/** Where a free address is looked for, and for whom. */
interface Search {
  readonly pool: Pool;
  readonly holder: Holder;
  readonly outside: Outside;
}

type FixedRequest = Extract<AddressRequest, { kind: 'fixed' }>;

export type ClaimOutcome = { readonly addresses: readonly string[] } | { readonly refusal: AddressRefusal };

/** Why there is no pool at all, in words for a condition's message. */
export interface NoPool {
  readonly missing: string;
  readonly hints?: PoolHints;
}

/**
 * Which Gateway holds which address: a plain in-memory object without I/O. Ranges are intervals of bigint, so a /8
 * costs no more than a /32.
 */
export class Allocator {
  #pool: Pool | NoPool;
  readonly #holders = new Map<string, Holder>();
  readonly #addresses = new Map<string, readonly string[]>();
  readonly #used: AddressSets = { IPv4: new IntervalSet(), IPv6: new IntervalSet() };

  constructor(pool: Pool | NoPool) {
    this.#pool = pool;
  }

  get pool(): Pool | NoPool {
    return this.#pool;
  }

  /** Takes nothing from a Gateway that holds it: what lies outside the new pool stays held. */
  setPool(pool: Pool | NoPool): void {
    this.#pool = pool;
  }

  /** Addresses that this uid holds, in canonical text. */
  held(uid: string): readonly string[] {
    return this.#addresses.get(uid) ?? [];
  }

  holderOf(address: string): Holder | undefined {
    return this.#holders.get(address);
  }

  /** Which of its addresses the pool does not cover; none where there is no pool. */
  outside(uid: string): readonly string[] {
    if ('missing' in this.#pool) return [];
    return this.held(uid).filter((address) => {
      const holder = this.#holders.get(address);
      return holder !== undefined && !this.#isInScope(holder, address);
    });
  }

  /** Every address that somebody holds. */
  holders(): ReadonlyMap<string, Holder> {
    return this.#holders;
  }

  get heldCount(): number {
    return this.#holders.size;
  }

  /**
   * Answers a claim in one step; a holder that claims other addresses than it has gives up those it has.
   * @param outside what others do with addresses that nobody holds here.
   */
  claim(holder: Holder, request: AddressRequest, outside: Outside = nobody): ClaimOutcome {
    const held = this.held(holder.uid);
    switch (request.kind) {
      case 'fixed':
        return this.#claimFixed(holder, request, outside);
      case 'kept': {
        if (held.length > 0) return { addresses: held };
        const isFree = request.addresses.every(
          (address) =>
            this.isNobodys(address, holder, outside) &&
            !(request.isHearsay === true && outside.isOthersNow(address, holder)),
        );
        return isFree ? this.#hold(holder, request.addresses) : this.#claimAny(holder, request.families, outside);
      }
      case 'preferred': {
        if (held.length > 0) return { addresses: held };
        const isUsable = request.addresses.every(
          (address) => this.#isFreeInScope(holder, address) && !outside.isOthersNow(address, holder),
        );
        return isUsable ? this.#hold(holder, request.addresses) : this.#claimAny(holder, request.families, outside);
      }
      case 'any':
        return held.length > 0 ? { addresses: held } : this.#claimAny(holder, request.families, outside);
    }
  }

  /** Whether a load balancer can have an address, and nobody else has it. */
  isNobodys(address: string, holder: Holder, outside: Outside): boolean {
    const isFree = whyUnusable(address) === undefined && !this.#holders.has(address);
    return isFree && outside.heldElsewhere(address, holder) === undefined;
  }

  /** Returns the addresses that are free now. */
  release(uid: string): readonly string[] {
    const addresses = this.held(uid);
    for (const address of addresses) {
      const parsed = parseAddress(address);
      if (parsed) this.#used[parsed.family].remove({ start: parsed.value, end: parsed.value });
      this.#holders.delete(address);
    }
    this.#addresses.delete(uid);
    return addresses;
  }

  /** Where it cannot have them all, it keeps those of them that it had before, and gives up the others. */
  #claimFixed(holder: Holder, request: FixedRequest, outside: Outside): ClaimOutcome {
    const refusals = new Map(
      request.addresses.flatMap((address) => {
        const refusal = this.#refuse(address, { holder, request, outside });
        return refusal === undefined ? [] : [[address, refusal]];
      }),
    );
    const families = request.more?.families ?? [];
    const kept = this.#keptOf(request, holder, outside);
    const missing = families.filter((family) => kept.every((address) => familyOf(address) !== family));
    const found = missing.length === 0 ? { addresses: [] } : this.#find(holder, missing, outside);
    const wanted = [...request.addresses, ...oneOfEach(families, [...kept, ...addressesOf(found)])];
    if (refusals.size === 0 && 'addresses' in found) return this.#hold(holder, wanted);
    const had = new Set([...this.held(holder.uid), ...outside.recordedFor(holder)]);
    this.#hold(
      holder,
      wanted.filter((address) => had.has(address) && !refusals.has(address)),
    );
    const [refusal] = refusals.values();
    return refusal === undefined ? found : { refusal };
  }

  /** What it has of the families of which it wants one beside the addresses that it names. */
  #keptOf({ addresses, more }: FixedRequest, holder: Holder, outside: Outside): readonly string[] {
    const had = [...this.held(holder.uid), ...(more?.had ?? [])].filter((address) => {
      const isMine = (this.#holders.get(address) ?? holder).uid === holder.uid;
      const isNamed = addresses.includes(address) || whyUnusable(address) !== undefined;
      return isMine && !isNamed && outside.heldElsewhere(address, holder) === undefined;
    });
    return oneOfEach(more?.families ?? [], had);
  }

  /** Why a Gateway cannot have an address that it names. */
  #refuse(
    address: string,
    { holder, request, outside }: { holder: Holder; request: FixedRequest; outside: Outside },
  ): AddressRefusal | undefined {
    const no = (message: string): AddressRefusal => ({ reason: 'AddressNotUsable', message });
    const kind = whyUnusable(address);
    if (kind !== undefined)
      return no(`address ${address} is ${kind}, which no load balancer can have: name another one`);
    if (request.isPoolOnly === true && !this.#isInScope(holder, address)) {
      const { namespace } = holder;
      return no(`address ${address} is outside the pool for namespace "${namespace}": only its addresses may be named`);
    }
    const other = this.#holders.get(address);
    const isOthers = other !== undefined && other.uid !== holder.uid;
    const who = isOthers ? `Gateway ${other.namespace}/${other.name}` : outside.heldElsewhere(address, holder);
    if (who === undefined) return undefined;
    return no(`address ${address} is held by ${who}: name another one, or wait until it is free`);
  }

  #claimAny(holder: Holder, families: Families | undefined, outside: Outside): ClaimOutcome {
    const found = this.#find(holder, families, outside);
    return 'addresses' in found ? this.#hold(holder, found.addresses) : found;
  }

  #find(holder: Holder, families: Families | undefined, outside: Outside): ClaimOutcome {
    const pool = this.#pool;
    const refuse = (message: string) => ({ refusal: refusalWith(message, pool.hints?.get(holder.namespace)) });
    if ('missing' in pool) return refuse(pool.missing);
    const scope = scopeFor(pool, holder.namespace);
    if (scope === undefined) return refuse(describeLackOfScope(holder.namespace, pool));
    const found = (families ?? [undefined]).map((family) => this.#findFree(family, { pool, holder, outside }));
    const addresses = found.filter((address) => address !== undefined);
    if (addresses.length > 0 && addresses.length === found.length) return { addresses };
    const lacking = families?.filter((_, index) => found[index] === undefined);
    return refuse(this.#describeExhausted({ pool, scope, holder, outside }, lacking));
  }

  #findFree(family: IPFamily | undefined, { pool, holder, outside }: Search): string | undefined {
    for (const segment of scopeFor(pool, holder.namespace)?.segments ?? []) {
      if (family !== undefined && segment.family !== family) continue;
      const address = this.#nextFree(segment, pool.order, (candidate) => outside.isTaken(candidate, holder));
      if (address !== undefined) return address;
    }
    return undefined;
  }

  /** The free address of a segment that is next in the order of search. */
  #nextFree(segment: Segment, order: SearchOrder, isTaken: (address: string) => boolean): string | undefined {
    const used = this.#used[segment.family];
    let { start, end } = segment;
    while (start <= end) {
      const value = order === 'desc' ? used.highestGap({ start, end }) : used.lowestGap({ start, end });
      if (value === undefined) return undefined;
      const address = formatAddress({ family: segment.family, value });
      if (!isTaken(address)) return address;
      if (order === 'desc') end = value - 1n;
      else start = value + 1n;
    }
    return undefined;
  }

  /** @param lacking the families of a claim that have no free address. */
  #describeExhausted(search: Search & { readonly scope: PoolScope }, lacking: Families | undefined): string {
    const { pool, scope, holder, outside } = search;
    const others = lacking === undefined ? [] : ipFamilies.filter((family) => !lacking.includes(family));
    return describeShortage({
      pool,
      scope,
      namespace: holder.namespace,
      lacking,
      alternative: others.find((family) => this.#findFree(family, search) !== undefined),
      used: this.#used,
      takenBy: (address) => outside.takenBy(address, holder),
    });
  }

  #isFreeInScope(holder: Holder, address: string): boolean {
    return !this.#holders.has(address) && this.#isInScope(holder, address);
  }

  #isInScope(holder: Holder, address: string): boolean {
    if ('missing' in this.#pool) return false;
    const scope = scopeFor(this.#pool, holder.namespace);
    return scope !== undefined && isIn(scope, address);
  }

  #hold(holder: Holder, addresses: readonly string[]): ClaimOutcome {
    this.release(holder.uid);
    for (const address of addresses) {
      const parsed = parseAddress(address);
      if (parsed) this.#used[parsed.family].add({ start: parsed.value, end: parsed.value });
      this.#holders.set(address, holder);
    }
    if (addresses.length > 0) this.#addresses.set(holder.uid, addresses);
    return { addresses };
  }
}

function oneOfEach(families: Families, addresses: readonly string[]): readonly string[] {
  return families.flatMap((family) => addresses.find((address) => familyOf(address) === family) ?? []);
}

function addressesOf(outcome: ClaimOutcome): readonly string[] {
  return 'addresses' in outcome ? outcome.addresses : [];
}

function refusalWith(message: string, hint: string | undefined): AddressRefusal {
  return { reason: 'AddressNotAssigned', message: hint === undefined ? message : `${message}; ${hint}` };
}
