import { readFileSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher } from 'undici';
import { parseAllDocuments } from 'yaml';
import { ApiError, type Fields, type Manifest, type Target, type TestList, type TestObject } from './objects.ts';
import type { TestServer } from './test-server.ts';
import { TestWatch } from './test-watch.ts';

const CLUSTER_KINDS = ['Namespace', 'Node', 'GatewayClass', 'IPAddress', 'CustomResourceDefinition'];

function plural(kind: string): string {
  const name = kind.toLowerCase();
  return name.endsWith('s') ? `${name}es` : `${name}s`;
}

/** The path of a kind or object. */
export function pathOf({ apiVersion, kind, namespace, name }: Target, subresource = ''): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = CLUSTER_KINDS.includes(kind) || !namespace ? '' : `/namespaces/${namespace}`;
  const object = name ? `/${name}` : '';
  return `${root}${scope}/${plural(kind)}${object}${subresource && `/${subresource}`}`;
}

function targetOf({ apiVersion, kind, metadata }: Manifest): Target {
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}

export type Query = Readonly<Record<string, string>>;

export interface WriteOptions {
  readonly subresource?: string;
  readonly query?: Query;
  /** Content type of a patch; merge patch if left out. */
  readonly type?: string;
}

export interface RawAnswer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

interface Connection {
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string>>;
}

function pem(data: string | undefined, file: string | undefined): Buffer | undefined {
  if (data) return Buffer.from(data, 'base64');
  return file ? readFileSync(file) : undefined;
}

function connection(server: TestServer): Connection {
  const config = new KubeConfig();
  config.loadFromFile(server.kubeconfigPath);
  const [cluster, user] = [config.getCurrentCluster(), config.getCurrentUser()];
  const ca = pem(cluster?.caData, cluster?.caFile);
  const cert = pem(user?.certData, user?.certFile);
  const key = pem(user?.keyData, user?.keyFile);
  const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  const agent = new Agent({ allowH2: false, connect: { ...tls, rejectUnauthorized: cluster?.skipTLSVerify !== true } });
  return { agent, headers: user?.token ? { authorization: `Bearer ${user.token}` } : {} };
}

/** A small client for tests. It retries nothing and hides nothing. */
export class TestClient {
  readonly #server: TestServer;
  readonly #connection: Connection;
  readonly #userAgent: string;

  constructor(server: TestServer, userAgent: string) {
    this.#server = server;
    this.#connection = connection(server);
    this.#userAgent = userAgent;
  }

  create(manifest: Manifest, query: Query = {}): Promise<TestObject> {
    return this.#write('POST', pathOf({ ...targetOf(manifest), name: undefined }), manifest, { query });
  }

  async get(target: Target, subresource = ''): Promise<TestObject> {
    return this.#json('GET', pathOf(target, subresource));
  }

  /** The object, or undefined where there is none. */
  async find(target: Target): Promise<TestObject | undefined> {
    const answer = await this.raw('GET', pathOf(target));
    return answer.code === 404 ? undefined : checked<TestObject>(answer);
  }

  async list(target: Target, query: Query = {}): Promise<TestList> {
    return checked<TestList>(await this.raw('GET', `${pathOf(target)}${queryText(query)}`));
  }

  patch(target: Target, patch: object, options: WriteOptions = {}): Promise<TestObject> {
    return this.#write('PATCH', pathOf(target, options.subresource), patch, {
      type: 'application/merge-patch+json',
      ...options,
    });
  }

  replace(manifest: Manifest, options: WriteOptions = {}): Promise<TestObject> {
    return this.#write('PUT', pathOf(targetOf(manifest), options.subresource), manifest, options);
  }

  /** Deletes; gives what the server answered, the object or a Status. */
  delete(target: Target, deleteOptions: object = {}, query: Query = {}): Promise<TestObject> {
    return this.#write('DELETE', pathOf(target), deleteOptions, { query });
  }

  /** Creates or replaces every document of a manifest by server-side apply. */
  async applyManifest(yaml: string): Promise<readonly TestObject[]> {
    const applied: TestObject[] = [];
    for (const document of parseAllDocuments(yaml)) {
      const manifest = document.toJS() as Manifest | null;
      if (manifest === null) continue;
      const query = { fieldManager: this.#userAgent, force: 'true' };
      applied.push(await this.patch(targetOf(manifest), manifest, { type: 'application/apply-patch+yaml', query }));
    }
    return applied;
  }

  async watch(target: Target, query: Query = {}): Promise<TestWatch> {
    const path = `${pathOf(target)}${queryText({ ...query, watch: 'true' })}`;
    const response = await this.#request('GET', path, null, {});
    if (response.statusCode !== 200) throw new ApiError(response.statusCode, (await response.body.json()) as Fields);
    return new TestWatch(response.body);
  }

  /** Any request, whatever its answer. */
  async raw(
    method: Dispatcher.HttpMethod,
    path: string,
    body: string | null = null,
    headers: Query = {},
  ): Promise<RawAnswer> {
    const response = await this.#request(method, path, body, headers);
    return { code: response.statusCode, headers: response.headers, text: await response.body.text() };
  }

  close(): Promise<void> {
    return this.#connection.agent.destroy();
  }

  #request(method: Dispatcher.HttpMethod, path: string, body: string | null, headers: Query) {
    const all = { ...this.#connection.headers, accept: 'application/json', 'user-agent': this.#userAgent, ...headers };
    return this.#connection.agent.request({
      origin: this.#server.url,
      path,
      method,
      body,
      headers: all,
      bodyTimeout: 0,
    });
  }

  async #json(method: Dispatcher.HttpMethod, path: string): Promise<TestObject> {
    return checked<TestObject>(await this.raw(method, path));
  }

  async #write(method: Dispatcher.HttpMethod, path: string, body: object, options: WriteOptions): Promise<TestObject> {
    const headers = { 'content-type': options.type ?? 'application/json' };
    return checked<TestObject>(
      await this.raw(method, `${path}${queryText(options.query ?? {})}`, JSON.stringify(body), headers),
    );
  }
}

function queryText(query: Query): string {
  const text = new URLSearchParams(query).toString();
  return text && `?${text}`;
}

function checked<T>(answer: RawAnswer): T {
  const body = JSON.parse(answer.text) as T & Fields;
  if (answer.code >= 400) throw new ApiError(answer.code, body);
  return body;
}

export function client(server: TestServer, userAgent = 'contract-test'): TestClient {
  return new TestClient(server, userAgent);
}
