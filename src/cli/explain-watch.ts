import { ParameterSources } from '../actors/parameter-sources.ts';
import { Cluster } from '../cluster/cluster.ts';
import type { ApiClient } from '../kubernetes/client.ts';
import type { Failure } from '../kubernetes/failure.ts';
import { realTimers } from '../kubernetes/timers.ts';
import { Follow, type Source } from '../watch/follow.ts';

/** Changes within this time are looked at together, in milliseconds. */
const quietMs = 200;
const discoveryMs = 10_000;

export interface WatchTask {
  readonly client: ApiClient;
  readonly sources: readonly Source[];
  /** Of the classes that are ours: what they take parameters from is followed too. */
  readonly controllerName: string;
  /** Looks at the cluster as it is now. @returns whether that was what is waited for. */
  readonly look: (cluster: Cluster) => boolean;
  /** Told once of each reason why the cluster cannot be read. */
  readonly onFailure: (message: string) => void;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

/** Follows the cluster and looks after each change, until what is waited for is there. @returns whether it is. */
export async function watchUntil(task: WatchTask): Promise<boolean> {
  const { client, sources, controllerName, look, onFailure, signal } = task;
  const cluster = new Cluster();
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  let cancel: (() => void) | undefined;
  let isSynced = false;
  const crash = (error: unknown): void => reject(error instanceof Error ? error : new Error(String(error)));
  const lookSoon = (): void => {
    if (!isSynced || signal.aborted) return;
    cancel ??= realTimers.after(quietMs, () => {
      cancel = undefined;
      try {
        if (look(cluster)) resolve(true);
      } catch (error) {
        crash(error);
      }
    });
  };
  const follow = new Follow({
    client,
    cluster,
    sources,
    random: Math.random,
    timers: realTimers,
    discoveryMs,
    onSynced: () => {
      isSynced = true;
      lookSoon();
    },
    onAvailability: lookSoon,
    onRejection: lookSoon,
    onFailure: once(onFailure),
    onCrash: (_what, error) => crash(error),
  });
  const parameters = new ParameterSources({ cluster, settings: { controllerName }, sources: follow });
  cluster.onChange((change) => {
    parameters.look(change);
    lookSoon();
  });
  signal.addEventListener('abort', () => resolve(false), { once: true });
  const running = follow.run();
  try {
    return await promise;
  } finally {
    cancel?.();
    follow.stop();
    await running;
  }
}

/** Tells each message once, whatever was being done. */
function once(tell: (message: string) => void): (what: string, failure: Failure) => void {
  const told = new Set<string>();
  return (what, { message }) => {
    if (!told.has(message)) tell(`${what}: ${message}`);
    told.add(message);
  };
}
