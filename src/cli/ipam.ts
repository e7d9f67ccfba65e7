import type { Readable } from 'node:stream';
import { plannedPool, poolSource, readPool } from '../actors/pool-source.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { othersOf } from '../cluster/others.ts';
import { type Config, configOf } from '../config.ts';
import { anyText, type Flag, type GivenFlags, readFlags, UsageError } from '../flags.ts';
import { holdingsOf } from '../gateway/holdings.ts';
import { type Pool, parsePool } from '../ipam/pool.ts';
import { planPool } from '../ipam/pool-plan.ts';
import { isInvalid } from '../ipam/pool-problem.ts';
import { type Holding, reportPool } from '../ipam/report.ts';
import { connect, ownNamespace } from '../kubernetes/connect.ts';
import type { Kind } from '../objects/keys.ts';
import type { PoolSource } from '../objects/pool-source.ts';
import type { Source } from '../watch/follow.ts';
import { sourcesOf } from '../watch/sources.ts';
import { commandFlags, contextFlag, outputFlag } from './command-flags.ts';
import { hintOf, readPoolFile } from './ipam-file.ts';
import { renderPlan, renderReport } from './ipam-text.ts';
import { readCluster } from './read-cluster.ts';

const poolKinds: ReadonlySet<string> = new Set(['GatewayClass', 'Gateway', 'IPAddress', 'ConfigMap']);
/** What may have addresses of the pool whoever put them there; by routes it is told whose a Service is. */
const neighbourKinds: readonly Kind[] = ['Service', 'Node'];
const routeKinds: ReadonlySet<string> = new Set(['TCPRoute', 'UDPRoute']);

const fileFlag: Flag<string> = {
  name: 'f',
  value: 'FILE',
  default: '',
  help: 'the ConfigMap as it would be; of several in it the one that -ipam-configmap names, with -ipam-namespaced all of its name; -: the standard input',
  read: anyText,
};
export const ipamFlags = { ls: commandFlags, plan: [fileFlag, ...commandFlags] } as const;

interface IpamCommand {
  readonly isJson: boolean;
  readonly config: Config;
  readonly context: string;
  /** Where the pool's ConfigMap may stand; `undefined` without -ipam-configmap. */
  readonly source: PoolSource | undefined;
}

/**
 * `ipam ls` and `ipam plan -f FILE`: read the cluster only, and work while the controller is down.
 * @returns the exit code: 1 where a plan would newly leave a Gateway outside, or has an invalid entry.
 * @throws UsageError, KubeconfigError, ClusterError
 */
export async function ipam([verb, ...rest]: readonly string[], stdin: Readable = process.stdin): Promise<number> {
  if (verb === 'ls') return list(commandOf(readFlags(rest, ipamFlags.ls, process.env)));
  if (verb === 'plan') return plan(readFlags(rest, ipamFlags.plan, process.env), stdin);
  throw new UsageError('use "ipam ls" or "ipam plan -f FILE"; see --help');
}

function commandOf(given: GivenFlags): IpamCommand {
  const config = configOf(given);
  return {
    isJson: given.read(outputFlag) === 'json',
    config,
    context: given.read(contextFlag),
    source: poolSource(config, ownNamespace(process.env)),
  };
}

async function list(command: IpamCommand): Promise<number> {
  const { isJson, config, source } = command;
  const { cluster, pool, holdings } = await readState(command, source === undefined ? ofPool : ofPoolAndNeighbours);
  const unread = source === undefined ? [] : neighbourKinds.filter((kind) => !cluster.isServed(kind));
  if (unread.length > 0) process.stderr.write(`not all that others have is shown: cannot list ${unread.join(', ')}\n`);
  const report = reportPool(pool ?? parsePool({}), holdings, othersOf(cluster, config));
  const shown = pool === undefined ? { ...report, outside: [] } : report;
  process.stdout.write(isJson ? `${JSON.stringify(shown)}\n` : renderReport(shown));
  return 0;
}

async function plan(given: GivenFlags, stdin: Readable): Promise<number> {
  const command = commandOf(given);
  const { isJson, source } = command;
  const file = given.read(fileFlag);
  if (file === '') throw new UsageError('ipam plan needs -f FILE, the ConfigMap as it would be');
  if (source === undefined) throw new UsageError('ipam plan needs -ipam-configmap');
  const wanted = await readPoolFile(file, source, stdin);
  const { cluster, pool, holdings } = await readState(command, ofPool);
  const current = source.namespaces.find((namespace) => cluster.get(`ConfigMap/${namespace}/${source.name}`));
  process.stderr.write(wanted.map((edit) => hintOf(edit, source, current)).join(''));
  const result = planPool(pool, plannedPool(source, cluster, wanted), holdings);
  process.stdout.write(isJson ? `${JSON.stringify(result)}\n` : renderPlan(result));
  return result.stranded.length > 0 || result.problems.some(isInvalid) ? 1 : 0;
}

interface State {
  readonly cluster: Cluster;
  /** `undefined` where there is none; why is on stderr then. */
  readonly pool: Pool | undefined;
  readonly holdings: readonly Holding[];
}

async function readState(
  { config, context, source }: IpamCommand,
  choose: (sources: readonly Source[]) => readonly Source[],
): Promise<State> {
  const client = connect({
    kubeconfig: config.kubeconfig,
    context,
    userAgent: 'gateway-api-controller-ipam',
    now: Date.now,
  });
  try {
    const { controllerName } = config;
    const sources = choose(sourcesOf(source));
    const cluster = await readCluster(client, { sources, controllerName });
    if (!cluster.isServed('IPAddress')) {
      process.stderr.write('no ledger: this cluster has no IPAddress kind (Kubernetes before 1.33); using statuses\n');
    }
    const read = readPool(source, cluster);
    if ('missing' in read && source !== undefined) process.stderr.write(`${read.missing}\n`);
    const known = { view: cluster, settings: config };
    const holdings = holdingsOf(cluster.all('IPAddress'), cluster.all('Gateway'), known);
    return { cluster, pool: 'missing' in read ? undefined : read, holdings };
  } finally {
    await client.close();
  }
}

function ofPool(sources: readonly Source[]): readonly Source[] {
  return sources.filter(({ kind }) => poolKinds.has(kind));
}

/** Of what else may have addresses what may be read. */
function ofPoolAndNeighbours(sources: readonly Source[]): readonly Source[] {
  return sources.flatMap((source): Source[] => {
    if (poolKinds.has(source.kind)) return [source];
    const isWanted = neighbourKinds.includes(source.kind) || routeKinds.has(source.kind);
    return isWanted ? [{ ...source, isOptional: true }] : [];
  });
}
