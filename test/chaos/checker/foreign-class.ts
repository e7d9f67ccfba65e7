import { type ApiObject, at, equal, type JsonObject, objectOf, objectsOf, stringOf } from '../../api-server/json.ts';
import type { Entry } from '../history.ts';
import { EverNamed } from './ever-named.ts';
import { ours, parentKey } from './objects.ts';
import { flatten } from './paths.ts';

/**
 * Nothing is added to what is another controller's by its class: a Gateway, a ListenerSet of such a one, and our entry
 * in the status of a route for such a one. To take away what is ours, from the time before, stays allowed.
 */
export class ForeignClasses {
  readonly #lateMs: number;
  readonly #gateways = new Map<string, ApiObject>();
  /** Since when a class, by its name, is another controller's. */
  readonly #classes = new Map<string, number>();
  /** Since when a Gateway names such a class, by its key. */
  readonly #since = new Map<string, number>();
  readonly #everNamed = new EverNamed();

  /** @param lateMs how late a controller may know of a change, in milliseconds. */
  constructor(lateMs: number) {
    this.#lateMs = lateMs;
  }

  take(entry: Entry): void {
    const { kind, key, after, at: time } = entry;
    this.#everNamed.take(entry);
    if (kind === 'GatewayClass') {
      const isForeign = after !== undefined && at(after, 'spec', 'controllerName') !== ours;
      note(this.#classes, key.slice('GatewayClass//'.length), isForeign, time);
      for (const [gateway, object] of this.#gateways) note(this.#since, gateway, this.#isForeign(object), time);
    }
    if (kind !== 'Gateway') return;
    if (after === undefined) this.#gateways.delete(key);
    else this.#gateways.set(key, after);
    note(this.#since, key, after !== undefined && this.#isForeign(after), time);
  }

  /** Why a controller may not have written this. */
  refuse({ kind, key, before, after, at: time }: Entry): string | undefined {
    if (before === undefined || after === undefined) return undefined;
    const isRoute = kind === 'TCPRoute' || kind === 'UDPRoute';
    if (isRoute) return this.#refuseParents(before, after, time);
    // A write of a Gateway is bound to the version that names the class.
    const isTheirs =
      kind === 'Gateway'
        ? this.#isLong(this.#classes.get(classOf(before)), time)
        : kind === 'ListenerSet' && this.#belongsToOthers(key, time);
    const paths = isTheirs ? added(before, after) : [];
    return paths.length === 0 ? undefined : `added ${paths.join(' ')}, though its class is another controller's`;
  }

  #refuseParents(before: ApiObject, after: ApiObject, time: number): string | undefined {
    const known = ourParents(before);
    const told = ourParents(after).filter((entry) => !known.some((one) => equal(one, entry)));
    const parents = told.map(({ parentRef }) => parentKey(objectOf(parentRef), after.metadata.namespace));
    const wrong = parents.find((parent) => this.#belongsToOthers(parent, time));
    return wrong === undefined ? undefined : `tells of ${wrong}, whose class is another controller's`;
  }

  /** Whether all Gateways that this is, or ever was for, have long been another controller's. */
  #belongsToOthers(key: string, time: number): boolean {
    const gateways = key.startsWith('Gateway/') ? [key.slice('Gateway/'.length)] : this.#everNamed.gatewaysBehind(key);
    return gateways.length > 0 && gateways.every((name) => this.#isLong(this.#since.get(`Gateway/${name}`), time));
  }

  #isForeign(gateway: ApiObject): boolean {
    return this.#classes.has(classOf(gateway));
  }

  #isLong(since: number | undefined, time: number): boolean {
    return since !== undefined && time - since > this.#lateMs;
  }
}

function note(times: Map<string, number>, key: string, holds: boolean, time: number): void {
  if (!holds) times.delete(key);
  else if (!times.has(key)) times.set(key, time);
}

function classOf(gateway: ApiObject): string {
  return stringOf(at(gateway, 'spec', 'gatewayClassName'));
}

function ourParents(route: ApiObject): readonly JsonObject[] {
  return objectsOf(at(route, 'status', 'parents')).filter(({ controllerName }) => controllerName === ours);
}

/** Paths of values that were not there, wherever in a list they stand. */
function added(before: ApiObject, after: ApiObject): readonly string[] {
  const leaves = (object: ApiObject): Map<string, string> => {
    const all = [...flatten(object)].filter(([path]) => !/^metadata\.(resourceVersion|generation)$/.test(path));
    return new Map(all.map(([path, value]) => [`${path.replaceAll(/\[\d+\]/g, '[]')}=${value}`, path]));
  };
  const known = leaves(before);
  return [...leaves(after)].flatMap(([leaf, path]) => (known.has(leaf) ? [] : path));
}
