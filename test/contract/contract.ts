import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe } from 'node:test';
import {
  ApiError,
  acquireServer,
  at,
  client,
  type Manifest,
  type Target,
  type TestClient,
  type TestServer,
  textAt,
} from '../support/server.ts';

export const GATEWAY_API = 'gateway.networking.k8s.io/v1';

/** What the tests of one file share: a server, a client, and a namespace that nobody else uses. */
export class Contract {
  /** Ends every name that this file makes. */
  readonly suffix = randomBytes(4).toString('hex');
  readonly namespace = `contract-${this.suffix}`;
  #server: TestServer | undefined;
  #api: TestClient | undefined;
  readonly #clusterObjects: Target[] = [];
  #count = 0;

  get server(): TestServer {
    assert(this.#server);
    return this.#server;
  }

  get api(): TestClient {
    assert(this.#api);
    return this.#api;
  }

  async start(): Promise<void> {
    this.#server = await acquireServer();
    this.#api = client(this.#server, `contract-${this.suffix}/1`);
    await this.api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: this.namespace } });
  }

  async stop(): Promise<void> {
    const leftovers: Target[] = [
      ...this.#clusterObjects,
      { apiVersion: 'v1', kind: 'Namespace', name: this.namespace },
    ];
    for (const target of leftovers) await this.api.delete(target).catch(() => undefined);
    await this.#api?.close();
    await this.#server?.stop();
  }

  /** A name that is used once. */
  name(prefix = 'it'): string {
    this.#count += 1;
    return `${prefix}-${this.suffix}-${this.#count}`;
  }

  /** Sees to it that an object outside the namespace goes in the end. */
  cleanUp(target: Target): void {
    this.#clusterObjects.push(target);
  }

  target(apiVersion: string, kind: string, name?: string): Target {
    return { apiVersion, kind, namespace: this.namespace, name };
  }

  configMap(name = this.name(), rest: object = {}): Manifest & { metadata: { name: string } } {
    return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: this.namespace }, ...rest };
  }

  service(spec: object, name = this.name()): Manifest & { metadata: { name: string } } {
    return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: this.namespace }, spec };
  }

  custom(kind: string, spec: object, name = this.name()): Manifest & { metadata: { name: string } } {
    return { apiVersion: GATEWAY_API, kind, metadata: { name, namespace: this.namespace }, spec };
  }
}

/** A suite that holds on the in-memory server and on a real one. */
export function contract(title: string, define: (contract: Contract) => void): void {
  describe(title, () => {
    const shared = new Contract();
    before(() => shared.start());
    after(() => shared.stop());
    define(shared);
  });
}

export interface Refusal {
  readonly code: number;
  readonly reason?: string;
  readonly message?: RegExp;
  /** `field: reason` of each cause, in any order; those that are listed must be there. */
  readonly causes?: readonly string[];
}

/** Asserts that a request is refused as described. */
export async function refused(request: Promise<unknown>, refusal: Refusal): Promise<ApiError> {
  const error = await request.then(
    () => assert.fail('the request was accepted'),
    (thrown: unknown) => thrown,
  );
  assert(error instanceof ApiError, String(error));
  assert.equal(error.code, refusal.code, error.message);
  if (refusal.reason !== undefined) assert.equal(error.reason, refusal.reason);
  if (refusal.message) assert.match(error.message, refusal.message);
  const causes = at(error.body, 'details', 'causes');
  const found = Array.isArray(causes)
    ? causes.map((cause) => `${textAt(cause, 'field')}: ${textAt(cause, 'reason')}`)
    : [];
  for (const cause of refusal.causes ?? [])
    assert(found.includes(cause), `no cause ${cause} in ${JSON.stringify(found)}`);
  return error;
}
