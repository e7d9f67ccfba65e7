import { type ApiObject, at, stringOf } from '../../api-server/json.ts';
import { type Entry, isController } from '../history.ts';
import { EverNamed } from './ever-named.ts';
import { addressesAsked, addressesIn, addressesOn, annotation, marks, nameOf } from './objects.ts';
import type { Problem } from './problem.ts';

/** Every address stands in the ledger, for this very Gateway, before the Gateway or a Service of its is told of it. */
export function findUnrecorded(history: readonly Entry[]): readonly Problem[] {
  const book = new Book();
  return history.flatMap((entry) => book.take(entry));
}

class Book {
  /** By address. */
  readonly #ledger = new Map<string, ApiObject>();
  readonly #everNamed = new EverNamed();

  take(entry: Entry): readonly Problem[] {
    const { kind, key, author, before, after } = entry;
    this.#everNamed.take(entry);
    if (kind === 'IPAddress') this.#takeLedger(key.slice('IPAddress//'.length), after);
    if (after === undefined || !isController(author)) return [];
    if (kind === 'Gateway') return this.#judgeGateway(entry, before, after);
    return kind === 'Service' ? this.#judgeService(entry, before, after) : [];
  }

  #takeLedger(address: string, entry: ApiObject | undefined): void {
    if (entry === undefined) this.#ledger.delete(address);
    else this.#ledger.set(address, entry);
  }

  #judgeGateway({ at: time, author }: Entry, before: ApiObject | undefined, after: ApiObject): readonly Problem[] {
    const known = addressesIn(before, 'status');
    const told = addressesIn(after, 'status').filter((address) => !known.includes(address));
    const missing = told.filter((address) => annotation(this.#ledger.get(address), marks.uid) !== after.metadata.uid);
    const what = `${author} tells Gateway ${nameOf(after)} of ${missing.join()}, which the ledger does not have for it`;
    return missing.length === 0 ? [] : [{ counter: 'leaks', at: time, what }];
  }

  /** A Service that has no mark of ours was given back to its user, with the addresses that it had then. */
  #judgeService({ at: time, author }: Entry, before: ApiObject | undefined, after: ApiObject): readonly Problem[] {
    if (annotation(after, marks.behaviour) === undefined) return [];
    const known = addressesOf(before);
    const names = this.#everNamed.gatewaysOf(after);
    const missing = addressesOf(after).filter(
      (address) => !known.includes(address) && !this.#isRecorded(address, names),
    );
    const what = `${author} puts ${missing.join()} onto Service ${nameOf(after)}, which the ledger does not have for ${[...names].join() || 'a Gateway'}`;
    return missing.length === 0 ? [] : [{ counter: 'leaks', at: time, what }];
  }

  #isRecorded(address: string, names: ReadonlySet<string>): boolean {
    const entry = this.#ledger.get(address);
    if (annotation(entry, marks.uid) === undefined) return false;
    const [namespace, name] = ['namespace', 'name'].map((part) => stringOf(at(entry, 'spec', 'parentRef', part)));
    return names.has(`${namespace}/${name}`);
  }
}

/** What a Service asks for, and what its status says it has. */
function addressesOf(service: ApiObject | undefined): readonly string[] {
  return [...new Set([...addressesAsked(service), ...addressesOn(service)])];
}
