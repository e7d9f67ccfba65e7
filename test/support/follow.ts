import { Backoff } from '../../src/kubernetes/backoff.ts';
import type { KubernetesClient } from '../../src/kubernetes/client.ts';
import { ListWatch } from '../../src/kubernetes/list-watch.ts';
import { realTimers } from '../../src/kubernetes/timers.ts';

export interface Follower {
  stop(): Promise<void>;
}

/** Is told of every object of a collection as it is, and of every change; `DELETED` may be missed. */
export function follow(
  client: KubernetesClient,
  path: string,
  take: (type: 'ADDED' | 'MODIFIED' | 'DELETED', object: unknown) => void,
): Follower {
  const backoff = new Backoff({ firstMs: 100, longestMs: 2_000, random: Math.random });
  const watch = new ListWatch(
    { client, path, selectors: {}, backoff, random: Math.random, timers: realTimers },
    {
      keep: (object) => object,
      replaced: (objects) => {
        for (const object of objects) take('ADDED', object);
      },
      changed: take,
      failed: () => {},
      crashed: (error) => {
        throw error;
      },
    },
  );
  const running = watch.run();
  return {
    stop: async () => {
      watch.stop();
      await running;
    },
  };
}
