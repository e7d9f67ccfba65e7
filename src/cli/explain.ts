import { explainObject } from '../actors/explain.ts';
import { poolSource } from '../actors/pool-source.ts';
import { configOf, settings } from '../config.ts';
import { type DryRun, dryRun } from '../dry-run.ts';
import { type Flag, readArguments, UsageError } from '../flags.ts';
import type { Explanation } from '../gateway/explanation.ts';
import { connect, ownNamespace } from '../kubernetes/connect.ts';
import type { ActorKind, ObjectKey } from '../objects/keys.ts';
import { sourcesOf } from '../watch/sources.ts';
import { commandFlags, contextFlag, outputFlag } from './command-flags.ts';
import { readCluster } from './read-cluster.ts';
import { table } from './table.ts';

export const explainFlags: readonly Flag[] = [
  ...commandFlags,
  settings.serviceBehaviour,
  settings.ipFamilies,
  settings.externalTrafficPolicy,
  settings.staticAddresses,
  settings.announcer,
  settings.implementationLabel,
];

const kindsByName: ReadonlyMap<string, ActorKind> = new Map([
  ['gatewayclass', 'GatewayClass'],
  ['gateway', 'Gateway'],
  ['listenerset', 'ListenerSet'],
  ['tcproute', 'TCPRoute'],
  ['udproute', 'UDPRoute'],
]);
export const explainableKinds: readonly string[] = [...kindsByName.keys()];

/**
 * `explain [KIND [NAMESPACE/]NAME]`: why an object is where it is; without a name, all that are not ready. It lets the
 * controller's own actors look at the cluster, writes nothing, and works while the controller is down.
 * @returns the exit code: 0 where what was asked for is ready, else 1.
 * @throws UsageError, KubeconfigError, ClusterError
 */
export async function explain(argv: readonly string[]): Promise<number> {
  const { words, given } = readArguments(argv, explainFlags, process.env);
  const wanted = readWanted(words);
  const config = configOf(given);
  const output = given.read(outputFlag);
  const client = connect({
    kubeconfig: config.kubeconfig,
    context: given.read(contextFlag),
    userAgent: 'gateway-api-controller-explain',
    now: Date.now,
  });
  try {
    const source = poolSource(config.ipamConfigMap, ownNamespace(process.env));
    const { controllerName } = config;
    const cluster = await readCluster(client, { sources: sourcesOf({ controllerName, pool: source }), controllerName });
    const run = dryRun(cluster, config, source);
    const found = wanted === undefined ? all(run) : [explainObject(wanted, run)];
    process.stdout.write(output === 'json' ? `${JSON.stringify(found)}\n` : render(found, wanted));
    return found.every(({ isReady }) => isReady) ? 0 : 1;
  } finally {
    await client.close();
  }
}

function readWanted([kindName, name, ...more]: readonly string[]): ObjectKey<ActorKind> | undefined {
  if (kindName === undefined) return undefined;
  const kind = kindsByName.get(kindName.toLowerCase());
  if (kind === undefined || name === undefined || more.length > 0) {
    throw new UsageError(`use "explain KIND [NAMESPACE/]NAME" with KIND one of ${explainableKinds.join(', ')}`);
  }
  if (kind === 'GatewayClass') return `GatewayClass//${name}`;
  const [first = '', second] = name.split('/');
  return second === undefined ? `${kind}/default/${first}` : `${kind}/${first}/${second}`;
}

/** Everything that is not ready, the furthest from it first. */
function all(run: DryRun): readonly Explanation[] {
  const order = ['Unreadable', 'Refused', 'Pending', 'AddressAssigned', 'ListenerResolved', 'Releasing', 'Removing'];
  const rank = ({ state }: Explanation): number => order.indexOf(state.split('.')[0] ?? '');
  return [...run.actors.entries.keys()]
    .map((key) => explainObject(key, run))
    .filter(({ isReady }) => !isReady)
    .toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

function render(found: readonly Explanation[], wanted: unknown): string {
  if (found.length === 0) return 'everything is ready\n';
  return found
    .map((item) => {
      const head = `${item.kind} ${item.name} is ${item.state}: ${item.cause}\n`;
      if (wanted === undefined) return head;
      const conditions = item.conditions.map(({ type, status, reason, message }) => [
        '  condition',
        `${type}=${status}/${reason}: ${message}`,
      ]);
      return head + table([...item.details.map(([name, text]) => [`  ${name}`, text]), ...conditions]);
    })
    .join('');
}
