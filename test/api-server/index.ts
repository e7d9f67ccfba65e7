import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { TestServer, WriteRecord } from '../support/test-server.ts';
import { Applier } from './apply.ts';
import { Collector } from './collector.ts';
import { Faults } from './faults.ts';
import { Handler } from './handler.ts';
import { ALL_KINDS, type Kind, ServedKinds, type ServedVersions } from './kinds.ts';
import { type KubeconfigFile, writeKubeconfig } from './kubeconfig.ts';
import { timestamp } from './metadata.ts';
import { NAMESPACE_KIND, Namespaces } from './namespaces.ts';
import { Lister } from './read.ts';
import { Remover } from './remove.ts';
import { HttpServer } from './server.ts';
import { Store } from './store.ts';
import { strategies } from './strategies.ts';
import { Watches } from './watch.ts';
import { type WriteContext, Writer } from './write.ts';

export interface ApiServerOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly now?: () => Date;
  /** Versions to serve by resource, e.g. `{ tcproutes: ['v1alpha2'], listenersets: [] }`; the standard channel's for the others. */
  readonly kinds?: ServedVersions;
  /** Changes that are kept per kind; a watch from before them is 410. */
  readonly watchHistory?: number;
  readonly bookmarkIntervalMs?: number;
  /** IP families of the cluster's Services, the default one first; dual stack with IPv4 first if left out. */
  readonly families?: readonly ('IPv4' | 'IPv6')[];
}

function assemble(options: ApiServerOptions) {
  const now = options.now ?? (() => new Date());
  const store = new Store(options.watchHistory ?? 10_000);
  const watches = new Watches(store, { bookmarkIntervalMs: options.bookmarkIntervalMs ?? 60_000, now });
  const purge = (kind: Kind) => {
    for (const stored of store.shelf(kind).list('')) store.remove(kind, stored);
  };
  const kinds = new ServedKinds(options.kinds ?? {}, (kind, version) => watches.endOf(kind, version), purge);
  const context: WriteContext = {
    store,
    now,
    strategy: strategies(options.families ?? ['IPv4', 'IPv6']),
    checkNamespace: (namespace, id) => namespaces.check(namespace, id),
  };
  const writer = new Writer(context);
  const remover = new Remover(context);
  const namespaces = new Namespaces(store, remover);
  new Collector(store, remover, kinds);
  const lister = new Lister(store);
  const applier = new Applier(store, writer);
  const handler = new Handler({ store, lister, writer, applier, remover, now });
  const faults = new Faults(store, () => watches.open);
  const http = new HttpServer({ kinds, handler, watches, faults, now });
  return { now, store, watches, kinds, lister, faults, http };
}

type Parts = ReturnType<typeof assemble>;

/**
 * A Kubernetes API server in memory, over real HTTP. It knows of no controller. It behaves as kube-apiserver 1.37 with
 * the Gateway API's standard CRDs does: `test/contract` holds it to that. What it leaves out:
 *
 * - authentication, RBAC and admission (denials come from `faults`); managedFields, though server-side apply knows the
 *   owners of fields: by list keys of its own, and from an object's first apply on;
 * - strategic merge patches know the merge keys of lists by field name only; protobuf only the kinds of `kubectl create`;
 * - schemas exist for Services and the Gateway API: other kinds keep fields that the real server would prune;
 * - a list at an exact older version is 410; controllers other than garbage collection and namespaces; Nodes' defaults.
 */
export class MemoryApiServer implements TestServer {
  readonly kind = 'memory';
  readonly url: string;
  readonly kubeconfigPath: string;
  readonly controllerKubeconfigPath: string;
  readonly #parts: Parts;
  readonly #kubeconfig: KubeconfigFile;

  constructor(parts: Parts, url: string, kubeconfig: KubeconfigFile) {
    this.#parts = parts;
    this.url = url;
    this.kubeconfigPath = kubeconfig.path;
    this.controllerKubeconfigPath = kubeconfig.path;
    this.#kubeconfig = kubeconfig;
  }

  get faults(): Faults {
    return this.#parts.faults;
  }

  get kinds(): ServedKinds {
    return this.#parts.kinds;
  }

  /** How many watches are open. */
  get openWatches(): number {
    return this.#parts.watches.open.length;
  }

  /** The version of the last change. */
  get resourceVersion(): number {
    return this.#parts.store.version;
  }

  writes(): Promise<readonly WriteRecord[]> {
    return Promise.resolve([...this.#parts.http.writes]);
  }

  /** Cuts the connection of every watch. */
  dropWatches(): void {
    this.#parts.watches.dropAll();
  }

  /** Forgets the past: watches and continue tokens from before now are 410. */
  compact(): void {
    this.#parts.store.compact();
    this.#parts.lister.expire();
  }

  async stop(): Promise<void> {
    this.#parts.watches.dropAll();
    const { server } = this.#parts.http;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
    await this.#kubeconfig.remove();
  }
}

function seedNamespaces({ store, now }: Parts): void {
  for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system']) {
    const labels = { 'kubernetes.io/metadata.name': name };
    const metadata = {
      name,
      uid: crypto.randomUUID(),
      resourceVersion: '',
      creationTimestamp: timestamp(now()),
      labels,
    };
    const status = { phase: 'Active' };
    store.put(NAMESPACE_KIND, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata,
      spec: { finalizers: ['kubernetes'] },
      status,
    });
  }
}

/** Of the Gateway API's definitions one is there, without its schemas: the one that tells the release. */
function seedDefinition({ store, now }: Parts): void {
  const kind = ALL_KINDS.find((candidate) => candidate.kind === 'CustomResourceDefinition');
  if (kind === undefined) throw new Error('there is no kind CustomResourceDefinition');
  const metadata = {
    name: 'gatewayclasses.gateway.networking.k8s.io',
    uid: crypto.randomUUID(),
    resourceVersion: '',
    generation: 1,
    creationTimestamp: timestamp(now()),
    annotations: {
      'gateway.networking.k8s.io/bundle-version': 'v1.6.3',
      'gateway.networking.k8s.io/channel': 'standard',
    },
  };
  const names = { kind: 'GatewayClass', plural: 'gatewayclasses' };
  const spec = { group: 'gateway.networking.k8s.io', scope: 'Cluster', names };
  store.put(kind, { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata, spec });
}

export async function startApiServer(options: ApiServerOptions = {}): Promise<MemoryApiServer> {
  const parts = assemble(options);
  seedNamespaces(parts);
  seedDefinition(parts);
  const { server } = parts.http;
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return new MemoryApiServer(parts, url, await writeKubeconfig(url));
}

export type { Fault, FaultCode, FaultEffect, FaultHandle, FaultMatch } from './faults.ts';
