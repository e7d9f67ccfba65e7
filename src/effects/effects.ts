import type { WriteRecord } from '../gateway/events.ts';
import type { ApiRequest, ApiResult } from '../kubernetes/client.ts';
import type { Failure } from '../kubernetes/failure.ts';
import type { ResultEvent } from '../objects/facts.ts';
import type { ActorKind, ObjectKey } from '../objects/keys.ts';
import type { EffectContext } from './context.ts';
import type { EffectKeys, EffectName } from './deciders.ts';
import { isTold } from './status.ts';
import { Write, type WriteDesk } from './write.ts';
import type { WriteQueue } from './write-queue.ts';

export interface EffectsOptions {
  readonly context: EffectContext;
  readonly queue: WriteQueue;
  readonly send: (request: ApiRequest) => Promise<ApiResult>;
  /** Takes in an object that the server answered with. */
  readonly fold: (key: ObjectKey, body: unknown) => void;
  /** Takes in that the object of this uid is not there any more. */
  readonly forget: (key: ObjectKey, uid: string) => void;
  readonly deliver: (to: ObjectKey<ActorKind>, event: ResultEvent) => void;
  /** The server took a write: what it made of the object. */
  readonly onWritten?: (write: WriteRecord) => void;
  /** A decision threw: a bug. */
  readonly onError: (what: string, error: unknown) => void;
  readonly onFailure: (what: string, key: ObjectKey, failure: Failure) => void;
  /** What the last write of an object failed of is over, though nothing was written. */
  readonly onOver?: (key: ObjectKey) => void;
  /** Told of a wish that comes to no write. */
  readonly onAvoided?: (id: string) => void;
}

interface Wish {
  readonly write: Write;
  readonly by: Set<ObjectKey<ActorKind>>;
}

/** Every write of the controller: named, keyed, idempotent. Actors ask for them; results go back as events. */
export class Effects {
  readonly #options: EffectsOptions;
  readonly #desk: WriteDesk;
  readonly #wanted = new Map<string, Wish>();
  readonly #askers = new Map<string, Set<ObjectKey<ActorKind>>>();

  constructor(options: EffectsOptions) {
    this.#options = options;
    const { context, send, fold, forget, onFailure, onOver, onWritten } = options;
    this.#desk = {
      context,
      send,
      fold,
      forget,
      onFailure,
      onOver,
      onWritten,
      refusals: new Map(),
      tell: (id, event) => this.#tell(id, event),
      settle: (id) => void this.#askers.delete(id),
    };
  }

  /** Why the last write of this object failed, until one succeeds, is due again, or is not wanted any more. */
  refusalOf(key: ObjectKey): string | undefined {
    return this.#desk.refusals.get(key)?.message;
  }

  /** Those who have asked for a write that is not made yet. */
  askersOf(id: string): readonly ObjectKey<ActorKind>[] {
    return [...(this.#askers.get(id) ?? [])];
  }

  /** Whether the status of a Gateway or route is what its actor wants it to be. */
  isTold(key: ObjectKey): boolean {
    try {
      return isTold(key, this.#options.context);
    } catch {
      // A bug: it shows where the actor looks and asks for the write.
      return false;
    }
  }

  /** Notes a wish; nothing is decided before `flush`, when all actors have made their transitions. */
  request<N extends EffectName>(name: N, key: EffectKeys[N], by: ObjectKey<ActorKind>): void {
    const id = `${name} ${key}`;
    const wanted = this.#wanted.get(id);
    if (wanted !== undefined) wanted.by.add(by);
    else this.#wanted.set(id, { write: new Write(id, name, key, this.#desk), by: new Set([by]) });
  }

  /** Queues the wishes that come to a write as things stand. */
  flush(): void {
    const wanted = [...this.#wanted.values()];
    this.#wanted.clear();
    for (const wish of wanted) {
      try {
        this.#queue(wish);
      } catch (error) {
        // A bug in one decision: the others are carried out.
        this.#options.onError(wish.write.id, error);
      }
    }
  }

  #queue({ write, by }: Wish): void {
    if (!write.isDue) {
      this.#options.onAvoided?.(write.id);
      return;
    }
    const askers = this.#askers.get(write.id);
    if (askers === undefined) this.#askers.set(write.id, by);
    else for (const asker of by) askers.add(asker);
    this.#options.queue.request(write);
  }

  #tell(id: string, event: ResultEvent): void {
    for (const asker of this.#askers.get(id) ?? []) this.#options.deliver(asker, event);
    if (event.type === 'Written') this.#askers.delete(id);
  }
}
