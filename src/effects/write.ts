import type { WriteRecord } from '../gateway/events.ts';
import { kindOf, nameOf } from '../gateway/keys.ts';
import type { ApiRequest, ApiResult } from '../kubernetes/client.ts';
import type { Failure } from '../kubernetes/failure.ts';
import { objectPath } from '../kubernetes/kinds.ts';
import type { ResultEvent } from '../objects/facts.ts';
import type { Kind, ObjectKey } from '../objects/keys.ts';
import type { FollowedObject } from '../objects/view.ts';
import type { EffectContext } from './context.ts';
import { deciders, type EffectKeys, type EffectName, premises } from './deciders.ts';
import type { WriteTask } from './write-queue.ts';

/** What all writes share. */
export interface WriteDesk {
  readonly context: EffectContext;
  /** Why the last write of an object failed, by object. */
  readonly refusals: Map<ObjectKey, { readonly of: EffectName; readonly message: string }>;
  readonly send: (request: ApiRequest) => Promise<ApiResult>;
  /** Takes in an object that the server answered with. */
  readonly fold: (key: ObjectKey, body: unknown) => void;
  /** Takes in that the object of this uid is not there any more. */
  readonly forget: (key: ObjectKey, uid: string) => void;
  /** Tells all who asked for this write. */
  readonly tell: (id: string, event: ResultEvent) => void;
  /** Nobody waits for this write any more. */
  readonly settle: (id: string) => void;
  /** The server took a write: what it made of the object. */
  readonly onWritten?: ((write: WriteRecord) => void) | undefined;
  readonly onFailure: (what: string, key: ObjectKey, failure: Failure) => void;
  /** What the last write of an object failed of is over, though nothing was written. */
  readonly onOver?: ((key: ObjectKey) => void) | undefined;
}

/** One write by its name and its object, as the queue knows it. There are as many as wait for their turn: it holds little. */
export class Write<N extends EffectName = EffectName> implements WriteTask {
  readonly id: string;
  readonly #name: N;
  readonly #key: EffectKeys[N];
  readonly #desk: WriteDesk;
  /** The object as it was when the request was decided on. */
  #before: FollowedObject | undefined;

  constructor(id: string, name: N, key: EffectKeys[N], desk: WriteDesk) {
    this.id = id;
    this.#name = name;
    this.#key = key;
    this.#desk = desk;
  }

  get isPaced(): boolean {
    return this.#name === 'gateway-status';
  }

  /** Whether it comes to a request, as things stand. */
  get isDue(): boolean {
    return this.#request() !== undefined;
  }

  decide(): ApiRequest | undefined {
    this.#before = this.#known;
    return this.#request();
  }

  confirm(request: ApiRequest): Promise<{ readonly failure?: Failure }> | undefined {
    const premise = premises[this.#name]?.(this.#key, request, this.#desk.context) ?? [];
    return premise.length === 0 ? undefined : this.#readAllAgain(premise);
  }

  accept(request: ApiRequest, body: unknown): void {
    const { refusals, fold, forget, tell, onWritten } = this.#desk;
    const before = this.#before;
    this.#before = undefined;
    if (request.method === 'DELETE' && !isStillThere(body)) forget(this.#key, uidOf(request));
    else fold(this.#key, body);
    const after = this.#known;
    onWritten?.({ key: this.#key, before, after });
    refusals.delete(this.#key);
    tell(this.id, { type: 'Written', what: this.#name, isKept: after !== before });
  }

  async refresh(): Promise<void> {
    await this.#readAgain(this.#key);
  }

  failed(failure: Failure): void {
    const { refusals, tell, onFailure } = this.#desk;
    const how = failure.kind === 'retry' || failure.kind === 'conflict' ? 'cannot be written' : 'was refused';
    const message = `${kindOf(this.#key)} ${nameOf(this.#key)} ${how}: ${failure.message}`;
    refusals.set(this.#key, { of: this.#name, message });
    onFailure(this.#name, this.#key, failure);
    tell(this.id, { type: 'WriteFailed', what: this.#name, message });
  }

  retryDue(): void {
    const { refusals, tell, onOver } = this.#desk;
    refusals.delete(this.#key);
    tell(this.id, { type: 'RetryDue', what: this.#name });
    onOver?.(this.#key);
  }

  dropped(): void {
    if (this.#desk.refusals.get(this.#key)?.of === this.#name) this.retryDue();
    this.#desk.settle(this.id);
  }

  #request(): ApiRequest | undefined {
    return deciders[this.#name](this.#key, this.#desk.context);
  }

  get #known(): FollowedObject | undefined {
    return this.#desk.context.world.view.get<Kind>(this.#key);
  }

  async #readAllAgain(keys: readonly ObjectKey[]): Promise<{ readonly failure?: Failure }> {
    const read = await Promise.all(keys.map((key) => this.#readAgain(key)));
    return read.find(({ failure }) => failure !== undefined) ?? {};
  }

  /** Takes in an object as it is now. */
  async #readAgain(key: ObjectKey): Promise<{ readonly failure?: Failure }> {
    const { context, send, fold, forget } = this.#desk;
    const uid = context.world.view.get(key)?.metadata.uid ?? '';
    const result = await send({ method: 'GET', path: objectPath(key, context.versionOf(kindOf(key))) });
    if ('body' in result) fold(key, result.body);
    // A version that is not served any more says nothing of the objects: they come at another one.
    else if (result.failure.kind === 'absent' && result.failure.isOfObject === true) forget(key, uid);
    else return { failure: result.failure };
    return {};
  }
}

/** The uid that a delete was bound to. */
function uidOf(request: ApiRequest): string {
  const { preconditions } = (request.body ?? {}) as { preconditions?: { uid?: string } };
  return preconditions?.uid ?? '';
}

/** A delete that waits for finalizers answers with the object, marked; a finished one with a Status. */
function isStillThere(body: unknown): boolean {
  const { metadata } = (body ?? {}) as { metadata?: { finalizers?: unknown[] } };
  return (metadata?.finalizers?.length ?? 0) > 0;
}
