import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiObject, at, equal, type Json, stringOf } from '../../api-server/json.ts';
import type { Target } from '../../support/objects.ts';
import type { TestClient } from '../../support/server.ts';
import type { TestWatch } from '../../support/test-watch.ts';
import { marks } from '../checker/objects.ts';
import type { Entry } from '../history.ts';
import { startOfTime } from '../world.ts';

const gatewayApi = 'gateway.networking.k8s.io/v1';
const kinds: Readonly<Record<string, string>> = {
  GatewayClass: gatewayApi,
  Gateway: gatewayApi,
  ListenerSet: gatewayApi,
  TCPRoute: gatewayApi,
  UDPRoute: gatewayApi,
  Service: 'v1',
  ConfigMap: 'v1',
  IPAddress: 'networking.k8s.io/v1',
};

export type Listener = (entry: Entry) => void;

/** What a real API server has, as its watches tell, and all that they told. */
export class Mirror {
  readonly #client: TestClient;
  readonly #objects = new Map<string, ApiObject>();
  readonly #history: Entry[] = [];
  readonly #watches = new Map<string, TestWatch>();
  readonly #onChange: Listener;
  readonly #begun = Date.now();
  #isOver = false;

  constructor(client: TestClient, onChange: Listener = () => {}) {
    this.#client = client;
    this.#onChange = onChange;
  }

  /** Reads everything, and goes on reading until `stop`. */
  async start(): Promise<void> {
    for (const [kind, apiVersion] of Object.entries(kinds)) {
      const target = { apiVersion, kind };
      const { items, metadata } = (await this.#client.list(target)) as unknown as {
        readonly items: readonly ApiObject[];
        readonly metadata: { readonly resourceVersion: string };
      };
      for (const item of items) this.#note('ADDED', { ...item, apiVersion, kind });
      this.#follow(target, metadata.resourceVersion).catch((error: unknown) => {
        if (!this.#isOver) throw error;
      });
    }
  }

  stop(): void {
    this.#isOver = true;
    for (const watch of this.#watches.values()) watch.stop();
  }

  all(kind: string): readonly ApiObject[] {
    return [...this.#objects.values()].filter((object) => object.kind === kind);
  }

  find(kind: string, namespace: string, name: string): ApiObject | undefined {
    return this.#objects.get(`${kind}/${namespace}/${name}`);
  }

  /** All changes, in the order in which the server made them. */
  get history(): readonly Entry[] {
    return this.#history.toSorted((one, other) => one.version - other.version);
  }

  async #follow(target: Target, resourceVersion: string): Promise<void> {
    for (let from = resourceVersion; !this.#isOver; ) {
      const watch = await this.#client.watch(target, { resourceVersion: from, allowWatchBookmarks: 'true' });
      this.#watches.set(target.kind, watch);
      for (let seen = 0; !this.#isOver && (seen < watch.events.length || !watch.ended); ) {
        const event = watch.events[seen];
        if (event === undefined) {
          await sleep(5);
          continue;
        }
        seen += 1;
        if (event.type === 'ERROR')
          throw new Error(`the watch of ${target.kind} broke: ${JSON.stringify(event.object)}`);
        from = event.object.metadata.resourceVersion;
        if (event.type !== 'BOOKMARK') this.#note(event.type as Entry['type'], event.object as unknown as ApiObject);
      }
    }
  }

  #note(type: Entry['type'], given: ApiObject): void {
    const { managedFields: _notes, ...metadata } = given.metadata as ApiObject['metadata'] & { managedFields?: Json };
    const object: ApiObject = { ...given, metadata };
    const { namespace = '', name, resourceVersion } = object.metadata;
    const key = `${object.kind}/${namespace}/${name}`;
    const before = this.#objects.get(key);
    const after = type === 'DELETED' ? undefined : object;
    if (after === undefined) this.#objects.delete(key);
    else this.#objects.set(key, after);
    const version = Number(resourceVersion);
    const author = authorOf(before, after);
    const entry: Entry = {
      at: startOfTime + Date.now() - this.#begun,
      version,
      author,
      type,
      kind: object.kind,
      key,
      before,
      after,
    };
    this.#history.push(entry);
    this.#onChange(entry);
  }
}

/** A watch does not say who wrote; but some things nobody else writes. */
function authorOf(before: ApiObject | undefined, after: ApiObject | undefined): string {
  const changed = (...path: string[]): boolean => {
    return !equal((at(before, ...path) ?? null) as Json, (at(after, ...path) ?? null) as Json);
  };
  const noted = (name: string): boolean => {
    const note = (object: ApiObject | undefined): string => stringOf(object?.metadata.annotations?.[name]);
    return note(before) !== note(after);
  };
  const isOurs = ((): boolean => {
    switch ((after ?? before)?.kind) {
      case 'IPAddress':
        return (after ?? before)?.metadata.annotations?.[marks.uid] !== undefined;
      case 'Gateway':
        return before !== undefined && after !== undefined && (changed('status', 'addresses') || noted(marks.pinned));
      case 'Service':
        // A user's own Service, under `update`, is deleted by its user.
        if (after === undefined && before?.metadata.annotations?.[marks.behaviour] === 'update') return false;
        return noted(marks.addresses) || noted(marks.behaviour);
      default:
        return false;
    }
  })();
  return isOurs ? 'controller' : 'user';
}
