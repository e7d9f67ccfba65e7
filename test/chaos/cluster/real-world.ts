import type { ApiObject, JsonObject } from '../../api-server/json.ts';
import { client, type TestClient, type TestServer } from '../../support/server.ts';
import { announce, makeSlice } from '../agents.ts';
import { furnish } from '../furnishing.ts';
import type { Entry } from '../history.ts';
import { infra, namespaces, paths } from '../manifests.ts';
import type { Answer } from '../server.ts';
import type { Cluster } from '../world.ts';
import { Mirror } from './mirror.ts';

const done: Answer = { code: 200, body: {} };

/**
 * A real API server with the users and agents of the chaos suite. What they ask for is sent one after the other, and
 * whether it was taken is seen by what becomes of it.
 */
export class RealWorld implements Cluster {
  readonly #client: TestClient;
  readonly #mirror: Mirror;
  readonly #timers = new Set<NodeJS.Timeout>();
  #tail: Promise<unknown> = Promise.resolve();

  constructor(server: TestServer) {
    this.#client = client(server, 'chaos');
    this.#mirror = new Mirror(this.#client, (entry) => this.#act(entry));
  }

  /** Makes what is there when a seed begins. */
  async start(): Promise<void> {
    for (const name of [infra, ...namespaces]) {
      this.call('admin', 'POST', paths.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    }
    furnish((author, method, path, body) => this.call(author, method, path, body));
    await this.drain();
    await this.#mirror.start();
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await this.drain();
    this.#mirror.stop();
    await this.#client.close();
  }

  get history(): readonly Entry[] {
    return this.#mirror.history;
  }

  all(kind: string): readonly ApiObject[] {
    return this.#mirror.all(kind);
  }

  find(kind: string, namespace: string, name: string): ApiObject | undefined {
    return this.#mirror.find(kind, namespace, name);
  }

  call(_author: string, method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: JsonObject): Answer {
    return this.#send(method, path, 'application/json', body);
  }

  patch(_author: string, path: string, body: JsonObject): Answer {
    return this.#send('PATCH', path, 'application/merge-patch+json', body);
  }

  /** Until all that was asked for is answered. */
  async drain(): Promise<void> {
    for (let tail: unknown; tail !== this.#tail; ) {
      tail = this.#tail;
      await this.#tail;
    }
  }

  #send(method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH', path: string, type: string, body?: JsonObject): Answer {
    const text = body === undefined ? null : JSON.stringify(body);
    this.#tail = this.#tail.then(() => this.#client.raw(method, path, text, { 'content-type': type }));
    return done;
  }

  /** The agents: endpoints and an announcer, a little later. */
  #act({ type, after }: Entry): void {
    if (after?.kind !== 'Service') return;
    const { namespace = '', name, uid } = after.metadata;
    if (type === 'ADDED') this.#later(40, () => makeSlice(this, namespace, name));
    this.#later(300, () => announce(this, namespace, name, uid));
  }

  #later(ms: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, ms);
    this.#timers.add(timer);
  }
}
