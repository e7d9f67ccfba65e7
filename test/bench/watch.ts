import { Backoff } from '../../src/kubernetes/backoff.ts';
import type { ApiClient } from '../../src/kubernetes/client.ts';
import { ListWatch } from '../../src/kubernetes/list-watch.ts';
import { realTimers } from '../../src/kubernetes/timers.ts';
import type { ApiObject } from './objects.ts';

export interface Watched {
  readonly client: ApiClient;
  /** Of the collection. */
  readonly path: string;
  readonly selectors?: Readonly<Record<string, string>>;
}

export interface WatchHandler {
  replaced(objects: readonly ApiObject[]): void;
  changed(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: ApiObject): void;
}

/** A watch of objects as the server sends them, undecoded; it runs when it is told to. */
export function watchRaw({ client, path, selectors = {} }: Watched, handler: WatchHandler): ListWatch<ApiObject> {
  const backoff = new Backoff({ firstMs: 100, longestMs: 2_000, random: Math.random });
  return new ListWatch<ApiObject>(
    { client, path, selectors, backoff, random: Math.random, timers: realTimers },
    {
      keep: (object) => object as ApiObject,
      replaced: (objects) => handler.replaced(objects),
      changed: (type, object) => handler.changed(type, object as ApiObject),
      failed: () => {},
      crashed: (error) => {
        throw error;
      },
    },
  );
}
