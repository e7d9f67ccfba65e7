import type { Transition } from './actors/system-options.ts';
import type { Config } from './config.ts';
import { UsageError } from './flags.ts';
import type { ApiClient, Method } from './kubernetes/client.ts';
import { connect, ownNamespace } from './kubernetes/connect.ts';
import type { Timers } from './kubernetes/timers.ts';
import type { Logger } from './observability/logger.ts';

/** What the outside world gives the controller. */
export interface Surroundings {
  readonly logger: Logger;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly timers: Timers;
  /** Instead of a connection by the kubeconfig. */
  readonly client?: ApiClient;
  /** 0 up to, not including, 1. */
  readonly random: () => number;
  /** How often kinds that are not served are looked for, in milliseconds. */
  readonly discoveryMs?: number;
  /** Told of every transition, for a live display. */
  readonly onTransition?: (transition: Transition) => void;
}

const userAgent = 'gateway-api-controller';

/**
 * The client that is given, else a connection by the kubeconfig.
 * @throws KubeconfigError
 */
export function clientOf(
  { kubeconfig }: Config,
  { client, timers }: Surroundings,
  onAnswer: (method: Method, code: number) => void,
): ApiClient {
  return client ?? connect({ kubeconfig, userAgent, now: timers.monotonic, onAnswer });
}

/**
 * Where the lease of the leader is.
 * @throws UsageError outside of a Pod, without the flag.
 */
export function leaseNamespace(config: Config, environment: Surroundings['environment']): string {
  const namespace = config.leaderElectionNamespace || ownNamespace(environment);
  if (namespace !== undefined) return namespace;
  throw new UsageError('flag -leader-election-namespace is needed with -leader-elect outside of a Pod');
}
