import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressPool } from '../../actors/address-pool.ts';
import { objectMachines } from '../../actors/descriptions.ts';
import type { Witnesses } from '../../actors/explain.ts';
import type { Transition } from '../../actors/system-options.ts';
import { chartOf } from '../../charts/chart.ts';
import { svgOf } from '../../charts/svg.ts';
import type { Timers } from '../../kubernetes/timers.ts';
import { listen, splitAddress } from '../http.ts';
import { type AccessRules, admit } from './access.ts';
import { type Answer, json, send, setSecurityHeaders, text } from './answers.ts';
import type { ActorKey } from './feed.ts';
import { Hub } from './hub.ts';
import { readPageFile, readRelayFile } from './page-files.ts';
import { type PoolPage, poolPage } from './pool.ts';
import { detailOf, keysOf, rowOf } from './rows.ts';
import type { StatelyBridge } from './stately/bridge.ts';

export interface InspectorOptions {
  /** `host:port`, as in `-inspect`. */
  readonly address: string;
  /** Empty: none is asked for. */
  readonly token: string;
  /** Whether the Stately inspector can attach. */
  readonly isStately: boolean;
  /** Who answers: the running actors, or on a standby those that only look. */
  readonly witnesses: () => Witnesses & { readonly pool: AddressPool };
  /** The line at the top of the page. */
  readonly status: () => unknown;
  readonly timers: Pick<Timers, 'after' | 'now' | 'soon'>;
  /** The last browser went. */
  readonly onUnwatched?: () => void;
}

/** Browsers at one time. */
const mostBrowsers = 32;
/** The pool's map is made anew at most this often, in milliseconds. */
const poolMs = 500;

/** The page that shows all actors, live: read-only, and without a cost while nobody looks. */
export class Inspector {
  readonly #options: InspectorOptions;
  readonly #rules: AccessRules;
  readonly #hub: Hub;
  readonly #charts = new Map<string, Promise<string>>();
  #pool: { readonly at: number; readonly page: PoolPage } | undefined;
  #server: Server | undefined;
  #bridge: StatelyBridge | undefined;

  constructor(options: InspectorOptions) {
    this.#options = options;
    this.#rules = { host: splitAddress(options.address).host, token: options.token };
    this.#hub = new Hub(
      {
        rowOf: (key) => rowOf(key, options.witnesses()),
        keys: () => keysOf(options.witnesses()),
        status: () => ({ ...(options.status() as object), browsers: this.#hub.count }),
        onUnwatched: () => options.onUnwatched?.(),
      },
      options.timers,
    );
  }

  /** @throws BindError */
  async start(): Promise<Server> {
    const { isStately } = this.#options;
    // Who would rather have HTTP/2 gets his answer without (on Node.js 24.9 and newer).
    const shouldUpgradeCallback = ({ headers }: IncomingMessage): boolean =>
      isStately && headers.upgrade?.toLowerCase() === 'websocket';
    const server = createServer({ shouldUpgradeCallback }, (request, response) => {
      this.#handle(request, response).catch(() => response.destroy());
    });
    this.#server = server;
    if (isStately) await this.#openBridge(server);
    return listen(server, 'inspect', this.#options.address);
  }

  stop(): void {
    this.#hub.stop();
    this.#bridge?.stop();
    this.#server?.close().closeAllConnections();
  }

  /** Whether a browser is attached. */
  get isWatched(): boolean {
    return this.#hub.isWatched;
  }

  noteEvent(key: ActorKey): void {
    this.#hub.noteEvent(key);
  }

  noteTransition(transition: Transition): void {
    this.#hub.noteTransition(transition);
  }

  notePool(): void {
    this.#hub.notePool();
  }

  noteAll(): void {
    this.#hub.noteAll();
  }

  /** What it is made of is loaded only where it is wanted. */
  async #openBridge(server: Server): Promise<void> {
    const { StatelyBridge } = await import('./stately/bridge.ts');
    const { witnesses, timers } = this.#options;
    this.#bridge = new StatelyBridge({
      hub: this.#hub,
      rules: this.#rules,
      actors: () => witnesses().actors,
      keys: () => keysOf(witnesses()),
      now: timers.now,
      soon: timers.soon,
    });
    this.#bridge.serve(server);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = request;
    setSecurityHeaders(response);
    const admission = admit({ method, url, headers }, this.#rules);
    if (admission.kind === 'redirect') {
      response.writeHead(303, { location: admission.location, 'set-cookie': admission.cookie }).end();
      return;
    }
    if (admission.kind === 'refused') {
      send(response, method, text(admission.status, `${admission.message}\n`));
      return;
    }
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    if (pathname === '/events' && method === 'GET') this.#stream(request, response);
    else send(response, method, await this.#answer(pathname, searchParams));
  }

  async #answer(path: string, query: URLSearchParams): Promise<Answer> {
    if (path === '/api/actor') return this.#actor(query.get('key') ?? '');
    if (path === '/api/pool') return json(this.#poolPage());
    const chart = /^\/charts\/([A-Za-z]+)\.svg$/.exec(path)?.[1];
    if (chart !== undefined) return this.#chart(chart);
    const file = (await readPageFile(path)) ?? (this.#options.isStately ? await readRelayFile(path) : undefined);
    return file === undefined ? text(404, 'not found\n') : { status: 200, ...file };
  }

  #actor(key: string): Answer {
    const detail = detailOf(key as ActorKey, this.#options.witnesses());
    return detail === undefined ? text(404, `no actor ${key}\n`) : json(detail);
  }

  #poolPage(): PoolPage {
    const at = this.#options.timers.now();
    if (this.#pool !== undefined && Math.abs(at - this.#pool.at) < poolMs) return this.#pool.page;
    const witnesses = this.#options.witnesses();
    this.#pool = { at, page: poolPage(witnesses.pool, witnesses) };
    return this.#pool.page;
  }

  async #chart(name: string): Promise<Answer> {
    const machine = objectMachines().find(({ id }) => id === name);
    if (machine === undefined) return text(404, `no chart ${name}\n`);
    const drawing = this.#charts.get(name) ?? svgOf(chartOf(machine));
    this.#charts.set(name, drawing);
    return { status: 200, contentType: 'image/svg+xml; charset=utf-8', body: await drawing };
  }

  /** Server-sent events: what there is, then what changes. */
  #stream(request: IncomingMessage, response: ServerResponse): void {
    if (this.#hub.count >= mostBrowsers) {
      send(response, 'GET', text(503, `${mostBrowsers} browsers are attached already\n`));
      return;
    }
    request.socket.setNoDelay(true);
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
    response.write(`retry: 1000\n\nevent: hello\ndata: ${JSON.stringify({ now: this.#options.timers.now() })}\n\n`);
    const subscription = this.#hub.attach({
      write: (frame) => response.write(frame),
      close: () => response.destroy(),
    });
    response.on('drain', () => subscription.drained());
    response.once('close', () => subscription.end());
  }
}
