import { type ApiObject, at, stringOf } from '../../api-server/json.ts';
import { type Entry, isController } from '../history.ts';
import { addressesIn, isForeign, nameOf } from './objects.ts';
import type { Problem } from './problem.ts';

/**
 * No Gateway's address changes unasked. Who asks is the user who writes another `spec.addresses`, or gives the Gateway
 * or its class to another controller.
 */
export function findLostAddresses(history: readonly Entry[]): readonly Problem[] {
  const book = new Book();
  return history.flatMap((entry) => book.take(entry));
}

class Book {
  readonly #state = new Map<string, ApiObject>();
  /** Gateways of which somebody has asked for a change since their address was told last, by uid. */
  readonly #asked = new Set<string>();

  take(entry: Entry): readonly Problem[] {
    const { key, kind, after, before, author } = entry;
    if (after === undefined) this.#state.delete(key);
    else this.#state.set(key, after);
    if (kind === 'GatewayClass') this.#noteForeign();
    if (kind !== 'Gateway' || before === undefined || after === undefined) return [];
    if (isController(author)) return this.#judge(entry, before, after);
    if (isAsking(before, after) || isForeign(after, this.#state)) this.#asked.add(after.metadata.uid);
    return [];
  }

  #noteForeign(): void {
    for (const object of this.#state.values()) {
      if (object.kind === 'Gateway' && isForeign(object, this.#state)) this.#asked.add(object.metadata.uid);
    }
  }

  #judge({ author, at: time }: Entry, before: ApiObject, after: ApiObject): readonly Problem[] {
    const [told, now] = [addressesIn(before, 'status'), addressesIn(after, 'status')];
    if (told.join() === now.join()) return [];
    const isAsked = this.#asked.delete(after.metadata.uid);
    const lost = told.filter((address) => !now.includes(address));
    if (lost.length === 0 || isAsked) return [];
    const what = `${author} takes ${lost.join()} from Gateway ${nameOf(after)}, which has ${now.join() || 'none'} now`;
    return [{ counter: 'lost', at: time, what }];
  }
}

/** An address that is taken out of the spec is held all the same: only another one is a wish. */
function isAsking(before: ApiObject, after: ApiObject): boolean {
  const wanted = addressesIn(after, 'spec');
  const isAddress = wanted.length > 0 && wanted.join() !== addressesIn(before, 'spec').join();
  return (
    isAddress || stringOf(at(before, 'spec', 'gatewayClassName')) !== stringOf(at(after, 'spec', 'gatewayClassName'))
  );
}
