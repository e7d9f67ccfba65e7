import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Leadership } from './actors/leadership.ts';
import type { Config } from './config.ts';
import { Lease } from './effects/lease.ts';
import type { ApiClient } from './kubernetes/client.ts';
import type { Reporter } from './observability/reporter.ts';
import { leaseNamespace, type Surroundings } from './surroundings.ts';

export interface ElectionParts {
  readonly config: Config;
  readonly surroundings: Surroundings;
  readonly client: Pick<ApiClient, 'request'>;
  readonly reporter: Reporter;
  readonly onLeading: () => void;
  readonly onLost: () => void;
}

/** Builds what takes part in the election of a leader. */
export function buildLeadership({ config, surroundings, client, reporter, ...on }: ElectionParts): Leadership {
  const { timers, environment } = surroundings;
  const namespace = leaseNamespace(config, environment);
  const identity = `${hostname()}_${randomUUID()}`;
  return new Leadership({
    lease: new Lease({ client, namespace, name: config.leaderElectionId, identity, timers }),
    sleep: timers.sleep,
    onLeading: () => {
      reporter.leading(identity);
      on.onLeading();
    },
    onLost: on.onLost,
    onError: (error) => reporter.crash('Leadership', error),
  });
}
