import { randomUUID } from 'node:crypto';
import { forbiddenField, notSupported } from './causes.ts';
import { badRequest, type Cause, gone, invalid, notFound, tooLarge } from './failure.ts';
import type { ApiRequest } from './request.ts';
import { both, fieldSelector, labelSelector, type Selector } from './selectors.ts';
import type { Store, Stored } from './store.ts';

const NAME_FIELDS = ['metadata.name'];
const NAMESPACED_FIELDS = ['metadata.name', 'metadata.namespace'];

/** The selectors of a list or watch as one test; undefined where everything matches. */
export function selectorOf(request: ApiRequest): Selector | undefined {
  const { kind, query } = request;
  const supported = [...(kind.namespaced ? NAMESPACED_FIELDS : NAME_FIELDS), ...kind.fields];
  const labels = labelSelector(query.get('labelSelector') ?? '');
  const fields = fieldSelector(query.get('fieldSelector') ?? '', supported);
  // A watch may also name its object in the path.
  const named: Selector | undefined =
    request.name === '' ? undefined : ({ metadata }) => metadata.name === request.name;
  return both(named, both(labels, fields));
}

function listCauses({ query }: ApiRequest): Cause[] {
  const match = query.get('resourceVersionMatch');
  const causes: Cause[] = [];
  if (query.get('sendInitialEvents') !== null) {
    causes.push(forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  if (match === null) return causes;
  if (!query.get('resourceVersion')) {
    causes.push(
      forbiddenField('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided'),
    );
  }
  if (query.get('continue')) {
    causes.push(forbiddenField('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided'));
  }
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    causes.push(notSupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan', '']));
  }
  return causes;
}

/** A resourceVersion of a query as a number; 0 for none. */
export function versionOf(text: string | null): number {
  if (text === null || text === '') return 0;
  if (!/^\d+$/.test(text))
    throw badRequest(
      `invalid resource version: resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`,
    );
  return Number(text);
}

interface Snapshot {
  readonly rest: readonly Stored[];
  readonly version: number;
}

export interface Page {
  readonly items: readonly Stored[];
  readonly version: number;
  readonly continue?: string;
  readonly remaining?: number;
}

const EXPIRED =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';
const MOST_SNAPSHOTS = 200;

function isToken(text: string): boolean {
  return Buffer.from(text, 'base64url').toString('utf8').startsWith('{"rv":');
}

/** Lists, in pages where the client asks for them. A page continues the list as it was when it began. */
export class Lister {
  readonly #store: Store;
  readonly #snapshots = new Map<string, Snapshot>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Every continue token given out so far is too old. */
  expire(): void {
    this.#snapshots.clear();
  }

  list(request: ApiRequest): Page {
    const causes = listCauses(request);
    if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', resource: 'ListOptions', name: '' }, causes);
    const token = request.query.get('continue');
    const limit = Number(request.query.get('limit') ?? 0);
    const snapshot = token ? this.#resumed(token) : this.#fresh(request);
    const items = limit > 0 ? snapshot.rest.slice(0, limit) : snapshot.rest;
    const rest = snapshot.rest.slice(items.length);
    if (rest.length === 0) return { items, version: snapshot.version };
    return { items, version: snapshot.version, continue: this.#keep({ ...snapshot, rest }), remaining: rest.length };
  }

  #fresh(request: ApiRequest): Snapshot {
    const wanted = versionOf(request.query.get('resourceVersion'));
    const { version } = this.#store;
    if (wanted > version) throw tooLarge(wanted, version);
    if (request.query.get('resourceVersionMatch') === 'Exact' && wanted < version) {
      // The past is kept as changes, not as lists: any exact version but the last one is too old here.
      throw gone('The resourceVersion for the provided list is too old.');
    }
    const selector = selectorOf(request);
    const all = this.#store.shelf(request.kind).list(request.namespace);
    return { rest: selector ? all.filter((stored) => selector(stored.object)) : all, version };
  }

  #resumed(token: string): Snapshot {
    const snapshot = this.#snapshots.get(token);
    if (!snapshot && !isToken(token)) throw badRequest('invalid continue token: continue key is not valid');
    if (!snapshot) throw gone(EXPIRED);
    return snapshot;
  }

  #keep(snapshot: Snapshot): string {
    const token = Buffer.from(JSON.stringify({ rv: snapshot.version, start: randomUUID() })).toString('base64url');
    this.#snapshots.set(token, snapshot);
    const [oldest] = this.#snapshots.keys();
    if (this.#snapshots.size > MOST_SNAPSHOTS && oldest !== undefined) this.#snapshots.delete(oldest);
    return token;
  }
}

export function getObject(store: Store, request: ApiRequest): Stored {
  const { kind, namespace, name } = request;
  const stored = store.shelf(kind).get(namespace, name);
  if (!stored) throw notFound({ group: kind.group, resource: kind.plural, name });
  return stored;
}
