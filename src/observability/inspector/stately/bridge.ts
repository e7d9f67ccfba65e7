import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Timers } from '../../../kubernetes/timers.ts';
import { type AccessRules, admit } from '../access.ts';
import { type Answer, send, setSecurityHeaders, text } from '../answers.ts';
import type { Hub } from '../hub.ts';
import { Births } from './messages.ts';
import { StatelyFeed, type StatelySink, type StatelySources } from './stately-feed.ts';

/** Clients at one time: each is told of every event. */
const mostClients = 4;
/** In bytes. Nothing that a client says is read. */
const largestMessage = 1_024;
/** Bytes that may wait in a socket. */
const mostWaiting = 1_048_576;
/** Messages that are made before others have their turn. */
const messagesPerTurn = 100;

export interface BridgeOptions extends Omit<StatelySources, 'births'> {
  readonly hub: Hub;
  readonly rules: AccessRules;
  readonly soon: Timers['soon'];
}

/** Tells Stately inspectors, over WebSockets at /stately, what browsers with our page are told. */
export class StatelyBridge {
  readonly #options: BridgeOptions;
  readonly #births = new Births();
  readonly #server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: largestMessage });

  constructor(options: BridgeOptions) {
    this.#options = options;
  }

  serve(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      const refusal = this.#refusalOf(request);
      if (refusal !== undefined) answerOn(socket, request, refusal);
      else this.#server.handleUpgrade(request, socket, head, (client) => this.#attach(client, socket));
    });
  }

  /** Ends all connections at once: a client that does not answer would keep a closing one alive. */
  stop(): void {
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }

  /** Whoever may see the page may attach. A WebSocket follows no redirect: a token in its address is good enough. */
  #refusalOf({ method = 'GET', url = '/', headers }: IncomingMessage): Answer | undefined {
    if (!URL.canParse(url, 'http://localhost')) return text(400, 'no such address\n');
    const admission = admit({ method, url, headers }, this.#options.rules);
    if (admission.kind === 'refused') return text(admission.status, `${admission.message}\n`);
    if (new URL(url, 'http://localhost').pathname !== '/stately') return text(404, 'WebSockets are at /stately\n');
    if (this.#server.clients.size < mostClients) return undefined;
    return text(503, `${mostClients} Stately inspectors are attached already\n`);
  }

  #attach(client: WebSocket, socket: Socket): void {
    const { hub, soon } = this.#options;
    const sink = new SocketSink(client, socket, soon);
    const subscription = hub.join(new StatelyFeed(sink, { ...this.#options, births: this.#births }));
    sink.onRoom = () => subscription.drained();
    client.once('close', () => subscription.end());
    // What a client says wrong ends its connection, and concerns nobody else.
    client.on('error', () => client.terminate());
  }
}

/** A WebSocket that wants so much at a time, so that ten thousand actors do not hold up everybody else. */
class SocketSink implements StatelySink {
  readonly #client: WebSocket;
  readonly #socket: Socket;
  readonly #soon: Timers['soon'];
  #messages = 0;
  #isGoingOn = false;
  #isAnswered = true;
  onRoom = (): void => {};

  constructor(client: WebSocket, socket: Socket, soon: Timers['soon']) {
    this.#client = client;
    this.#socket = socket;
    this.#soon = soon;
    socket.on('drain', () => this.#goOn());
    client.on('pong', () => {
      this.#isAnswered = true;
      this.#goOn();
    });
  }

  write(text: string): boolean {
    this.#client.send(text);
    this.#messages += 1;
    if (this.#messages < messagesPerTurn && this.#hasRoom) return true;
    // Where the socket itself is full, it says when it is not.
    if (!this.#socket.writableNeedDrain) this.#goOn();
    return false;
  }

  ping(): boolean {
    const isAnswered = this.#isAnswered;
    this.#isAnswered = false;
    this.#client.ping();
    return isAnswered && this.#hasRoom;
  }

  close(): void {
    this.#client.terminate();
  }

  get #hasRoom(): boolean {
    return this.#client.bufferedAmount < mostWaiting;
  }

  #goOn(): void {
    if (this.#isGoingOn) return;
    this.#isGoingOn = true;
    this.#soon(() => {
      this.#isGoingOn = false;
      this.#messages = 0;
      if (this.#client.readyState === this.#client.OPEN) this.onRoom();
    });
  }
}

/** An ordinary answer to who asked for a WebSocket. */
function answerOn(socket: Socket, request: IncomingMessage, answer: Answer): void {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => socket.destroySoon());
  socket.on('error', () => socket.destroy());
  setSecurityHeaders(response);
  send(response, request.method ?? 'GET', answer);
}
