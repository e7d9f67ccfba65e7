import type { ApiClient, ApiRequest, ApiResult, WatchResult } from '../../src/kubernetes/client.ts';
import { failureOf, networkFailure } from '../../src/kubernetes/failure.ts';
import { renderList, representation } from '../api-server/render.ts';
import type { Armed, FaultBoard } from './board.ts';
import type { VirtualClock } from './clock.ts';
import type { Answer, ChaosServer } from './server.ts';
import { Stream } from './stream.ts';
import { Subscription, stateAgo, type Watcher } from './subscription.ts';

export interface NetworkOptions {
  readonly server: ChaosServer;
  readonly clock: VirtualClock;
  readonly board: FaultBoard;
  /** Whether the server can send the initial state in a watch. */
  readonly canStream: boolean;
}

/** A process that talks over the network, and may be killed by it. */
export interface Caller extends Watcher {
  kill(): void;
}

const reset: ApiResult & WatchResult = { failure: networkFailure(new Error('read ECONNRESET')) };
const statuses: Readonly<Record<string, readonly [number, string]>> = {
  'conflict 409': [409, 'Conflict'],
  'too many requests 429': [429, 'TooManyRequests'],
  'server error 500': [500, 'InternalError'],
  'unavailable 503': [503, 'ServiceUnavailable'],
};

/** One request on its way. */
interface Flight {
  isOver: boolean;
  readonly sentAt: number;
  readonly caller: Caller;
  readonly end: (result: ApiResult) => void;
}

/** Everything between the controllers and the API server: takes time, breaks, and lets faults strike. */
export class Network {
  readonly #options: NetworkOptions;
  readonly #subscriptions = new Set<Subscription>();
  readonly #flights = new Set<Flight>();
  #isDown = false;

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  subscriptionsOf(name: string): readonly Subscription[] {
    return [...this.#subscriptions].filter(({ watcher }) => watcher.name === name);
  }

  client(caller: Caller): ApiClient {
    return {
      request: (request) => this.#request(caller, request),
      watch: (path, signal) => this.#watch(caller, path, signal),
      close: () => Promise.resolve(),
    };
  }

  /** A process is no more: nothing reaches it; what it has sent still arrives. */
  forget(caller: Caller): void {
    for (const subscription of this.#subscriptions) if (subscription.watcher === caller) subscription.close();
  }

  /** The API server goes and comes back: all connections break. */
  restart(downMs: number): void {
    this.#isDown = true;
    for (const subscription of this.#subscriptions) subscription.end(new Error('read ECONNRESET'));
    for (const flight of this.#flights) flight.end(reset);
    this.#options.clock.after(downMs, () => {
      this.#isDown = false;
    });
  }

  #request(caller: Caller, request: ApiRequest): Promise<ApiResult> {
    const { promise, resolve } = Promise.withResolvers<ApiResult>();
    const fault = this.#options.board.take(caller.name, request);
    if (fault?.kind === 'killed before a write') {
      caller.kill();
      return promise;
    }
    const flight: Flight = {
      isOver: false,
      sentAt: this.#options.clock.now,
      caller,
      end: (result) => {
        if (flight.isOver) return;
        flight.isOver = true;
        this.#flights.delete(flight);
        caller.later(1, () => resolve(result));
      },
    };
    this.#flights.add(flight);
    const status = fault && statuses[fault.kind];
    const refused = fault?.kind === 'connection reset' ? reset : status && refusal(status, fault);
    const delay = fault?.kind === 'request delayed' ? 200 + fault.amount * 15_000 : 0;
    this.#options.clock.after(caller.latency() + delay, () => {
      if (refused !== undefined) flight.end(refused);
      else this.#arrive(flight, request, fault);
    });
    return promise;
  }

  #arrive(flight: Flight, request: ApiRequest, fault: Armed | undefined): void {
    if (flight.isOver) return;
    const { caller } = flight;
    if (this.#isDown) {
      flight.end(reset);
      return;
    }
    const answer =
      this.#pastList(caller, request) ??
      this.#options.server.handle(caller.name, { ...request, sentAt: flight.sentAt });
    if (fault?.kind === 'killed after a write') caller.kill();
    else if (fault?.kind === 'answer lost') flight.end(reset);
    else this.#options.clock.after(caller.latency(), () => flight.end(resultOf(answer)));
  }

  async #watch(caller: Caller, path: string, signal: AbortSignal): Promise<WatchResult> {
    const { server, clock, board, canStream } = this.#options;
    await new Promise<void>((resolve) => void caller.later(caller.latency(), resolve));
    if (this.#isDown || signal.aborted) return reset;
    const request = server.requestOf(path);
    if (request === undefined) return { failure: failureOf(404, { message: '404 page not found' }, undefined) };
    const isInitial = request.query.get('sendInitialEvents') === 'true';
    if (isInitial && !canStream) {
      return { failure: failureOf(422, { reason: 'Invalid', message: 'sendInitialEvents is forbidden' }, undefined) };
    }
    const stream = new Stream();
    const onClose = (): void => void this.#subscriptions.delete(subscription);
    const staleMs = isInitial ? board.takeStale(caller.name, request.kind.plural) : undefined;
    const subscription = new Subscription({ server, clock, watcher: caller, request, stream, staleMs, onClose });
    this.#subscriptions.add(subscription);
    signal.addEventListener('abort', () => {
      subscription.close();
      stream.finish(new Error('aborted'));
    });
    subscription.open();
    return { stream };
  }

  /** The answer of a server that lags behind, where a fault asks for it. */
  #pastList(caller: Caller, { method, path }: ApiRequest): Answer | undefined {
    const { server, clock, board } = this.#options;
    const request = method === 'GET' ? server.requestOf(path) : undefined;
    if (request?.verb !== 'list') return undefined;
    const ms = board.takeStale(caller.name, request.kind.plural);
    if (ms === undefined || request.query.size > 1) return undefined;
    const { version, objects } = stateAgo(server, request.kind, clock.now - ms);
    const want = representation(request, () => new Date(clock.now));
    return { code: 200, body: JSON.parse(renderList(objects, { resourceVersion: String(version) }, want)) };
  }
}

function refusal([code, reason]: readonly [number, string], { amount }: Armed): ApiResult {
  const retryAfter = code === 429 ? String(1 + Math.floor(amount * 5)) : undefined;
  return { failure: failureOf(code, { reason, message: `${reason}, by the chaos suite` }, retryAfter) };
}

function resultOf({ code, body, retryAfter }: Answer): ApiResult {
  return code < 300 ? { body } : { failure: failureOf(code, body, retryAfter) };
}
