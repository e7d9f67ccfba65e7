import type { ApiObject, JsonObject } from '../api-server/json.ts';
import { ALL_KINDS } from '../api-server/kinds.ts';
import { FaultBoard, type RequestFault } from './board.ts';
import { VirtualClock } from './clock.ts';
import { furnish } from './furnishing.ts';
import { infra, namespaces } from './manifests.ts';
import { Network } from './network.ts';
import { type Answer, ChaosServer } from './server.ts';

export interface WorldOptions {
  readonly canStream: boolean;
  readonly onStrike: (kind: RequestFault) => void;
}

/** A cluster as its users see it: the real one has this too. */
export type Cluster = Pick<World, 'call' | 'patch' | 'all' | 'find'>;

/** 2030-01-01, in milliseconds since the epoch. */
export const startOfTime = Date.UTC(2030, 0, 1);

/** A cluster in virtual time: the API server, the network before it, and everybody in it but the controllers. */
export class World {
  readonly clock: VirtualClock;
  readonly server: ChaosServer;
  readonly board: FaultBoard;
  readonly network: Network;

  constructor({ canStream, onStrike }: WorldOptions, start = startOfTime) {
    this.clock = new VirtualClock(start, () => this.#settle());
    this.server = new ChaosServer(() => this.clock.now);
    this.board = new FaultBoard(onStrike);
    this.network = new Network({ server: this.server, clock: this.clock, board: this.board, canStream });
  }

  /** One request of somebody who is not a controller. */
  call(author: string, method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: JsonObject): Answer {
    return this.server.handle(author, { method, path, ...(body !== undefined && { body }) });
  }

  patch(author: string, path: string, body: JsonObject): Answer {
    const contentType = 'application/merge-patch+json';
    return this.server.handle(author, { method: 'PATCH', path, body, contentType });
  }

  /** All objects of a kind as they stand. */
  all(kindName: string): readonly ApiObject[] {
    const kind = ALL_KINDS.find((one) => one.kind === kindName && one.storedAs === undefined);
    if (kind === undefined) throw new Error(`no kind ${kindName}`);
    return this.server.store
      .shelf(kind)
      .list('')
      .map(({ object }) => object);
  }

  find(kindName: string, namespace: string, name: string): ApiObject | undefined {
    return this.all(kindName).find(
      ({ metadata }) => metadata.name === name && (metadata.namespace ?? '') === namespace,
    );
  }

  /** What is there when a seed begins. */
  furnish(): void {
    for (const name of ['default', infra, ...namespaces]) this.server.plantNamespace(name);
    furnish((author, method, path, body) => this.call(author, method, path, body));
  }

  /**
   * Until nothing is left to be done at once: promises are, when the event loop turns; the server's own garbage
   * collector takes a turn more for each change that it makes.
   */
  async #settle(): Promise<void> {
    await turn();
    while (this.server.hasChanged()) {
      await turn();
      await turn();
    }
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
