import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiServerOptions, startApiServer } from '../api-server/index.ts';
import { attachToCluster } from '../cluster/attach.ts';
import type { TestServer } from './test-server.ts';

/**
 * A server for a test file: the real one that the run was given (`npm run test:cluster`), else an in-memory one of its
 * own. `options` are for the in-memory one. The real one is shared: tests use namespaces and names of their own.
 */
export async function acquireServer(options: ApiServerOptions = {}): Promise<TestServer> {
  return (await attachToCluster()) ?? (await startApiServer(options));
}

/** Asks again and again until the probe gives something other than undefined or false; throws after the deadline. */
export async function eventually<T>(probe: () => Promise<T | undefined | false>, deadlineMs = 20_000): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline)
      throw new Error(`nothing came of it within ${deadlineMs} ms: ${probe.toString()}`);
    await sleep(20);
  }
}

export { client, pathOf, TestClient } from './client.ts';
export * from './objects.ts';
export type { TestServer, WriteRecord } from './test-server.ts';
export type { TestWatch, WatchEvent } from './test-watch.ts';
