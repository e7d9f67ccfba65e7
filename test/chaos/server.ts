import type { IncomingMessage } from 'node:http';
import { Applier } from '../api-server/apply.ts';
import { Collector } from '../api-server/collector.ts';
import { discovery } from '../api-server/discovery.ts';
import { Failure } from '../api-server/failure.ts';
import { Handler } from '../api-server/handler.ts';
import type { ApiObject } from '../api-server/json.ts';
import { ALL_KINDS, type Kind, ServedKinds } from '../api-server/kinds.ts';
import { NAMESPACE_KIND, Namespaces } from '../api-server/namespaces.ts';
import { Lister } from '../api-server/read.ts';
import { Remover } from '../api-server/remove.ts';
import { type ApiRequest, resourceRequest } from '../api-server/request.ts';
import { type Change, type Shelf, Store } from '../api-server/store.ts';
import { strategies } from '../api-server/strategies.ts';
import type { Strategy } from '../api-server/strategy.ts';
import { type WriteContext, Writer } from '../api-server/write.ts';
import type { Entry } from './history.ts';

export interface Call {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string | undefined;
  /** When it was sent; now, if left out. */
  readonly sentAt?: number | undefined;
}

export interface Answer {
  readonly code: number;
  readonly body: unknown;
  readonly retryAfter?: string | undefined;
}

const changesKept = 100_000;

/**
 * The in-memory API server of `test/api-server` without its sockets: a call is answered at once, every change is
 * noted with its author, and uids are counted, not drawn, so that one seed gives one history.
 */
export class ChaosServer {
  readonly store = new Store(changesKept);
  readonly history: Entry[] = [];
  /** Every change of a kind, also those that watches cannot have any more: for a server that lags behind. */
  readonly changes = new Map<Kind, Change[]>();
  readonly kinds: ServedKinds;
  readonly #handler: Handler;
  readonly #lister: Lister;
  readonly #now: () => number;
  #author = 'system';
  #sentAt: number | undefined;
  #seen = 0;
  #uids = 0;

  /** @param now milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
    const { store } = this;
    const date = (): Date => new Date(now());
    this.kinds = new ServedKinds(
      {},
      () => {},
      () => {},
    );
    const context: WriteContext = {
      store,
      now: date,
      strategy: this.#countingStrategies(),
      checkNamespace: (namespace, id) => namespaces.check(namespace, id),
    };
    const writer = new Writer(context);
    const remover = new Remover(context);
    const namespaces = new Namespaces(store, remover);
    new Collector(store, remover, this.kinds);
    this.#lister = new Lister(store);
    const applier = new Applier(store, writer);
    this.#handler = new Handler({ store, lister: this.#lister, writer, applier, remover, now: date });
    store.listen((shelf, change) => this.#note(shelf, change));
  }

  /** Answers one request of `author`, at once. */
  handle(author: string, { method, path, body, contentType, sentAt }: Call): Answer {
    const url = new URL(path, 'http://server');
    const found = discovery(url.pathname, 'application/json', this.kinds);
    if (found) return { code: 200, body: found.body };
    const type = body === undefined ? {} : { 'content-type': contentType ?? 'application/json' };
    const request = this.#requestOf(method, url, type);
    if (request === undefined) return { code: 404, body: { message: '404 page not found' } };
    const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body));
    this.#author = author;
    this.#sentAt = sentAt;
    try {
      const answer = this.#handler.handle({ ...request, body: bytes });
      return { code: answer.code, body: JSON.parse(answer.body) };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { code: error.status.code, body: error.status, retryAfter: error.headers['retry-after'] };
    } finally {
      this.#author = 'system';
      this.#sentAt = undefined;
    }
  }

  /** The request that a watch's or list's path makes; `undefined` where nothing serves it. */
  requestOf(path: string): ApiRequest | undefined {
    const request = this.#requestOf('GET', new URL(path, 'http://server'), {});
    return request && { ...request, body: Buffer.alloc(0) };
  }

  /** Whether anything was written since this was last asked. */
  hasChanged(): boolean {
    const before = this.#seen;
    this.#seen = this.store.version;
    return this.#seen !== before;
  }

  /** Forgets the past, as after a compaction: watches from before now are 410. */
  compact(): void {
    this.store.compact();
    this.#lister.expire();
  }

  /** Puts an object there as it stands, uid and all: what was there before anybody watched. */
  plant(object: ApiObject): void {
    const kind = ALL_KINDS.find((one) => one.kind === object.kind && one.storedAs === undefined);
    if (kind === undefined) throw new Error(`no kind ${object.apiVersion} ${object.kind}`);
    this.store.put(kind, object);
  }

  plantNamespace(name: string): void {
    const creationTimestamp = new Date(this.#now()).toISOString();
    const labels = { 'kubernetes.io/metadata.name': name };
    const metadata = { name, uid: this.#nextUid(), resourceVersion: '', creationTimestamp, labels };
    const [spec, status] = [{ finalizers: ['kubernetes'] }, { phase: 'Active' }];
    this.store.put(NAMESPACE_KIND, { apiVersion: 'v1', kind: 'Namespace', metadata, spec, status });
  }

  #requestOf(
    method: string,
    url: URL,
    headers: Readonly<Record<string, string>>,
  ): Omit<ApiRequest, 'body'> | undefined {
    return resourceRequest(
      { method, headers: { accept: 'application/json', ...headers } } as IncomingMessage,
      url,
      this.kinds,
    );
  }

  #countingStrategies(): WriteContext['strategy'] {
    const find = strategies(['IPv4', 'IPv6']);
    const known = new Map<Strategy, Strategy>();
    return (kind: Kind, version?: string): Strategy => {
      const base = find(kind, version);
      const counting = known.get(base) ?? {
        ...base,
        prepareCreate: (next: ApiObject): void => {
          next.metadata.uid = this.#nextUid();
          base.prepareCreate?.(next);
        },
      };
      known.set(base, counting);
      return counting;
    };
  }

  #nextUid(): string {
    this.#uids += 1;
    return `00000000-0000-4000-8000-${String(this.#uids).padStart(12, '0')}`;
  }

  #note(shelf: Shelf, { type, current, previous, version }: Change): void {
    const { kind } = shelf.kind;
    const changes = this.changes.get(shelf.kind) ?? [];
    changes.push({ type, current, previous, version, lines: new Map() });
    this.changes.set(shelf.kind, changes);
    const { namespace = '', name } = current.object.metadata;
    this.history.push({
      at: this.#now(),
      version,
      ...(this.#sentAt !== undefined && { sentAt: this.#sentAt }),
      author: this.#author,
      type,
      kind,
      key: `${kind}/${namespace}/${name}`,
      before: previous?.object,
      after: type === 'DELETED' ? undefined : current.object,
    });
  }
}
