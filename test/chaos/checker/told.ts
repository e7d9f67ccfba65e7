import { type ApiObject, at, objectOf, stringOf } from '../../api-server/json.ts';
import { type Entry, isController } from '../history.ts';
import { EverNamed } from './ever-named.ts';
import { addressesAsked, addressesIn, annotation, isForeign, marks, nameOf } from './objects.ts';
import type { Problem } from './problem.ts';

/** That a Gateway has an address, as something that we wrote says. */
interface Tell {
  readonly where: string;
  readonly address: string;
  /** Of the Gateway; a Service knows it by name only. */
  readonly uid: string | undefined;
  /** Of the Gateway; of a Service all that its routes have ever named. */
  readonly names: ReadonlySet<string>;
}

type Present = Omit<Tell, 'where'>;

/** No moment at which two Gateways are told one address by us: in spec, status, ledger, or on a Service. */
export function findDuplicates(history: readonly Entry[]): readonly Problem[] {
  const book = new Book();
  return history.flatMap((entry) => book.take(entry));
}

class Book {
  readonly #state = new Map<string, ApiObject>();
  /** By where they stand. */
  readonly #tells = new Map<string, readonly Tell[]>();
  readonly #everNamed = new EverNamed();

  take(entry: Entry): readonly Problem[] {
    const { key, after, before } = entry;
    if (after === undefined) this.#state.delete(key);
    else this.#state.set(key, after);
    this.#everNamed.take(entry);
    switch (entry.kind) {
      case 'GatewayClass':
        this.#dropForeign();
        return [];
      case 'Gateway':
        return [
          ...this.#note(entry, 'spec', gatewayTells(after, 'spec'), addressesIn(before, 'spec')),
          // What stands there from the time before it was another controller's is told by whoever changes it next.
          ...this.#note(
            entry,
            'status',
            this.#isOurs(after) ? gatewayTells(after, 'status') : [],
            addressesIn(before, 'status'),
          ),
        ];
      case 'IPAddress':
        return this.#note(entry, 'ledger', ledgerTells(entry), []);
      case 'Service':
        return this.#note(entry, 'spec', this.#serviceTells(after), addressesAsked(before));
      default:
        return [];
    }
  }

  /** A Gateway that went to another controller has nothing from us any more, whatever its status still says. */
  #dropForeign(): void {
    for (const [key, object] of this.#state) {
      if (object.kind === 'Gateway' && !this.#isOurs(object)) this.#tells.delete(`status of ${key}`);
    }
  }

  #isOurs(gateway: ApiObject | undefined): boolean {
    return gateway !== undefined && !isForeign(gateway, this.#state);
  }

  #serviceTells(service: ApiObject | undefined): readonly Present[] {
    if (service === undefined) return [];
    const names = this.#everNamed.gatewaysOf(service);
    return addressesAsked(service).map((address) => ({ address, uid: undefined, names }));
  }

  /**
   * A controller tells what it adds; what others write takes away at most.
   * @param known addresses that stood there before, whoever wrote them.
   */
  #note(entry: Entry, place: string, present: readonly Present[], known: readonly string[]): readonly Problem[] {
    const where = `${place} of ${entry.key}`;
    const before = this.#tells.get(where) ?? [];
    const told = present.flatMap((tell): Tell | [] => {
      const isTold = before.some((one) => one.address === tell.address && one.uid === tell.uid);
      const isAdded = isController(entry.author) && !known.includes(tell.address);
      return isTold || isAdded ? { ...tell, where } : [];
    });
    this.#tells.set(where, told);
    const added = told.filter((tell) => !before.some((one) => one.address === tell.address && one.uid === tell.uid));
    return added.flatMap((tell) => this.#conflicts(tell, entry));
  }

  #conflicts(tell: Tell, { at, author }: Entry): readonly Problem[] {
    const others = [...this.#tells.values()].flat().filter((one) => one.address === tell.address && areTwo(one, tell));
    return others.slice(0, 1).map((other) => ({
      counter: 'duplicates',
      at,
      what: `${author} tells ${tell.address} in ${tell.where} (${tell.uid ?? [...tell.names].join()}), which is told in ${other.where} (${other.uid ?? [...other.names].join()})`,
    }));
  }
}

function areTwo(one: Tell, other: Tell): boolean {
  if (one.uid !== undefined && other.uid !== undefined) return one.uid !== other.uid;
  return one.names.isDisjointFrom(other.names);
}

function gatewayTells(gateway: ApiObject | undefined, part: 'spec' | 'status'): readonly Present[] {
  if (gateway === undefined) return [];
  const names = new Set([nameOf(gateway)]);
  return addressesIn(gateway, part).map((address) => ({ address, uid: gateway.metadata.uid, names }));
}

/** One that was given up tells nobody anything. */
function ledgerTells({ key, after }: Entry): readonly Present[] {
  const uid = annotation(after, marks.uid);
  if (after === undefined || uid === undefined || annotation(after, marks.releasedAt) !== undefined) return [];
  const parent = objectOf(at(after, 'spec', 'parentRef'));
  const names = new Set([`${stringOf(parent.namespace)}/${stringOf(parent.name)}`]);
  return [{ address: key.slice('IPAddress//'.length), uid, names }];
}
