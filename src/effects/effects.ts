import type { WriteRecord } from '../gateway/events.ts';
import { kindOf, nameOf } from '../gateway/keys.ts';
import type { ApiRequest, ApiResult } from '../kubernetes/client.ts';
import type { Failure } from '../kubernetes/failure.ts';
import { objectPath } from '../kubernetes/kinds.ts';
import type { ResultEvent } from '../objects/facts.ts';
import type { ActorKind, ObjectKey, RouteKind } from '../objects/keys.ts';
import type { EffectContext } from './context.ts';
import { writeEndpointSlice } from './endpoint-slice.ts';
import { pinAddress, removeMarks } from './gateway-address.ts';
import { syncFinalizer } from './gateway-class-finalizer.ts';
import { premiseOfEntry, writeLedgerEntry } from './ledger.ts';
import { premiseOfService, writeService } from './service.ts';
import {
  isTold,
  premiseOfStatus,
  writeGatewayClassStatus,
  writeGatewayStatus,
  writeListenerSetStatus,
  writeRouteStatus,
} from './status.ts';
import type { WriteQueue, WriteTask } from './write-queue.ts';

/** The kinds of write, and the key that each takes. */
export interface EffectKeys {
  'gateway-class-status': ObjectKey<'GatewayClass'>;
  'gateway-class-finalizer': ObjectKey<'GatewayClass'>;
  'gateway-status': ObjectKey<'Gateway'>;
  'gateway-address': ObjectKey<'Gateway'>;
  'ledger-entry': ObjectKey<'IPAddress'>;
  'gateway-marks': ObjectKey<'Gateway'>;
  'listener-set-status': ObjectKey<'ListenerSet'>;
  'route-status': ObjectKey<RouteKind>;
  service: ObjectKey<'Service'>;
  'endpoint-slice': ObjectKey<'EndpointSlice'>;
}

export type EffectName = keyof EffectKeys;

type Decider = { [N in EffectName]: (key: EffectKeys[N], context: EffectContext) => ApiRequest | undefined };

const deciders: Decider = {
  'gateway-class-status': writeGatewayClassStatus,
  'gateway-class-finalizer': syncFinalizer,
  'gateway-status': writeGatewayStatus,
  'gateway-address': pinAddress,
  'ledger-entry': writeLedgerEntry,
  'gateway-marks': removeMarks,
  'listener-set-status': writeListenerSetStatus,
  'route-status': writeRouteStatus,
  service: writeService,
  'endpoint-slice': writeEndpointSlice,
};

type Premise = {
  [N in EffectName]?: (key: EffectKeys[N], request: ApiRequest, context: EffectContext) => readonly ObjectKey[];
};

/** What is read again before a write that takes an address from a Gateway, or may, should we not know the newest. */
const premises: Premise = {
  'ledger-entry': premiseOfEntry,
  'gateway-status': premiseOfStatus,
  service: (_key, request, context) => premiseOfService(request, context),
};

export interface EffectsOptions {
  readonly context: EffectContext;
  readonly queue: WriteQueue;
  readonly send: (request: ApiRequest) => Promise<ApiResult>;
  /** Takes in an object that the server answered with. */
  readonly fold: (kind: ObjectKey, body: unknown) => void;
  /** Takes in that the object of this uid is not there any more. */
  readonly forget: (key: ObjectKey, uid: string) => void;
  readonly deliver: (to: ObjectKey<ActorKind>, event: ResultEvent) => void;
  /** The server took a write: what it made of the object. */
  readonly onWritten?: (write: WriteRecord) => void;
  /** A decision threw: a bug. */
  readonly onError: (what: string, error: unknown) => void;
  readonly onFailure: (what: string, key: ObjectKey, failure: Failure) => void;
  /** Told of a wish that comes to no write. */
  readonly onAvoided?: (id: string) => void;
}

interface Wanted {
  readonly task: WriteTask;
  readonly by: Set<ObjectKey<ActorKind>>;
}

/** Every write of the controller: named, keyed, idempotent. Actors ask for them; results go back as events. */
export class Effects {
  readonly #options: EffectsOptions;
  readonly #wanted = new Map<string, Wanted>();
  readonly #refusals = new Map<ObjectKey, { readonly of: EffectName; readonly message: string }>();
  readonly #askers = new Map<string, Set<ObjectKey<ActorKind>>>();

  constructor(options: EffectsOptions) {
    this.#options = options;
  }

  /** Why the last write of this object failed, until one succeeds, is due again, or is not wanted any more. */
  refusalOf(key: ObjectKey): string | undefined {
    return this.#refusals.get(key)?.message;
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
    else this.#wanted.set(id, { task: this.#task(id, name, key), by: new Set([by]) });
  }

  /** Queues the wishes that come to a write as things stand. */
  flush(): void {
    const wanted = [...this.#wanted];
    this.#wanted.clear();
    for (const [id, wish] of wanted) {
      try {
        this.#queue(id, wish);
      } catch (error) {
        // A bug in one decision: the others are carried out.
        this.#options.onError(id, error);
      }
    }
  }

  #queue(id: string, { task, by }: Wanted): void {
    if (task.decide() === undefined) {
      this.#options.onAvoided?.(id);
      return;
    }
    this.#askers.set(id, new Set([...(this.#askers.get(id) ?? []), ...by]));
    this.#options.queue.request(task);
  }

  #task<N extends EffectName>(id: string, name: N, key: EffectKeys[N]): WriteTask {
    const { context, fold, forget, onFailure, onWritten } = this.#options;
    const { view } = context.world;
    const target: ObjectKey = key;
    let before = view.get(target);
    let isKept = true;
    return {
      id,
      isPaced: name === 'gateway-status',
      decide: () => {
        before = view.get(target);
        return deciders[name](key, context);
      },
      accept: (request, body) => {
        if (request.method === 'DELETE' && !isStillThere(body)) forget(target, uidOf(request));
        else fold(target, body);
        const after = view.get(target);
        isKept = after !== before;
        onWritten?.({ key: target, before, after });
      },
      confirm: (request) => {
        const premise = premises[name]?.(key, request, context) ?? [];
        return premise.length === 0 ? undefined : this.#readAllAgain(premise);
      },
      refresh: async () => void (await this.#readAgain(target)),
      succeeded: () => {
        this.#refusals.delete(target);
        this.#tell(id, { type: 'Written', what: name, isKept });
      },
      failed: (failure) => {
        const how = failure.kind === 'retry' || failure.kind === 'conflict' ? 'cannot be written' : 'was refused';
        const message = `${kindOf(target)} ${nameOf(target)} ${how}: ${failure.message}`;
        this.#refusals.set(target, { of: name, message });
        onFailure(name, target, failure);
        this.#tell(id, { type: 'WriteFailed', what: name, message });
      },
      retryDue: () => {
        this.#refusals.delete(target);
        this.#tell(id, { type: 'RetryDue', what: name });
      },
      dropped: () => {
        if (this.#refusals.get(target)?.of === name && this.#refusals.delete(target)) {
          this.#tell(id, { type: 'RetryDue', what: name });
        }
        this.#askers.delete(id);
      },
    };
  }

  async #readAllAgain(keys: readonly ObjectKey[]): Promise<{ readonly failure?: Failure }> {
    const read = await Promise.all(keys.map((key) => this.#readAgain(key)));
    return read.find(({ failure }) => failure !== undefined) ?? {};
  }

  /** Takes in an object as it is now. */
  async #readAgain(key: ObjectKey): Promise<{ readonly failure?: Failure }> {
    const { context, send, fold, forget } = this.#options;
    const uid = context.world.view.get(key)?.metadata.uid ?? '';
    const result = await send({ method: 'GET', path: objectPath(key, context.versionOf(kindOf(key))) });
    if ('body' in result) fold(key, result.body);
    else if (result.failure.kind === 'absent') forget(key, uid);
    else return { failure: result.failure };
    return {};
  }

  #tell(id: string, event: ResultEvent): void {
    for (const asker of this.#askers.get(id) ?? []) this.#options.deliver(asker, event);
    if (event.type === 'Written') this.#askers.delete(id);
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
