import type { TestContext } from 'node:test';
import { type ApiServerOptions, type MemoryApiServer, startApiServer } from '../../api-server/index.ts';
import { Fixture, type FixtureOptions } from '../../support/fixture.ts';

/** Options of a suite that needs what only the in-memory server can do. */
export const memoryOnly = {
  skip: process.env.TEST_CLUSTER_KUBECONFIG ? 'needs faults or other CRDs, on the in-memory server only' : false,
  concurrency: true,
};

/** An in-memory server of this test's own, with a fixture on it. */
export async function useMemory(
  t: TestContext,
  server: ApiServerOptions = {},
  options: FixtureOptions = {},
): Promise<{ readonly server: MemoryApiServer; readonly f: Fixture }> {
  const started = await startApiServer(server);
  const f = new Fixture(started, options);
  t.after(async () => {
    started.faults.clear();
    await f.tearDown();
    await started.stop();
  });
  await f.setUp();
  return { server: started, f };
}
