import { setTimeout as sleep } from 'node:timers/promises';
import { type Failure, failureOf } from './failure.ts';
import { kindId } from './kinds.ts';
import type { ApiRequest, Verb } from './request.ts';
import type { Store, Stored } from './store.ts';
import type { OpenWatch } from './watch.ts';

/** Which requests a fault strikes; what is left out matches everything. */
export interface FaultMatch {
  readonly verb?: Verb | readonly Verb[];
  /** Plural name, e.g. `gateways`. */
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** `''` for the object itself, `status` for its status. */
  readonly subresource?: string;
  readonly userAgent?: string | RegExp;
}

export type FaultEffect =
  /** Closes the connection; the request is not applied. */
  | { readonly type: 'drop' }
  /** Resets the connection (TCP RST); the request is not applied. */
  | { readonly type: 'reset' }
  /** Applies the request after this time, in milliseconds. */
  | { readonly type: 'delay'; readonly ms: number }
  /** Answers with this status; the request is not applied. `retryAfter` in seconds. */
  | { readonly type: 'status'; readonly code: FaultCode; readonly retryAfter?: number; readonly message?: string }
  /** Applies the request and closes the connection without an answer. */
  | { readonly type: 'loseResponse' }
  /** On watches, also those that are open: an ERROR event 410, then the end. */
  | { readonly type: 'expireWatch' }
  /** On watches, also those that are open: ends them as a timeout does. */
  | { readonly type: 'endWatch' }
  /** On watches, also those that are open: the connection stays, nothing comes any more. */
  | { readonly type: 'silenceWatch' }
  /** Lists are answered with what was stored when the fault was added. */
  | { readonly type: 'staleList' };

export type FaultCode = 403 | 409 | 410 | 429 | 500 | 503;

export interface Fault {
  readonly match?: FaultMatch;
  readonly effect: FaultEffect;
  /** How often it strikes; for ever if left out. */
  readonly times?: number;
}

export interface FaultHandle {
  /** How often it has struck. */
  readonly struck: number;
  remove(): void;
}

const REASONS: Readonly<Record<FaultCode, readonly [string, string]>> = {
  403: ['Forbidden', 'is forbidden'],
  409: ['Conflict', 'the object has been modified; please apply your changes to the latest version and try again'],
  410: ['Expired', 'The resourceVersion for the provided watch is too old.'],
  429: ['TooManyRequests', 'Too many requests, please try again later.'],
  500: ['InternalError', 'Internal error occurred: etcdserver: request timed out'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
};

function rbacMessage(request: ApiRequest): string {
  const { kind, verb, namespace, name, subresource } = request;
  const resource = kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
  const scope = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const object = name === '' ? resource : `${resource} "${name}"`;
  const asked = subresource === '' ? kind.plural : `${kind.plural}/${subresource}`;
  return `${object} is forbidden: User "memory" cannot ${verb} resource "${asked}" in API group "${kind.group}" ${scope}`;
}

/** The failure that a status fault answers a request with. */
export function faultFailure(effect: FaultEffect & { type: 'status' }, request: ApiRequest): Failure {
  const [reason, usual] = REASONS[effect.code];
  const message = effect.message ?? (effect.code === 403 ? rbacMessage(request) : usual);
  const retryAfter = effect.retryAfter ?? (effect.code === 429 ? 1 : undefined);
  return failureOf(effect.code, reason, message, retryAfter);
}

function equalOrUnset<T>(wanted: T | undefined, actual: T): boolean {
  return wanted === undefined || wanted === actual;
}

function agentMatches(wanted: string | RegExp | undefined, actual: string): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === 'string' ? actual.startsWith(wanted) : wanted.test(actual);
}

function matches(match: FaultMatch, request: ApiRequest): boolean {
  const verbs = match.verb === undefined ? [request.verb] : [match.verb].flat();
  return (
    verbs.includes(request.verb) &&
    equalOrUnset(match.resource, request.kind.plural) &&
    equalOrUnset(match.namespace, request.namespace) &&
    equalOrUnset(match.name, request.name) &&
    equalOrUnset(match.subresource, request.subresource) &&
    agentMatches(match.userAgent, request.userAgent)
  );
}

const WATCH_EFFECTS: readonly string[] = ['expireWatch', 'endWatch', 'silenceWatch'];

class ActiveFault implements FaultHandle {
  readonly fault: Fault;
  /** What was stored when the fault was added, for stale lists. */
  readonly past: StalePast | undefined;
  struck = 0;
  readonly #remove: (fault: ActiveFault) => void;

  constructor(fault: Fault, past: StalePast | undefined, remove: (fault: ActiveFault) => void) {
    this.fault = fault;
    this.past = past;
    this.#remove = remove;
  }

  get effect(): FaultEffect {
    return this.fault.effect;
  }

  strikes(request: ApiRequest): boolean {
    const onlyFor = WATCH_EFFECTS.includes(this.effect.type)
      ? 'watch'
      : this.effect.type === 'staleList'
        ? 'list'
        : undefined;
    return equalOrUnset(onlyFor, request.verb) && matches(this.fault.match ?? {}, request);
  }

  strike(): void {
    this.struck += 1;
    if (this.struck >= (this.fault.times ?? Number.POSITIVE_INFINITY)) this.remove();
  }

  remove(): void {
    this.#remove(this);
  }
}

/** What was stored at some time. */
export interface StalePast {
  readonly version: number;
  readonly objects: ReadonlyMap<string, readonly Stored[]>;
}

export interface Strike {
  readonly effect: FaultEffect;
  readonly past: StalePast | undefined;
}

/** The faults of a server. */
export class Faults {
  readonly #active = new Set<ActiveFault>();
  readonly #store: Store;
  readonly #watches: () => readonly OpenWatch[];

  constructor(store: Store, watches: () => readonly OpenWatch[]) {
    this.#store = store;
    this.#watches = watches;
  }

  add(fault: Fault): FaultHandle {
    const past = fault.effect.type === 'staleList' ? this.#present() : undefined;
    const active = new ActiveFault(fault, past, (gone) => this.#active.delete(gone));
    this.#active.add(active);
    if (WATCH_EFFECTS.includes(fault.effect.type)) this.#strikeOpen(active);
    return active;
  }

  clear(): void {
    this.#active.clear();
  }

  /** Waits out the delays that hit a request and tells the one other effect that does. */
  async strike(request: ApiRequest): Promise<Strike | undefined> {
    for (const active of this.#active) {
      if (!active.strikes(request)) continue;
      active.strike();
      if (active.effect.type !== 'delay') return { effect: active.effect, past: active.past };
      await sleep(active.effect.ms);
    }
    return undefined;
  }

  #strikeOpen(active: ActiveFault): void {
    for (const watch of this.#watches()) {
      if (!this.#active.has(active) || !active.strikes(watch.request)) continue;
      active.strike();
      strikeWatch(watch, active.effect);
    }
  }

  #present(): StalePast {
    const shelves = [...this.#store.shelves()];
    const objects = new Map(shelves.map((shelf) => [kindId(shelf.kind), shelf.list('')]));
    return { version: this.#store.version, objects };
  }
}

export function strikeWatch(watch: OpenWatch, effect: FaultEffect): void {
  if (effect.type === 'endWatch') watch.end();
  if (effect.type === 'silenceWatch') watch.silence();
  if (effect.type === 'expireWatch') watch.fail(failureOf(410, ...REASONS[410]));
}
