import assert from 'node:assert/strict';
import { after, before, type TestContext } from 'node:test';
import type { Kind } from '../../src/objects/keys.ts';
import type { ApiServerOptions } from '../api-server/index.ts';
import { findUnseen, startTestController, type TestController } from './controller.ts';
import { ApiError, type Manifest, type Target, type TestObject } from './objects.ts';
import { grantNamespace } from './rights.ts';
import { acquireServer, client, eventually, type TestClient, type TestServer, type WriteRecord } from './server.ts';
import { findStaleFacts } from './stale-facts.ts';
import { followed, versions } from './versions.ts';

export interface FixtureOptions {
  /** Data of the pool's ConfigMap; `null`: none is made. Default: the fixture's whole IPv4 range, for all. */
  readonly pool?: Readonly<Record<string, string>> | null;
  /** Without it, no GatewayClass is made. */
  readonly hasClass?: boolean;
  /** Versions at which kinds are used; `v1` for the others. */
  readonly versions?: Readonly<Record<string, string>>;
}

const uncounted: ReadonlySet<string> = new Set(['events', 'leases']);
const controllerAgent = 'gateway-api-controller';
let fixtures = 0;

/** Tests of one suite that run at the same time: they mostly wait, each for its own fixture's controller. */
export const together = { concurrency: 4 };

/** A namespace, a GatewayClass, a controllerName and an address range of its own: tests on one server do not meet. */
export class Fixture {
  readonly server: TestServer;
  readonly client: TestClient;
  readonly namespace: string;
  /** Its own, first, and those that were added. */
  readonly namespaces: string[];
  readonly className: string;
  readonly controllerName: string;
  readonly options: FixtureOptions;
  readonly #network: string;
  readonly #network6: string;
  readonly #classes: string[];
  readonly #controllers: TestController[] = [];

  constructor(server: TestServer, options: FixtureOptions) {
    fixtures += 1;
    const id = `${process.pid.toString(36)}-${fixtures}`;
    const network = (process.pid * 97 + fixtures) % 32_768;
    this.#network = `10.${128 + (network >> 8)}.${network & 255}`;
    this.#network6 = `fd99:${network.toString(16)}`;
    this.server = server;
    this.options = options;
    this.client = client(server, 'integration-test');
    this.namespace = `it-${id}`;
    this.className = `class-${id}`;
    this.controllerName = `integration.test/c-${id}`;
    this.namespaces = [this.namespace];
    this.#classes = [this.className];
  }

  /** The whole range, as a CIDR; no other fixture has it. */
  get range(): string {
    return `${this.#network}.0/24`;
  }

  get range6(): string {
    return `${this.#network6}::/64`;
  }

  address6(host: number): string {
    return `${this.#network6}::${host === 0 ? '' : host.toString(16)}`;
  }

  address(host: number): string {
    return `${this.#network}.${host}`;
  }

  get flags(): readonly string[] {
    return ['-gateway-class-name', this.controllerName, '-ipam-configmap', `${this.namespace}/ipam`];
  }

  apiVersionOf(kind: string): string {
    const usual = versions[kind] ?? 'v1';
    const other = this.options.versions?.[kind];
    return other === undefined ? usual : usual.replace(/v1$/, other);
  }

  async setUp(): Promise<void> {
    await this.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: this.namespace } });
    if (this.server.kind === 'cluster') await grantNamespace(this.client, this.namespace);
    const { pool = { 'cidr-global': this.range }, hasClass = true } = this.options;
    if (pool !== null) await this.setPool(pool);
    if (hasClass) await this.createClass();
  }

  async createClass(controllerName = this.controllerName, name = this.className): Promise<TestObject> {
    if (!this.#classes.includes(name)) this.#classes.push(name);
    return this.client.create({
      apiVersion: this.apiVersionOf('GatewayClass'),
      kind: 'GatewayClass',
      metadata: { name },
      spec: { controllerName },
    } as Manifest);
  }

  /** Another namespace, that goes with the fixture too. */
  async addNamespace(suffix: string): Promise<string> {
    const name = `${this.namespace}-${suffix}`;
    await this.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    this.namespaces.push(name);
    return name;
  }

  /** Creates the pool's ConfigMap, or replaces what is in it. Without another word nothing is quarantined. */
  async setPool(data: Readonly<Record<string, string>>): Promise<void> {
    const metadata = { name: 'ipam', namespace: this.namespace };
    const there = await this.client.find({ apiVersion: 'v1', kind: 'ConfigMap', ...metadata });
    const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { quarantine: '0s', ...data } };
    await (there === undefined ? this.client.create(manifest) : this.client.replace(manifest));
  }

  target(kind: string, name?: string, namespace = this.namespace): Target {
    return { apiVersion: this.apiVersionOf(kind), kind, namespace, name };
  }

  /** Creates objects, in this order. */
  async create(...manifests: readonly Manifest[]): Promise<void> {
    for (const manifest of manifests) await this.client.create(manifest);
  }

  async get<T>(kind: string, name: string, namespace = this.namespace): Promise<T> {
    return (await this.client.get(this.target(kind, name, namespace))) as unknown as T;
  }

  async find<T>(kind: string, name: string, namespace = this.namespace): Promise<T | undefined> {
    return (await this.client.find(this.target(kind, name, namespace))) as unknown as T | undefined;
  }

  async patch(kind: string, name: string, patch: object, subresource = ''): Promise<void> {
    await this.client.patch(this.target(kind, name), patch, { subresource });
  }

  async delete(kind: string, name: string): Promise<void> {
    await this.client.delete(this.target(kind, name));
  }

  /** Deletes an object though finalizers hold it. */
  async deleteByForce(kind: string, name: string): Promise<void> {
    const target = this.target(kind, name);
    await this.client.delete(target).catch(ignoreMissing);
    await this.client.patch(target, { metadata: { finalizers: null } }).catch(ignoreMissing);
  }

  /** Starts a controller for this fixture's class and pool. */
  async start(...flags: readonly string[]): Promise<TestController> {
    const all = [...this.flags, ...flags];
    const controller = await startTestController({
      kubeconfigPath: this.server.controllerKubeconfigPath,
      flags: all,
      discoveryMs: 200,
    });
    this.#controllers.push(controller);
    return controller;
  }

  /**
   * Waits until the controller that was started last has seen everything as it is on the server and rests, twice in a
   * row.
   */
  async settle(deadlineMs = 20_000): Promise<void> {
    const running = this.#controllers.at(-1);
    if (running === undefined) throw new Error('no controller was started');
    let still = 0;
    let why = '';
    const isStill = async (): Promise<boolean> => {
      why = (await this.#findUnseen(running)) ?? (running.controller.isAtRest() ? '' : 'the controller is at work');
      still = why === '' ? still + 1 : 0;
      return still >= 2;
    };
    await eventually(isStill, deadlineMs).catch(() => {
      throw new Error(`not settled within ${deadlineMs} ms: ${why}`);
    });
    assert.deepEqual(findStaleFacts(running.controller.actors), [], 'all actors go by what is so');
  }

  /** Starts a controller and waits until it rests. */
  async run(...flags: readonly string[]): Promise<TestController> {
    const controller = await this.start(...flags);
    await this.settle();
    return controller;
  }

  /** Writes by controllers in this fixture, in order; Events and Leases are left out. */
  async writes(): Promise<readonly WriteRecord[]> {
    const isOurs = ({ namespace, name }: WriteRecord): boolean =>
      namespace === '' ? this.#isOwnName(name) : this.namespaces.includes(namespace);
    const counts = (record: WriteRecord): boolean =>
      record.userAgent.startsWith(controllerAgent) && !uncounted.has(record.resource) && isOurs(record);
    return (await this.server.writes()).filter(counts);
  }

  /** Waits for this long without a write. @returns the writes since `since`, as `verb resource name`. */
  async quietWrites(since: number, quietMs = 500): Promise<readonly string[]> {
    let count = -1;
    let changed = performance.now();
    const now = await eventually(async () => {
      const writes = await this.writes();
      if (writes.length !== count) changed = performance.now();
      count = writes.length;
      return performance.now() - changed >= quietMs && writes;
    });
    return now.slice(since).map(({ verb, resource, name }) => `${verb} ${resource} ${name}`);
  }

  async tearDown(): Promise<void> {
    await Promise.all(this.#controllers.map((controller) => controller.stop()));
    try {
      await this.#deleteAll();
    } finally {
      await this.client.close();
    }
  }

  async #deleteAll(): Promise<void> {
    for (const name of this.#classes) await this.deleteByForce('GatewayClass', name);
    const ledger = await this.#versionsOf('IPAddress', '');
    const entries = [...ledger.keys()].map((name) => this.target('IPAddress', name));
    const targets = [...this.namespaces.map((name) => this.target('Namespace', name)), ...entries];
    for (const target of targets) await this.client.delete(target).catch(ignoreMissing);
  }

  #isOwnName(name: string): boolean {
    return this.#classes.includes(name) || name.startsWith(`${this.#network}.`) || name.startsWith(this.#network6);
  }

  /** What the controller has not seen as the server has it. */
  async #findUnseen({ controller: { cluster } }: TestController): Promise<string | undefined> {
    for (const kind of followed) {
      const isMeant = (name: string): boolean => kind !== 'IPAddress' || this.#isOwnName(name);
      for (const namespace of kind === 'IPAddress' ? [''] : this.namespaces) {
        const there = await this.#versionsOf(kind, namespace);
        const unseen = findUnseen(cluster, { kind, namespace, isMeant, there });
        if (unseen !== undefined) return unseen;
      }
    }
    return this.#findUnseenSettings(cluster);
  }

  async #findUnseenSettings(cluster: TestController['controller']['cluster']): Promise<string | undefined> {
    for (const [kind, namespace, name] of [
      ...this.#classes.map((className) => ['GatewayClass', '', className] as const),
      ['ConfigMap', this.namespace, 'ipam'] as const,
    ]) {
      const there = await this.client.find(this.target(kind, name, namespace));
      const seen = cluster.get(`${kind}/${namespace}/${name}`)?.metadata.resourceVersion;
      if (there?.metadata.resourceVersion !== seen) return `${kind} ${name} unseen`;
    }
    return undefined;
  }

  async #versionsOf(kind: Kind, namespace: string): Promise<ReadonlyMap<string, string>> {
    try {
      const { items } = await this.client.list(this.target(kind, undefined, namespace));
      const own = kind === 'IPAddress' ? items.filter(({ metadata }) => this.#isOwnName(metadata.name)) : items;
      return new Map(own.map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
    } catch (error) {
      if (error instanceof ApiError || error instanceof SyntaxError) return new Map();
      throw error;
    }
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof ApiError) || error.code !== 404) throw error;
}

/** Makes the fixtures of one test file. */
export interface Fixtures {
  /** A new fixture, that is taken down at the end of the test. */
  readonly fixture: (t: TestContext, options?: FixtureOptions) => Promise<Fixture>;
}

/** To be called in a `describe`: one server for its tests. `options` are for the in-memory server. */
export function useServer(options: ApiServerOptions = {}): Fixtures {
  let server: TestServer | undefined;
  before(async () => {
    server = await acquireServer(options);
  });
  after(() => server?.stop());
  return {
    fixture: async (t, fixtureOptions = {}) => {
      if (server === undefined) throw new Error('no test has begun');
      const fixture = new Fixture(server, fixtureOptions);
      t.after(() => fixture.tearDown());
      await fixture.setUp();
      return fixture;
    },
  };
}
