import { managedBy, managedByLabel } from '../../src/gateway/ledger.ts';
import { Api, inFlight } from './api.ts';
import {
  type ApiObject,
  className,
  controllerName,
  type Group,
  namespace,
  pathOf,
  pool,
  type Resource,
  resources,
} from './objects.ts';
import type { Snapshot } from './replay.ts';

const creatorsAtOnce = 32;
const kinds = Object.keys(resources) as Resource[];
const ledger = `labelSelector=${encodeURIComponent(`${managedByLabel}=${managedBy({ controllerName })}`)}`;

/** The namespace, class and pool that all scenarios share, and the objects in it. */
export class World {
  readonly #api: Api;

  constructor(kubeconfigPath: string) {
    this.#api = new Api(kubeconfigPath, creatorsAtOnce);
  }

  async setUp(): Promise<void> {
    const gatewayClass = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'GatewayClass',
      metadata: { name: className },
      spec: { controllerName },
    };
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'ipam' }, data: pool };
    await this.#post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await this.#post(`/api/v1/namespaces/${namespace}/configmaps`, configMap);
    await this.#post('/apis/gateway.networking.k8s.io/v1/gatewayclasses', gatewayClass);
  }

  /** Creates all, as fast as the server lets us. @returns the objects as the server answered. */
  async create(groups: readonly Group[]): Promise<Snapshot> {
    const made = emptySnapshot();
    await inFlight(groups, creatorsAtOnce, async ({ gateway, backends, routes }) => {
      for (const object of [...backends, gateway, ...routes]) {
        const kind = object.kind as Resource;
        made[kind].set(object.metadata.name, await this.post(object));
      }
    });
    return made;
  }

  /** Creates objects in no order. @returns them as the server answered, by name. */
  async createAll(objects: readonly ApiObject[]): Promise<ReadonlyMap<string, ApiObject>> {
    const made = new Map<string, ApiObject>();
    await inFlight(objects, creatorsAtOnce, async (object) => {
      made.set(object.metadata.name, await this.post(object));
    });
    return made;
  }

  async read(): Promise<Snapshot> {
    const found = emptySnapshot();
    for (const kind of kinds) {
      const { apiVersion, items } = await this.list(kind);
      for (const item of items) found[kind].set(item.metadata.name, { apiVersion, kind, ...item });
    }
    return found;
  }

  /** Creates one object. */
  post(object: ApiObject): Promise<ApiObject> {
    return this.#post(resources[object.kind as Resource], object);
  }

  /** A merge patch. */
  patch(kind: Resource, name: string, body: object): Promise<ApiObject> {
    return this.#api.send({ method: 'PATCH', path: pathOf(kind, name), body });
  }

  async delete(kind: Resource, name: string): Promise<void> {
    await this.#api.send({ method: 'DELETE', path: pathOf(kind, name) });
  }

  list(kind: Resource): Promise<{ apiVersion: string; items: readonly ApiObject[] }> {
    return this.#api.send({ method: 'GET', path: collection(kind) });
  }

  /** Deletes all objects that come and go; finalizers are not waited for. */
  async clean(): Promise<void> {
    await Promise.all(kinds.map((kind) => this.#deleteAll(kind)));
  }

  close(): Promise<void> {
    return this.#api.close();
  }

  async #deleteAll(kind: Resource): Promise<void> {
    for (;;) {
      // One that takes longer than a request may (a minute) has deleted a part, and is repeated.
      await this.#api.raw({ method: 'DELETE', path: collection(kind) });
      const { items } = await this.list(kind);
      if (items.length === 0) return;
      const held = items.filter(({ metadata }) => Array.isArray(metadata.finalizers));
      await inFlight(held, creatorsAtOnce, ({ metadata: { name } }) =>
        this.#api.raw({ method: 'PATCH', path: pathOf(kind, name), body: { metadata: { finalizers: null } } }),
      );
    }
  }

  #post(path: string, body: ApiObject): Promise<ApiObject> {
    return this.#api.send({ method: 'POST', path, body });
  }
}

function collection(kind: Resource): string {
  return kind === 'IPAddress' ? `${resources[kind]}?${ledger}` : resources[kind];
}

export function emptySnapshot(): Record<Resource, Map<string, ApiObject>> {
  return {
    IPAddress: new Map(),
    Gateway: new Map(),
    Service: new Map(),
    EndpointSlice: new Map(),
    TCPRoute: new Map(),
  };
}
