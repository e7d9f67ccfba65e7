import type { ServerResponse } from 'node:http';
import { forbiddenField, notSupported } from './causes.ts';
import { type Cause, type Failure, gone, invalid } from './failure.ts';
import type { Json } from './json.ts';
import { type Kind, kindId } from './kinds.ts';
import { selectorOf, versionOf } from './read.ts';
import { bookmarkLine, changeLine, type Representation, representation, watchLine } from './render.ts';
import type { ApiRequest } from './request.ts';
import type { Selector } from './selectors.ts';
import { type Change, type Shelf, type Store, Stored } from './store.ts';

export interface WatchOptions {
  readonly bookmarkIntervalMs: number;
  readonly now: () => Date;
}

/** One open watch request. */
export interface OpenWatch {
  readonly request: ApiRequest;
  /** Withholds every event and bookmark from now on, the connection staying open. */
  silence(): void;
  /** Ends the answer as a server does whose timeout is over. */
  end(): void;
  /** Cuts the connection. */
  drop(): void;
  /** Sends an ERROR event and ends. */
  fail(failure: Failure): void;
}

function watchCauses({ query }: ApiRequest): Cause[] {
  const match = query.get('resourceVersionMatch') ?? '';
  const initial = query.get('sendInitialEvents') !== null;
  const field = 'resourceVersionMatch';
  const causes: Cause[] = [];
  if (initial && match !== 'NotOlderThan') {
    causes.push(forbiddenField(field, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  }
  if (match !== '' && !initial) {
    causes.push(
      forbiddenField(field, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'),
    );
  }
  if (match !== '' && match !== 'NotOlderThan') causes.push(notSupported(field, match, ['NotOlderThan']));
  return causes;
}

class Watch implements OpenWatch {
  readonly request: ApiRequest;
  readonly #response: ServerResponse;
  readonly #shelf: Shelf;
  readonly #store: Store;
  readonly #want: Representation;
  readonly #selector: Selector | undefined;
  readonly #cleanups: (() => void)[] = [];
  #silent = false;

  constructor(request: ApiRequest, response: ServerResponse, store: Store, options: WatchOptions) {
    this.request = request;
    this.#response = response;
    this.#store = store;
    this.#shelf = store.shelf(request.kind);
    this.#want = representation(request, options.now);
    this.#selector = selectorOf(request);
  }

  open(options: WatchOptions): void {
    this.#response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
    this.#response.flushHeaders();
    this.#response.on('close', () => this.#close());
    if (!this.#begin()) return;
    this.#cleanups.push(this.#shelf.listen((change) => this.#tell(change)));
    const seconds = Number(this.request.query.get('timeoutSeconds') ?? 0);
    if (seconds > 0) this.#later(() => this.end(), seconds * 1000, setTimeout);
    if (this.#bookmarks) this.#later(() => this.#bookmark(), options.bookmarkIntervalMs, setInterval);
  }

  silence(): void {
    this.#silent = true;
  }

  end(): void {
    this.#close();
    this.#response.end();
  }

  drop(): void {
    this.#close();
    this.#response.destroy();
  }

  fail(failure: Failure): void {
    this.#send(Buffer.from(`${JSON.stringify({ type: 'ERROR', object: failure.status as Json })}\n`));
    this.end();
  }

  get #bookmarks(): boolean {
    const asked = this.request.query.get('allowWatchBookmarks');
    return asked === 'true' || asked === '1';
  }

  /** Sends what the client has missed; false where that is no longer known. */
  #begin(): boolean {
    const { query } = this.request;
    const version = versionOf(query.get('resourceVersion'));
    const asked = query.get('sendInitialEvents');
    if (asked === 'true' || (asked === null && version === 0)) {
      this.#sendAll();
      if (asked === 'true' && this.#bookmarks) this.#send(bookmarkLine(this.#store.version, this.#want, true));
      return true;
    }
    if (version === 0) return true;
    const missed = this.#shelf.since(version);
    if (missed) for (const change of missed) this.#tell(change);
    else this.fail(gone(`too old resource version: ${version} (${this.#shelf.oldestKnown})`));
    return missed !== undefined;
  }

  #sendAll(): void {
    for (const stored of this.#shelf.list(this.request.namespace)) {
      if (!this.#selector || this.#selector(stored.object)) this.#send(watchLine('ADDED', stored, this.#want));
    }
  }

  #tell(change: Change): void {
    const { namespace } = this.request;
    if (namespace !== '' && change.current.object.metadata.namespace !== namespace) return;
    const line = this.#selector ? this.#selected(change, this.#selector) : changeLine(change, change.type, this.#want);
    if (line) this.#send(line);
  }

  /** The line of a change for a watch with a selector: an object that stops matching is deleted for it. */
  #selected(change: Change, selector: Selector): Buffer | undefined {
    const before = change.previous !== undefined && selector(change.previous.object);
    const after = change.type !== 'DELETED' && selector(change.current.object);
    if (after) return changeLine(change, before ? 'MODIFIED' : 'ADDED', this.#want);
    if (!before || !change.previous) return undefined;
    return watchLine('DELETED', lastSeen(change.previous, change.version), this.#want);
  }

  #bookmark(): void {
    this.#send(bookmarkLine(this.#store.version, this.#want));
  }

  #send(line: Buffer): void {
    if (!this.#silent) this.#response.write(line);
  }

  #later(act: () => void, ms: number, schedule: typeof setTimeout | typeof setInterval): void {
    const timer = schedule(act, ms);
    timer.unref();
    this.#cleanups.push(() => clearTimeout(timer));
  }

  #close(): void {
    for (const cleanup of this.#cleanups.splice(0)) cleanup();
  }
}

/** An object that left a selector is shown as it last matched, at the version of its leaving. */
function lastSeen(previous: Stored, version: number): Stored {
  const metadata = { ...previous.object.metadata, resourceVersion: String(version) };
  return new Stored({ ...previous.object, metadata }, version);
}

/** All open watches of a server. */
export class Watches {
  readonly #open = new Set<OpenWatch>();
  readonly #store: Store;
  readonly #options: WatchOptions;

  constructor(store: Store, options: WatchOptions) {
    this.#store = store;
    this.#options = options;
  }

  get open(): readonly OpenWatch[] {
    return [...this.#open];
  }

  start(request: ApiRequest, response: ServerResponse, prepare: (watch: OpenWatch) => void): void {
    const causes = watchCauses(request);
    if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', resource: 'ListOptions', name: '' }, causes);
    const watch = new Watch(request, response, this.#store, this.#options);
    this.#open.add(watch);
    response.on('close', () => this.#open.delete(watch));
    prepare(watch);
    if (!response.writableEnded) watch.open(this.#options);
  }

  /** Ends the watches of a kind in one version, as when a CRD stops serving it. */
  endOf(kind: Kind, version: string): void {
    for (const watch of this.#open) {
      if (kindId(watch.request.kind) === kindId(kind) && watch.request.version === version) watch.end();
    }
  }

  dropAll(): void {
    for (const watch of this.#open) watch.drop();
  }
}
