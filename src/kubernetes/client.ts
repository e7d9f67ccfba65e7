import { isDeepStrictEqual } from 'node:util';
import { type Dispatcher, Pool, ProxyAgent } from 'undici';
import type { Access, Credentials } from './credentials.ts';
import { type Answer, exchange } from './exchange.ts';
import { type Failure, failureOf, networkFailure } from './failure.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface ApiRequest {
  readonly method: Method;
  /** Path and query, e.g. `/api/v1/services?limit=500`. */
  readonly path: string;
  readonly body?: unknown;
  /** Of the body; default `application/json`. */
  readonly contentType?: string | undefined;
}

export type ApiResult = { readonly body: unknown } | { readonly failure: Failure };

export type WatchResult = { readonly stream: AsyncIterable<Uint8Array> } | { readonly failure: Failure };

/** What the rest of the controller needs of a client. */
export interface ApiClient {
  /** One request; never rejects: a failure is a value. */
  request(request: ApiRequest): Promise<ApiResult>;
  /** Opens a watch; the stream ends or throws when the connection does, or when `signal` is aborted. */
  watch(path: string, signal: AbortSignal): Promise<WatchResult>;
  /** Ends all connections at once. */
  close(): Promise<void>;
}

export interface ClientOptions {
  /** Base URL of the API server, without a slash at the end. */
  readonly server: string;
  readonly credentials: Credentials;
  readonly userAgent: string;
  readonly proxyUrl?: string | undefined;
  /** Told of every answer, for metrics; code 0: no answer. */
  readonly onAnswer?: (method: Method, code: number) => void;
}

/** Requests at one time; more wait in the pool. */
const requestConnections = 64;
const requestTimeoutMs = 30_000;
const connectTimeoutMs = 10_000;

/**
 * Talks to one API server through undici's keep-alive pools: one for requests, one for watches, which hold a
 * connection each. HTTP/1.1 only: HTTP/2 shares one flow, and never recovered from a dead one in our trials.
 */
export class KubernetesClient implements ApiClient {
  readonly #options: ClientOptions;
  readonly #origin: string;
  /** Path of the server's URL, before that of every request. */
  readonly #base: string;
  #tls: Access['tls'] | undefined;
  #requests: Dispatcher | undefined;
  #watches: Dispatcher | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
    const { origin, pathname } = new URL(options.server);
    this.#origin = origin;
    this.#base = pathname === '/' ? '' : pathname.replace(/\/$/, '');
  }

  request(request: ApiRequest): Promise<ApiResult> {
    return this.#twiceIfUnauthorized((access) => this.#requestOnce(request, access));
  }

  watch(path: string, signal: AbortSignal): Promise<WatchResult> {
    return this.#twiceIfUnauthorized((access) => this.#watchOnce(path, signal, access));
  }

  async close(): Promise<void> {
    await Promise.all([this.#requests?.destroy(), this.#watches?.destroy()]);
  }

  async #watchOnce(path: string, signal: AbortSignal, access: Access): Promise<WatchResult> {
    try {
      const { headers, watches } = this.#connect(access);
      const answer = await watches.request({
        origin: this.#origin,
        method: 'GET',
        path: `${this.#base}${path}`,
        headers,
        signal,
        bodyTimeout: 0,
        headersTimeout: requestTimeoutMs,
      });
      this.#options.onAnswer?.('GET', answer.statusCode);
      if (answer.statusCode === 200) return { stream: answer.body };
      return { failure: failureOf(answer.statusCode, parseRefusal(await answer.body.text()), retryAfterOf(answer)) };
    } catch (error) {
      return { failure: networkFailure(error) };
    }
  }

  /** A 401 is tried once more with fresh credentials. */
  async #twiceIfUnauthorized<Result extends ApiResult | WatchResult>(
    attempt: (access: Access) => Promise<Result>,
  ): Promise<Result | { readonly failure: Failure }> {
    const { credentials } = this.#options;
    try {
      const access = await credentials.current();
      const first = await attempt(access);
      if (!('failure' in first) || first.failure.kind !== 'unauthorized') return first;
      credentials.forget(access);
      return await attempt(await credentials.current());
    } catch (error) {
      return { failure: networkFailure(error) };
    }
  }

  async #requestOnce(request: ApiRequest, access: Access): Promise<ApiResult> {
    try {
      const { headers, requests } = this.#connect(access);
      const answer = await exchange(requests, {
        origin: this.#origin,
        method: request.method,
        path: `${this.#base}${request.path}`,
        headers: { ...headers, ...(request.body !== undefined && { 'content-type': typeOf(request) }) },
        ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
        headersTimeout: requestTimeoutMs,
        bodyTimeout: requestTimeoutMs,
      });
      this.#options.onAnswer?.(request.method, answer.statusCode);
      if (answer.statusCode >= 300) {
        return { failure: failureOf(answer.statusCode, parseRefusal(answer.text), retryAfterOf(answer)) };
      }
      const body = parseBody(answer.text);
      return isObject(body) ? { body } : { failure: { kind: 'retry', code: answer.statusCode, message: noObject } };
    } catch (error) {
      this.#options.onAnswer?.(request.method, 0);
      return { failure: networkFailure(error) };
    }
  }

  /** The pools for today's certificates: they are swapped when these change, old connections run out. */
  #connect({ headers, tls }: Access): { headers: Record<string, string>; requests: Dispatcher; watches: Dispatcher } {
    if (this.#requests === undefined || this.#watches === undefined || !isDeepStrictEqual(tls, this.#tls)) {
      this.#requests?.close().catch(() => {});
      this.#watches?.close().catch(() => {});
      this.#tls = tls;
      this.#requests = this.#pool(tls, requestConnections);
      this.#watches = this.#pool(tls, null);
    }
    const own = { 'user-agent': this.#options.userAgent, accept: 'application/json' };
    return { headers: { ...own, ...headers }, requests: this.#requests, watches: this.#watches };
  }

  #pool(tls: Access['tls'], connections: number | null): Dispatcher {
    const connect = { ...tls, timeout: connectTimeoutMs, keepAlive: true, keepAliveInitialDelay: 30_000 };
    const settings = { connections, pipelining: 1, allowH2: false, connect } as const;
    const { proxyUrl } = this.#options;
    return proxyUrl === undefined
      ? new Pool(this.#origin, settings)
      : new ProxyAgent({ ...settings, uri: proxyUrl, requestTls: { ...tls } });
  }
}

function typeOf(request: ApiRequest): string {
  return request.contentType ?? 'application/json';
}

function retryAfterOf({ headers }: Pick<Answer, 'headers'>): string | undefined {
  const header = headers['retry-after'];
  return typeof header === 'string' ? header : header?.[0];
}

/** Who stands before an API server, as a proxy or a login page, may answer 200 to everything. */
const noObject = 'the answer is no object in JSON: this is no Kubernetes API server, or something stands before it';

function isObject(body: unknown): boolean {
  return typeof body === 'object' && body !== null;
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A `metav1.Status`, or what else was said. */
function parseRefusal(text: string): unknown {
  return parseBody(text) ?? { message: text === '' ? undefined : text.slice(0, 200) };
}
