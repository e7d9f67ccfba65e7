import { gone } from '../api-server/failure.ts';
import type { Kind } from '../api-server/kinds.ts';
import { selectorOf } from '../api-server/read.ts';
import { bookmarkLine, changeLine, type Representation, representation, watchLine } from '../api-server/render.ts';
import type { ApiRequest } from '../api-server/request.ts';
import type { Selector } from '../api-server/selectors.ts';
import { type Change, Stored } from '../api-server/store.ts';
import type { VirtualClock } from './clock.ts';
import type { ChaosServer } from './server.ts';
import type { Stream } from './stream.ts';

/** The process at the other end. */
export interface Watcher {
  readonly name: string;
  /** Runs `action` after so many milliseconds of this process: later while it is stopped, never when it is dead. */
  later(ms: number, action: () => void): () => void;
  /** How long something takes over the network, in milliseconds. */
  latency(): number;
}

export interface SubscriptionOptions {
  readonly server: ChaosServer;
  readonly clock: VirtualClock;
  readonly watcher: Watcher;
  readonly request: ApiRequest;
  readonly stream: Stream;
  /** Begins with what was there so many milliseconds ago, and catches up later. */
  readonly staleMs: number | undefined;
  readonly onClose: () => void;
}

const bookmarkMs = 60_000;

/** One open watch at the server's end. */
export class Subscription {
  readonly #options: SubscriptionOptions;
  readonly #want: Representation;
  readonly #selector: Selector | undefined;
  readonly #cleanups: (() => void)[] = [];
  #isSilent = false;
  #heldUntil = 0;
  #lastDelivery = 0;
  #isOpen = true;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    this.#want = representation(options.request, () => new Date(options.clock.now));
    this.#selector = selectorOf(options.request);
  }

  get kind(): Kind {
    return this.#options.request.kind;
  }

  get watcher(): Watcher {
    return this.#options.watcher;
  }

  open(): void {
    const { server, clock, request } = this.#options;
    if (!this.#begin()) return;
    this.#cleanups.push(server.store.shelf(request.kind).listen((change) => this.#tell(change)));
    const seconds = Number(request.query.get('timeoutSeconds') ?? 300);
    this.#cleanups.push(clock.after(seconds * 1000, () => this.end()));
    this.#bookmarkLater();
  }

  /** Nothing comes any more, the connection stays. */
  silence(): void {
    this.#isSilent = true;
  }

  /** What happens from now on comes in one burst after so many milliseconds. */
  hold(ms: number): void {
    this.#heldUntil = this.#options.clock.now + ms;
  }

  /** Ends with an ERROR event 410. */
  expire(): void {
    const { status } = gone('The resourceVersion for the provided watch is too old.');
    this.#send(Buffer.from(`${JSON.stringify({ type: 'ERROR', object: status })}\n`));
    this.end();
  }

  end(error?: Error): void {
    const { stream, watcher, clock } = this.#options;
    const delay = error === undefined ? Math.max(1, this.#lastDelivery - clock.now) : 1;
    this.close();
    watcher.later(delay, () => stream.finish(error));
  }

  /** The client has gone. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const cleanup of this.#cleanups.splice(0)) cleanup();
    this.#options.onClose();
  }

  /** Sends what the client has missed; false where that is no longer known. */
  #begin(): boolean {
    const { server, request, staleMs } = this.#options;
    if (request.query.get('sendInitialEvents') === 'true') {
      if (staleMs === undefined) this.#sendState(server.store.shelf(request.kind).list(''), server.store.version);
      else this.#beginInThePast(staleMs);
      return true;
    }
    const missed = server.store.shelf(request.kind).since(Number(request.query.get('resourceVersion') ?? 0));
    if (missed === undefined) this.expire();
    for (const change of missed ?? []) this.#tell(change);
    return missed !== undefined;
  }

  #beginInThePast(ms: number): void {
    const { server, clock, request } = this.#options;
    const { version, objects } = stateAgo(server, request.kind, clock.now - ms);
    this.#sendState(objects, version);
    this.hold(Math.min(ms, 5_000));
    for (const change of server.changes.get(request.kind) ?? []) if (change.version > version) this.#tell(change);
  }

  #sendState(objects: readonly Stored[], version: number): void {
    const { namespace } = this.#options.request;
    for (const stored of objects) {
      if (namespace !== '' && stored.object.metadata.namespace !== namespace) continue;
      if (!this.#selector || this.#selector(stored.object)) this.#send(watchLine('ADDED', stored, this.#want));
    }
    this.#send(bookmarkLine(version, this.#want, true));
  }

  #tell(change: Change): void {
    const { namespace } = this.#options.request;
    if (namespace !== '' && change.current.object.metadata.namespace !== namespace) return;
    const line = this.#selector ? this.#selected(change, this.#selector) : changeLine(change, change.type, this.#want);
    if (line !== undefined) this.#send(line);
  }

  #selected(change: Change, selector: Selector): Buffer | undefined {
    const before = change.previous !== undefined && selector(change.previous.object);
    const after = change.type !== 'DELETED' && selector(change.current.object);
    if (after) return changeLine(change, before ? 'MODIFIED' : 'ADDED', this.#want);
    if (!before || change.previous === undefined) return undefined;
    const metadata = { ...change.previous.object.metadata, resourceVersion: String(change.version) };
    return watchLine('DELETED', new Stored({ ...change.previous.object, metadata }, change.version), this.#want);
  }

  #bookmarkLater(): void {
    const { clock, server } = this.#options;
    const bookmark = (): void => {
      this.#send(bookmarkLine(server.store.version, this.#want));
      this.#bookmarkLater();
    };
    this.#cleanups.push(clock.after(bookmarkMs, bookmark));
  }

  #send(line: Buffer): void {
    if (this.#isSilent || !this.#isOpen) return;
    const { clock, watcher, stream } = this.#options;
    const at = Math.max(clock.now + watcher.latency(), this.#lastDelivery, this.#heldUntil);
    this.#lastDelivery = at;
    watcher.later(at - clock.now, () => stream.push(line));
  }
}

/** What was stored of a kind at some time. */
export function stateAgo(
  server: ChaosServer,
  kind: Kind,
  at: number,
): { readonly version: number; readonly objects: readonly Stored[] } {
  const version = server.history.findLast((entry) => entry.at <= at)?.version ?? 1;
  const objects = new Map<string, Stored>();
  for (const change of server.changes.get(kind) ?? []) {
    if (change.version > version) break;
    if (change.type === 'DELETED') objects.delete(change.current.key);
    else objects.set(change.current.key, change.current);
  }
  return { version, objects: [...objects.values()] };
}
