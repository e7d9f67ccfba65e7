import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { TestContext } from 'node:test';
import { attachToCluster } from '../cluster/attach.ts';
import type { Echo } from '../lab/echo.ts';
import { at, client, eventually, type Manifest, type Target, type TestClient, textAt } from '../support/server.ts';
import type { TestServer } from '../support/test-server.ts';
import { type Endpoint, type Reply, TrafficClient } from './client.ts';

export { controllerImage, echoImage } from './manifests.ts';

const apiVersions: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  Gateway: 'gateway.networking.k8s.io/v1',
  TCPRoute: 'gateway.networking.k8s.io/v1',
  UDPRoute: 'gateway.networking.k8s.io/v1',
  ReferenceGrant: 'gateway.networking.k8s.io/v1',
};

/** What a test does not wait longer for, in milliseconds. */
const deadlineMs = 60_000;

/** Namespaces of one test, and the client. When the test is over they are deleted, and go in their own time. */
export class Site {
  readonly namespace: string;
  readonly #server: TestServer;
  /** As an administrator. */
  readonly api: TestClient;
  readonly #client = new TrafficClient();
  readonly #namespaces: string[] = [];

  constructor(server: TestServer) {
    this.#server = server;
    this.api = client(server, 'traffic-test');
    this.namespace = `traffic-${randomUUID().slice(0, 8)}`;
  }

  async makeNamespace(name: string): Promise<void> {
    await this.api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    this.#namespaces.push(name);
  }

  /** Creates objects, in this order, in the test's namespace or that which they name. */
  async create(...manifests: readonly Manifest[]): Promise<void> {
    for (const manifest of manifests) {
      await this.api.create({ ...manifest, metadata: { namespace: this.namespace, ...manifest.metadata } });
    }
  }

  async patch(kind: string, name: string, patch: object, subresource = ''): Promise<void> {
    await this.api.patch(this.#target(kind, name), patch, { subresource });
  }

  async delete(kind: string, name: string, namespace = this.namespace): Promise<void> {
    await this.api.delete({ ...this.#target(kind, name), namespace });
  }

  /** The object, or undefined where there is none. */
  find(kind: string, name: string) {
    return this.api.find(this.#target(kind, name));
  }

  get(kind: string, name: string) {
    return this.api.get(this.#target(kind, name));
  }

  /** Whether a Deployment has nothing but new pods, all of them ready. */
  async isRolledOut(deployment: string): Promise<boolean> {
    const { metadata, spec, status } = await this.get('Deployment', deployment);
    const counts = ['replicas', 'updatedReplicas', 'availableReplicas'].map((field) => at(status, field));
    return (
      at(status, 'observedGeneration') === metadata.generation &&
      counts.every((count) => count === at(spec, 'replicas'))
    );
  }

  /** Names of the pods that carry the label `app`, those that are going left out. */
  async podsOf(app: string, isReady = true): Promise<readonly string[]> {
    const { items } = await this.api.list(this.#target('Pod'), { labelSelector: `app=${app}` });
    return items
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .filter(
        (pod) => !isReady || /"type":"Ready","status":"True"/.test(JSON.stringify(at(pod, 'status', 'conditions'))),
      )
      .map(({ metadata }) => metadata.name);
  }

  /** The Gateway's addresses, as soon as it is Programmed for what it says now. */
  async addressesOf(gateway: string): Promise<readonly string[]> {
    let conditions: readonly Condition[] = [];
    const programmed = eventually(async () => {
      const { metadata, status } = await this.get('Gateway', gateway);
      conditions = (at(status, 'conditions') ?? []) as readonly Condition[];
      const { status: value, observedGeneration } = conditions.find(({ type }) => type === 'Programmed') ?? {};
      const addresses = (at(status, 'addresses') ?? []) as readonly { readonly value: string }[];
      return value === 'True' && observedGeneration === metadata.generation && addresses.map(({ value }) => value);
    }, deadlineMs);
    return await programmed.catch((cause) => {
      throw new Error(`Gateway ${gateway} is not Programmed: ${JSON.stringify(conditions)}`, { cause });
    });
  }

  /** The Gateway's one address of this family. */
  async addressOf(gateway: string, family: 'ipv4' | 'ipv6' = 'ipv4'): Promise<string> {
    const addresses = await this.addressesOf(gateway);
    const found = addresses.filter((address) => isIPv6(address) === (family === 'ipv6'));
    assert.equal(found.length, 1, `${gateway} has ${addresses.join()}`);
    return found[0] ?? '';
  }

  /** One connection, or datagram, from the client. */
  ask(endpoint: Endpoint): Promise<Reply> {
    return this.#client.ask(endpoint);
  }

  /** What the first pod that answers says. */
  async firstAnswer(endpoint: Endpoint): Promise<Echo> {
    return await eventually(async () => {
      const reply = await this.ask(endpoint);
      return 'pod' in reply && reply;
    }, deadlineMs);
  }

  /** Waits until nobody answers, and the client is told so by this error, if one is given. */
  async untilUnanswered(endpoint: Endpoint, code?: string): Promise<void> {
    await eventually(async () => {
      const reply = await this.ask(endpoint);
      return 'error' in reply && (code === undefined || reply.error === code);
    }, deadlineMs);
  }

  /** Asks until each of these pods has answered, and nobody else has in a whole round. */
  async untilAnsweredBy(pods: readonly string[], endpoint: Endpoint): Promise<void> {
    const wanted = [...pods].sort().join();
    await eventually(async () => {
      const replies = await this.askMany(endpoint, 12 * pods.length);
      return [...new Set(replies.map((reply) => ('pod' in reply ? reply.pod : reply.error)))].sort().join() === wanted;
    }, deadlineMs);
  }

  /** Asks this many times, one after the other. */
  async askMany(endpoint: Endpoint, times: number): Promise<readonly Reply[]> {
    const replies: Reply[] = [];
    while (replies.length < times) replies.push(await this.ask(endpoint));
    return replies;
  }

  async tearDown(): Promise<void> {
    await this.#client.close();
    for (const name of this.#namespaces) await this.api.delete({ apiVersion: 'v1', kind: 'Namespace', name });
    await this.api.close();
    await this.#server.stop();
  }

  #target(kind: string, name?: string): Target {
    return { apiVersion: apiVersions[kind] ?? 'v1', kind, namespace: this.namespace, name };
  }
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly observedGeneration?: number;
  readonly [field: string]: string | number | undefined;
}

/** A site in the lab for one test. */
export async function useSite(t: TestContext): Promise<Site> {
  const server = await attachToCluster();
  assert.ok(server, 'these tests run under npm run test:traffic only');
  const site = new Site(server);
  t.after(() => site.tearDown());
  await site.makeNamespace(site.namespace);
  return site;
}

/** The reason of a route's condition at its first parent. */
export async function reasonOf(site: Site, kind: string, name: string, type: string): Promise<string> {
  const conditions = at((await site.get(kind, name)).status, 'parents', 0, 'conditions') as
    | readonly Condition[]
    | undefined;
  return textAt(conditions?.find((condition) => condition.type === type) ?? {}, 'reason');
}
