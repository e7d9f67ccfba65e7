import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { WriteRecord } from '../support/test-server.ts';
import { nameInBody } from './body.ts';
import { discovery } from './discovery.ts';
import { Failure, internalError, tooLargeBody, unknownPath } from './failure.ts';
import { type Faults, faultFailure, type Strike, strikeWatch } from './faults.ts';
import { type Handler, send } from './handler.ts';
import { GATEWAY_API, kindId, type ServedKinds } from './kinds.ts';
import { openapi } from './openapi.ts';
import { renderList, representation } from './render.ts';
import { type ApiRequest, readBody, resourceRequest } from './request.ts';
import type { Watches } from './watch.ts';

export interface ServerParts {
  readonly kinds: ServedKinds;
  readonly handler: Handler;
  readonly watches: Watches;
  readonly faults: Faults;
  readonly now: () => Date;
}

const HEALTH = /^\/(healthz|readyz|livez)(\/|$)/;

/** The HTTP side: finds out what a request is, lets faults strike, has it answered, records writes. */
export class HttpServer {
  readonly server: Server;
  readonly writes: WriteRecord[] = [];
  readonly #parts: ServerParts;

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.server = createServer((incoming, response) => {
      this.#serve(incoming, response).catch((error: unknown) => this.#crash(response, error));
    });
    this.server.keepAliveTimeout = 120_000;
    this.server.requestTimeout = 0;
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', 'http://server');
    if (HEALTH.test(url.pathname)) return send(response, { code: 200, body: 'ok' }, { 'content-type': 'text/plain' });
    const { kinds } = this.#parts;
    const found = discovery(url.pathname, incoming.headers.accept ?? '', kinds) ?? openapi(url.pathname, kinds);
    if (found) {
      return send(response, { code: 200, body: JSON.stringify(found.body) }, { 'content-type': found.contentType });
    }
    const request = resourceRequest(incoming, url, kinds);
    const body = await readBody(incoming);
    if (!body) sendFailure(response, tooLargeBody());
    else if (request) await this.#answer({ ...request, body }, response);
    else this.#unserved(url, response);
  }

  /** A path that nothing serves: a Status in a built-in group, plain text elsewhere, as the real server does it. */
  #unserved(url: URL, response: ServerResponse): void {
    const [, root, group = '', version = ''] = url.pathname.split('/');
    const versions = this.#parts.kinds.groups().get(root === 'api' ? '' : group);
    const builtin = root === 'api' ? group === 'v1' : group !== GATEWAY_API && versions?.has(version) === true;
    if (builtin) sendFailure(response, unknownPath());
    else send(response, { code: 404, body: '404 page not found\n' }, { 'content-type': 'text/plain; charset=utf-8' });
  }

  async #answer(request: ApiRequest, response: ServerResponse): Promise<void> {
    const strike = await this.#parts.faults.strike(request);
    if (response.destroyed) return;
    switch (strike?.effect.type) {
      case 'drop':
        response.destroy();
        return;
      case 'reset':
        response.socket?.resetAndDestroy();
        return;
      default:
        this.#perform(request, response, strike);
    }
  }

  #perform(request: ApiRequest, response: ServerResponse, strike: Strike | undefined): void {
    try {
      if (strike?.effect.type === 'status') throw faultFailure(strike.effect, request);
      if (request.verb === 'watch') {
        this.#watch(request, response, strike);
        return;
      }
      const answer = strike?.past ? this.#past(request, strike.past) : this.#parts.handler.handle(request);
      this.#record(request, answer.code);
      if (strike?.effect.type === 'loseResponse') response.destroy();
      else send(response, answer);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#record(request, error.status.code);
      sendFailure(response, error);
    }
  }

  #watch(request: ApiRequest, response: ServerResponse, strike: Strike | undefined): void {
    this.#parts.watches.start(request, response, (watch) => {
      if (strike) strikeWatch(watch, strike.effect);
    });
  }

  #past(request: ApiRequest, past: NonNullable<Strike['past']>): { code: number; body: string } {
    const stored = past.objects.get(kindId(request.kind)) ?? [];
    const items = stored.filter(
      ({ object }) => request.namespace === '' || object.metadata.namespace === request.namespace,
    );
    const metadata = { resourceVersion: String(past.version) };
    return { code: 200, body: renderList(items, metadata, representation(request, this.#parts.now)) };
  }

  #record(request: ApiRequest, code: number): void {
    const { verb, kind, subresource, namespace, name, userAgent } = request;
    if (verb === 'get' || verb === 'list' || verb === 'watch') return;
    const resource = subresource === '' ? kind.plural : `${kind.plural}/${subresource}`;
    this.writes.push({
      verb,
      resource,
      namespace,
      name: name || (verb === 'create' ? nameInBody(request) : ''),
      userAgent,
      code,
    });
  }

  #crash(response: ServerResponse, error: unknown): void {
    console.error('the in-memory API server failed on a request:', error);
    if (response.headersSent) response.destroy();
    else sendFailure(response, internalError(error instanceof Error ? error.message : String(error)));
  }
}

function sendFailure(response: ServerResponse, failure: Failure): void {
  send(response, { code: failure.status.code, body: JSON.stringify(failure.status) }, failure.headers);
}
