import { createActor } from 'xstate';
import { addressPoolMachine } from '../../machines/address-pool.ts';
import { Allocator, type ClaimOutcome, type Holder, type NoPool } from '../ipam/allocator.ts';
import type { Pool } from '../ipam/pool.ts';
import type { AddressClaim, ResultEvent } from '../objects/facts.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { AddressView } from '../objects/view.ts';

/** The answer to one claim. */
export interface Answer {
  readonly gateway: ObjectKey<'Gateway'>;
  readonly event: ResultEvent;
}

export interface AddressPoolOptions {
  /** Whether an address stands on some Service, whoever's: it is not handed out anew then. */
  readonly isOnService: (address: string) => boolean;
  readonly onError: (error: unknown) => void;
}

/** The singleton that serialises allocation: one actor, one allocator, claims in batches, the oldest first. */
export class AddressPool implements AddressView {
  readonly #allocator = new Allocator({ missing: 'the pool is not known yet' });
  readonly #options: AddressPoolOptions;
  #claims: AddressClaim[] = [];
  #answers: Answer[] = [];
  #revision = 0;
  readonly #actor;

  constructor(options: AddressPoolOptions) {
    this.#options = options;
    const machine = addressPoolMachine.provide({
      actions: {
        answer: ({ event }) => this.#answer(event.type === 'ClaimsReceived' ? event.claims : []),
        answerWaiting: ({ context }) => this.#answer(context.waiting),
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

  get state(): string {
    return this.#actor.getSnapshot().value;
  }

  get pool(): Pool | NoPool {
    return this.#allocator.pool;
  }

  held(uid: string): readonly string[] {
    return this.#allocator.held(uid);
  }

  holderOf(address: string): Holder | undefined {
    return this.#allocator.holderOf(address);
  }

  /** How many addresses Gateways hold. */
  get heldCount(): number {
    return this.#allocator.heldCount;
  }

  /** What all Gateways hold comes before anything new, so claims wait until the whole cluster is known. */
  open(): void {
    this.#actor.send({ type: 'CachesSynced' });
  }

  setPool(pool: Pool | NoPool): void {
    this.#allocator.setPool(pool);
    this.#revision += 1;
    this.#actor.send({ type: 'PoolObserved', ...('missing' in pool && { missing: pool.missing }) });
  }

  /** Something outside the pool changed by which a refused claim could succeed now. */
  noteFreed(): void {
    this.#revision += 1;
  }

  claim(claim: AddressClaim): void {
    this.#claims.push(claim);
  }

  release(uid: string): void {
    this.#actor.send({ type: 'Released', uid });
  }

  /** Hands the claims of this turn over in one batch, and takes the answers. */
  settle(): readonly Answer[] {
    const claims = this.#claims;
    this.#claims = [];
    if (claims.length > 0) this.#actor.send({ type: 'ClaimsReceived', claims });
    const answers = this.#answers;
    this.#answers = [];
    return answers;
  }

  #answer(claims: readonly AddressClaim[]): void {
    const seen = new Set<string>();
    for (const claim of claims.toSorted(byClaimOrder)) {
      if (seen.has(claim.uid)) continue;
      seen.add(claim.uid);
      const holder = { uid: claim.uid, namespace: claim.namespace, name: claim.name };
      const outcome = this.#allocator.claim(holder, claim.request, this.#options.isOnService);
      this.#answers.push({ gateway: claim.gateway, event: eventOf(outcome, this.#revision) });
    }
  }

  #release(uid: string): void {
    if (this.#allocator.release(uid).length > 0) this.#revision += 1;
  }
}

const order: Readonly<Record<AddressClaim['request']['kind'], number>> = { fixed: 0, kept: 0, preferred: 1, any: 2 };

/** What Gateways have or name comes before anything new; then the oldest; then by namespace and name. */
function byClaimOrder(a: AddressClaim, b: AddressClaim): number {
  return (
    order[a.request.kind] - order[b.request.kind] ||
    compare(a.creationTimestamp, b.creationTimestamp) ||
    compare(a.namespace, b.namespace) ||
    compare(a.name, b.name)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function eventOf(outcome: ClaimOutcome, revision: number): ResultEvent {
  return 'addresses' in outcome
    ? { type: 'AddressGranted', addresses: outcome.addresses }
    : { type: 'AddressRefused', refusal: outcome.refusal, revision };
}
