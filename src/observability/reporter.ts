import type { Transition } from '../actors/system-options.ts';
import { kindOf, nameOf } from '../gateway/keys.ts';
import type { NoPool } from '../ipam/allocator.ts';
import type { Pool } from '../ipam/pool.ts';
import type { ApiRequest } from '../kubernetes/client.ts';
import type { Failure } from '../kubernetes/failure.ts';
import type { Kind, ObjectKey } from '../objects/keys.ts';
import type { Rejection } from '../objects/rejection.ts';
import type { Logger } from './logger.ts';

/** The same failure of the same thing is logged once in this time, in milliseconds. */
const quietMs = 30_000;
const shownProblems = 20;

const withoutLedger =
  'the cluster has no IPAddress (networking.k8s.io/v1, since Kubernetes 1.33): what Gateways have is read from their ' +
  'spec and status, and an address that is given up is free at once; run several replicas only with -leader-elect';

/** What happened, in log lines: constant messages, everything else in fields. */
export class Reporter {
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #lastFailures = new Map<string, number>();
  #lastPool = '';

  constructor(logger: Logger, now: () => number) {
    this.#logger = logger;
    this.#now = now;
  }

  transition({ key, event, from, to }: Transition): void {
    this.#logger.info({ kind: kindOf(key), object: nameOf(key), event, from, to }, 'transition');
  }

  crash(who: string, error: unknown): void {
    this.#logger.error(
      { object: who, error: String(error), stack: error instanceof Error ? error.stack : undefined },
      'actor crashed',
    );
  }

  synced(kinds: readonly { readonly kind: Kind; readonly stage: string }[]): void {
    const absent = kinds.filter(({ stage }) => stage === 'absent').map(({ kind }) => kind);
    this.#logger.info({ absent }, 'caches are in sync');
    if (absent.includes('IPAddress')) this.#logger.warn(withoutLedger);
  }

  leading(identity: string): void {
    this.#logger.info({ identity }, 'leading');
  }

  availability(kind: Kind, why: string | undefined): void {
    if (why === undefined) this.#logger.info({ kind }, 'kind can be read');
    else this.#logger.error({ kind, why }, 'kind cannot be read: grant list and watch; everything else goes on');
  }

  unreadable(key: ObjectKey, why: string): void {
    const fields = { kind: kindOf(key), object: nameOf(key), why };
    this.#logger.error(fields, 'object cannot be read: grant list and watch; everything else goes on');
  }

  readFailure(what: string, failure: Failure): void {
    if (this.#isRepeated(`${what} ${failure.kind}`)) return;
    const fields = { what, code: failure.code, why: failure.message };
    if (failure.kind === 'retry') this.#logger.warn(fields, 'API server cannot be reached: trying again');
    // Of a watch that is forbidden `availability` or `unreadable` tells.
    else if (failure.kind !== 'forbidden' || what === 'discovery')
      this.#logger.warn(fields, 'API server refused a read');
  }

  requestFailure({ method, path }: ApiRequest, failure: Failure): void {
    if (this.#isRepeated(`${method} ${path} ${failure.message}`)) return;
    this.#logger.error({ method, path, code: failure.code, why: failure.message }, 'API server refused a request');
  }

  writeFailure(what: string, key: ObjectKey, failure: Failure): void {
    if (this.#isRepeated(`${what} ${key} ${failure.message}`)) return;
    const fields = { what, kind: kindOf(key), object: nameOf(key), code: failure.code, why: failure.message };
    this.#logger.error(fields, 'API server refused a write');
  }

  /** Events are a courtesy: what does not come through is said here, and not tried again. */
  eventFailure(failure: Failure | undefined): void {
    if (this.#isRepeated(`event ${failure?.kind ?? 'dropped'}`)) return;
    const fields = { code: failure?.code, why: failure?.message ?? 'too many at once: the oldest are dropped' };
    this.#logger.warn(fields, 'Kubernetes Event not written');
  }

  rejection({ kind, namespace, name, message }: Rejection): void {
    const object = namespace === '' ? name : `${namespace}/${name}`;
    this.#logger.error({ kind, object, why: message }, 'object cannot be decoded: it is left as it is');
  }

  pool(pool: Pool | NoPool): void {
    const text = JSON.stringify('missing' in pool ? pool : pool.problems);
    if (text === this.#lastPool) return;
    this.#lastPool = text;
    if ('missing' in pool) {
      this.#logger.warn({ why: pool.missing }, 'no address pool');
      return;
    }
    for (const { kind, configMap, key, message } of pool.problems.slice(0, shownProblems)) {
      this.#logger[kind === 'invalid' ? 'warn' : 'info']({ configMap, key, why: message }, 'entry of the address pool');
    }
    const more = pool.problems.length - shownProblems;
    if (more > 0) this.#logger.warn({ more }, 'more such entries of the address pool');
  }

  #isRepeated(id: string): boolean {
    const last = this.#lastFailures.get(id);
    if (last !== undefined && this.#now() - last < quietMs) return true;
    if (this.#lastFailures.size > 10_000) this.#lastFailures.clear();
    this.#lastFailures.set(id, this.#now());
    return false;
  }
}
