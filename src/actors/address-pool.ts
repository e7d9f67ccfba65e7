import { createActor } from 'xstate';
import { addressPoolMachine } from '../../machines/address-pool.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { heldElsewhere, isOthersNow } from '../gateway/held-elsewhere.ts';
import { byAge, partsOf } from '../gateway/keys.ts';
import { addressesInLedger, ledgerKey, ownerUid, releasedAt } from '../gateway/ledger.ts';
import { takenBy } from '../gateway/taken-by.ts';
import { canonicalAddress } from '../ipam/address.ts';
import { Allocator, type ClaimOutcome, type Holder, type NoPool, type Outside } from '../ipam/allocator.ts';
import { isInAnyScope, type Pool } from '../ipam/pool.ts';
import { defaultQuarantineMs } from '../ipam/pool-options.ts';
import type { AddressClaim, ResultEvent } from '../objects/facts.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { Rejection } from '../objects/rejection.ts';
import type { AddressRequest } from '../objects/verdicts.ts';
import type { AddressView, Settings } from '../objects/view.ts';

/** The answer to one claim. */
export interface Answer {
  readonly gateway: ObjectKey<'Gateway'>;
  /** `undefined`: it has not claimed anything, and what it held is another's now. */
  readonly event: ResultEvent | undefined;
}

export interface AddressPoolOptions {
  readonly cluster: Cluster;
  readonly settings: Settings;
  /** Addresses that nobody holds any more. */
  readonly onReleased: (addresses: readonly string[]) => void;
  /** All Gateways of the cluster have claimed what they have, and were answered: what nobody holds now is nobody's. */
  readonly onAdopted?: () => void;
  readonly onError: (error: unknown) => void;
}

/** The singleton that serialises allocation: one actor, one allocator, claims in batches, the oldest first. */
export class AddressPool implements AddressView {
  readonly #allocator = new Allocator({ missing: 'the pool is not known yet' });
  readonly #options: AddressPoolOptions;
  #claims: AddressClaim[] = [];
  /** Those of the last batch, in the order of their turn. */
  #due: AddressClaim[] = [];
  #hasAdopted = false;
  readonly #answered = new Set<string>();
  #revision = 0;
  #quarantineMs = defaultQuarantineMs;
  readonly #actor;

  constructor(options: AddressPoolOptions) {
    this.#options = options;
    const machine = addressPoolMachine.provide({
      actions: {
        answer: ({ event }) => this.#queue(event.type === 'ClaimsReceived' ? event.claims : []),
        answerWaiting: ({ context }) => this.#queue(context.waiting),
        release: ({ event }) => this.#release(event.type === 'Released' ? event.uid : ''),
      },
    });
    this.#actor = createActor(machine);
    this.#actor.subscribe({ error: options.onError });
    this.#actor.start();
  }

  get revision(): number {
    return this.#revision;
  }

  /** How long an address that was given up is not handed out again, in milliseconds; of the last pool that there was. */
  get quarantineMs(): number {
    return this.#quarantineMs;
  }

  get state(): string {
    return this.#actor.getSnapshot().value;
  }

  get pool(): Pool | NoPool {
    return this.#allocator.pool;
  }

  held(uid: string): readonly string[] {
    return this.#allocator.held(uid);
  }

  outsidePool(uid: string): readonly string[] {
    return this.#allocator.outside(uid);
  }

  /** Whether the pool has this address for anyone. */
  covers(address: string): boolean {
    const { pool } = this.#allocator;
    return !('missing' in pool) && isInAnyScope(address, pool);
  }

  holderOf(address: string): Holder | undefined {
    return this.#allocator.holderOf(address);
  }

  /** Every address that a Gateway holds. */
  holders(): ReadonlyMap<string, Holder> {
    return this.#allocator.holders();
  }

  isAnswered(uid: string): boolean {
    return this.#answered.has(uid);
  }

  /** What all Gateways hold comes before anything new, so claims wait until the whole cluster is known. */
  open(): void {
    this.#actor.send({ type: 'CachesSynced' });
  }

  setPool(pool: Pool | NoPool): void {
    this.#allocator.setPool(pool);
    if (!('missing' in pool)) this.#quarantineMs = pool.quarantineMs;
    this.#revision += 1;
    this.#actor.send({ type: 'PoolObserved', ...('missing' in pool && { missing: pool.missing }) });
  }

  /** What looks like the addresses of a Gateway that cannot be decoded must not be handed out. */
  reserve(gateway: ObjectKey<'Gateway'>, { uid, addresses }: Rejection): void {
    const known = new Set(addresses.flatMap((text) => canonicalAddress(text) ?? []));
    const holder = { uid, ...partsOf(gateway) };
    const usable = [...known].filter((address) => this.#allocator.isNobodys(address, holder, this.#outside));
    if (usable.length > 0 && this.held(uid).length === 0)
      this.claimFor(gateway, uid, { kind: 'fixed', addresses: usable });
  }

  /** Something outside the pool changed by which a refused claim could succeed now. */
  noteFreed(): void {
    this.#revision += 1;
  }

  /** Claims for a Gateway of the cluster. */
  claimFor(gateway: ObjectKey<'Gateway'>, uid: string, request: AddressRequest): void {
    const { namespace, name } = partsOf(gateway);
    const creationTimestamp = this.#options.cluster.get(gateway)?.metadata.creationTimestamp ?? '';
    this.claim({ gateway, uid, namespace, name, creationTimestamp, request });
  }

  claim(claim: AddressClaim): void {
    this.#claims.push(claim);
  }

  /** Whether a claim waits for the next batch. */
  get hasClaims(): boolean {
    return this.#claims.length > 0;
  }

  /** Takes back what it holds, and what it has claimed. */
  release(uid: string): void {
    this.#claims = this.#claims.filter((claim) => claim.uid !== uid);
    this.#actor.send({ type: 'Released', uid });
  }

  /** Hands the claims of this turn over in one batch, and gives the answers: each is decided when it is asked for. */
  *settle(): Generator<Answer, void> {
    const claims = this.#claims;
    this.#claims = [];
    if (claims.length > 0) this.#actor.send({ type: 'ClaimsReceived', claims });
    const due = this.#due;
    this.#due = [];
    for (const claim of due) yield* this.#answer(claim);
    if (this.#hasAdopted || this.state === 'Adopting') return;
    this.#hasAdopted = true;
    this.#options.onAdopted?.();
  }

  #queue(claims: readonly AddressClaim[]): void {
    const seen = new Set<string>();
    for (const claim of claims.toSorted(byClaimOrder)) {
      if (!seen.has(claim.uid)) this.#due.push(claim);
      seen.add(claim.uid);
    }
  }

  *#answer(claim: AddressClaim): Generator<Answer, void> {
    const { gateway, uid, namespace, name, request } = claim;
    yield* this.#forgetHolders(claim);
    const before = this.held(uid);
    const outcome = this.#allocator.claim({ uid, namespace, name }, request, this.#outside);
    this.#answered.add(uid);
    this.#noteReleased(before.filter((address) => this.holderOf(address) === undefined));
    yield { gateway, event: eventOf(outcome, this.#revision) };
  }

  /**
   * The ledger outranks what is remembered: where another replica has recorded an address for the one that claims it,
   * whoever held it here has it no more, though nothing has said so yet.
   */
  *#forgetHolders({ uid, request }: AddressClaim): Generator<Answer, void> {
    for (const address of 'addresses' in request ? request.addresses : []) {
      const holder = this.holderOf(address);
      const entry = this.#options.cluster.get(ledgerKey(address));
      if (holder === undefined || holder.uid === uid || entry === undefined) continue;
      if (ownerUid(entry) !== uid || releasedAt(entry) !== undefined) continue;
      this.#release(holder.uid);
      yield { gateway: `Gateway/${holder.namespace}/${holder.name}`, event: undefined };
    }
  }

  readonly #outside: Outside = {
    isTaken: (address, { uid }) => {
      const { cluster } = this.#options;
      const entry = cluster.get(ledgerKey(address));
      if (entry !== undefined && ownerUid(entry) !== uid) return true;
      return cluster.servicesAt(address).length > 0 || cluster.nodesAt(address).length > 0;
    },
    isOthersNow: (address, holder) => isOthersNow(address, holder, this.#known),
    heldElsewhere: (address, holder) => heldElsewhere(address, holder, this.#known),
    recordedFor: (holder) => addressesInLedger({ metadata: holder }, this.#known),
    takenBy: (address) => takenBy(address, this.#known),
  };

  get #known() {
    return { view: this.#options.cluster, settings: this.#options.settings };
  }

  #release(uid: string): void {
    this.#answered.delete(uid);
    this.#noteReleased(this.#allocator.release(uid));
  }

  #noteReleased(addresses: readonly string[]): void {
    if (addresses.length === 0) return;
    this.#revision += 1;
    this.#options.onReleased(addresses);
  }
}

const order: Readonly<Record<AddressClaim['request']['kind'], number>> = { fixed: 0, kept: 0, preferred: 1, any: 2 };

/** What Gateways have or name comes before anything new; then the oldest; then by namespace and name. */
function byClaimOrder(a: AddressClaim, b: AddressClaim): number {
  return order[a.request.kind] - order[b.request.kind] || byAge(gatewayOf(a), gatewayOf(b));
}

function gatewayOf(claim: AddressClaim) {
  return { kind: 'Gateway', metadata: claim } as const;
}

function eventOf(outcome: ClaimOutcome, revision: number): ResultEvent {
  return 'addresses' in outcome
    ? { type: 'AddressGranted', addresses: outcome.addresses }
    : { type: 'AddressRefused', refusal: outcome.refusal, revision };
}
