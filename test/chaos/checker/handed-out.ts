import { type ApiObject, at, objectOf, stringOf } from '../../api-server/json.ts';
import { type Entry, isController } from '../history.ts';
import { addressesIn, addressesOn, annotation, madeByUs, marks } from './objects.ts';
import { type PoolRule, poolRule } from './pool-rule.ts';
import type { Problem } from './problem.ts';

/** A state of affairs, and until when it held. */
interface Span<T> {
  readonly value: T;
  readonly from: number;
  to: number;
}

export interface HandedOutOptions {
  /** Key of the pool's ConfigMap. */
  readonly pool: string;
  /** How late a controller may know of a change, in milliseconds. */
  readonly lateMs: number;
}

/**
 * Every address that is handed out is in the pool for its namespace, or what the Gateway's user wrote, and in nobody
 * else's use; by what the controller could know then.
 */
export function findHandedOutWrongly(history: readonly Entry[], options: HandedOutOptions): readonly Problem[] {
  const book = new Book(options, madeByUs(history, 'Service'), madeByUs(history, 'IPAddress'));
  return history.flatMap((entry) => book.take(entry));
}

class Book {
  readonly #options: HandedOutOptions;
  readonly #ourServices: ReadonlySet<string>;
  readonly #ourEntries: ReadonlySet<string>;
  readonly #pools: Span<PoolRule>[] = [];
  /** What users wrote into `spec.addresses`, by the Gateway's uid. */
  readonly #asked = new Map<string, Span<readonly string[]>[]>();
  /** Addresses in the use of others, by the key of what uses them. */
  readonly #used = new Map<string, Span<readonly string[]>>();
  readonly #handedOut = new Set<string>();

  constructor(options: HandedOutOptions, ourServices: ReadonlySet<string>, ourEntries: ReadonlySet<string>) {
    this.#options = options;
    this.#ourServices = ourServices;
    this.#ourEntries = ourEntries;
  }

  take(entry: Entry): readonly Problem[] {
    const { key, kind, after } = entry;
    if (key === this.#options.pool) this.#openSpan(this.#pools, poolRule(objectOf(after?.data)), entry.at);
    if (kind === 'Service' || kind === 'IPAddress' || kind === 'Node') this.#noteUse(entry);
    if (kind === 'Gateway' && after !== undefined) return this.#takeGateway(entry, after);
    if (kind === 'IPAddress' && after !== undefined) return this.#takeLedger(entry, after);
    return [];
  }

  #takeGateway(entry: Entry, gateway: ApiObject): readonly Problem[] {
    const { uid, namespace = '' } = gateway.metadata;
    if (!isController(entry.author)) {
      const spans = this.#asked.get(uid) ?? [];
      this.#asked.set(uid, spans);
      this.#openSpan(spans, addressesIn(gateway, 'spec'), entry.at);
      return [];
    }
    return addressesIn(gateway, 'status').flatMap((address) => this.#judge(entry, { address, uid, namespace }));
  }

  #takeLedger(entry: Entry, { metadata, spec }: ApiObject): readonly Problem[] {
    if (!isController(entry.author) || entry.type !== 'ADDED') return [];
    const uid = metadata.annotations?.[marks.uid] ?? '';
    const namespace = stringOf(at(spec, 'parentRef', 'namespace'));
    return this.#judge(entry, { address: metadata.name, uid, namespace });
  }

  /** Once for each Gateway and address: what it has it keeps, also when the pool changes. */
  #judge({ at: time, author }: Entry, told: { address: string; uid: string; namespace: string }): readonly Problem[] {
    const { address, uid, namespace } = told;
    const id = `${uid} ${address}`;
    if (this.#handedOut.has(id)) return [];
    this.#handedOut.add(id);
    const since = time - this.#options.lateMs;
    const isAsked = (this.#asked.get(uid) ?? []).some(({ value, to }) => to >= since && value.includes(address));
    if (isAsked) return [];
    const isInPool = this.#pools.some(({ value, to }) => to >= since && value.has(namespace, address));
    const user = [...this.#used].find(([, { value, from }]) => from < since && value.includes(address))?.[0];
    if (isInPool && user === undefined) return [];
    const why = isInPool ? `which ${user} has` : 'which is neither in the pool nor asked for';
    return [{ counter: isInPool ? 'duplicates' : 'leaks', at: time, what: `${author} hands out ${address}, ${why}` }];
  }

  #noteUse({ key, kind, after, before, at: time }: Entry): void {
    const uid = (after ?? before)?.metadata.uid ?? '';
    if (this.#ourServices.has(uid) || this.#ourEntries.has(uid)) return;
    // A user's own Service that we turned into a LoadBalancer has our address.
    const isOurs = annotation(after, marks.behaviour) !== undefined;
    const addresses = kind === 'IPAddress' ? [key.slice('IPAddress//'.length)] : addressesOn(after);
    const before_ = this.#used.get(key);
    if (after === undefined || isOurs || addresses.length === 0) this.#used.delete(key);
    else if (before_?.value.join() !== addresses.join()) {
      this.#used.set(key, { value: addresses, from: time, to: Number.POSITIVE_INFINITY });
    }
  }

  #openSpan<T>(spans: Span<T>[], value: T, from: number): void {
    const last = spans.at(-1);
    if (last !== undefined) last.to = from;
    spans.push({ value, from, to: Number.POSITIVE_INFINITY });
  }
}
