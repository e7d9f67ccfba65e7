import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { poolSource, readPool } from '../actors/pool-source.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { type Config, configOf } from '../config.ts';
import { anyText, type Flag, readFlags, UsageError } from '../flags.ts';
import { holdingsOf } from '../gateway/holdings.ts';
import { type Pool, parsePool } from '../ipam/pool.ts';
import { planPool } from '../ipam/pool-plan.ts';
import { isInvalid } from '../ipam/pool-problem.ts';
import { type Holding, type PoolReport, reportPool } from '../ipam/report.ts';
import { connect, ownNamespace } from '../kubernetes/connect.ts';
import type { Source } from '../watch/follow.ts';
import { sourcesOf } from '../watch/sources.ts';
import { commandFlags, contextFlag, outputFlag } from './command-flags.ts';
import { othersOf } from './ipam-others.ts';
import { renderPlan, renderReport } from './ipam-text.ts';
import { readCluster } from './read-cluster.ts';

const poolKinds: ReadonlySet<string> = new Set(['GatewayClass', 'Gateway', 'IPAddress', 'ConfigMap']);
/** On which addresses of the pool may stand whoever put them there; the routes tell whose a Service is. */
const neighbourKinds: ReadonlySet<string> = new Set(['Service', 'Node', 'TCPRoute', 'UDPRoute']);

const fileFlag: Flag<string> = {
  name: 'f',
  value: 'FILE',
  default: '',
  help: 'the ConfigMap as it would be',
  read: anyText,
};
export const ipamFlags = { ls: commandFlags, plan: [fileFlag, ...commandFlags] } as const;

interface IpamCommand {
  readonly verb: 'ls' | 'plan';
  readonly isJson: boolean;
  readonly config: Config;
  readonly context: string;
  /** Of the ConfigMap as it would be. */
  readonly file: string;
}

/**
 * `ipam ls` and `ipam plan -f FILE`: read the cluster only, and work while the controller is down.
 * @returns the exit code: 1 where a plan would newly strand a Gateway (any, where there is no pool now) or has an invalid entry.
 * @throws UsageError, KubeconfigError, ClusterError
 */
export async function ipam(argv: readonly string[]): Promise<number> {
  const command = readCommand(argv);
  const { cluster, pool } = await readPoolOf(command);
  const holdings = holdingsOf(cluster.all('IPAddress'), cluster.all('Gateway'), {
    view: cluster,
    settings: command.config,
  });
  if (command.verb === 'plan') return plan(command, pool, holdings);
  return list(command, reportPool(pool ?? parsePool({}), holdings, othersOf(cluster, command.config)), pool);
}

function readCommand([verb, ...rest]: readonly string[]): IpamCommand {
  if (verb !== 'ls' && verb !== 'plan') throw new UsageError('use "ipam ls" or "ipam plan -f FILE"; see --help');
  const given = readFlags(rest, ipamFlags[verb], process.env);
  const config = configOf(given);
  const file = given.read(fileFlag);
  if (verb === 'plan' && file === '') throw new UsageError('ipam plan needs -f FILE, the ConfigMap as it would be');
  if (verb === 'plan' && config.ipamConfigMap === '') throw new UsageError('ipam plan needs -ipam-configmap');
  return { verb, isJson: given.read(outputFlag) === 'json', config, context: given.read(contextFlag), file };
}

async function readPoolOf(command: IpamCommand): Promise<{ cluster: Cluster; pool: Pool | undefined }> {
  const { config, context } = command;
  const client = connect({
    kubeconfig: config.kubeconfig,
    context,
    userAgent: 'gateway-api-controller-ipam',
    now: Date.now,
  });
  try {
    const source = poolSource(config.ipamConfigMap, ownNamespace(process.env));
    const { controllerName } = config;
    const all = sourcesOf({ controllerName, pool: source });
    const sources = command.verb === 'plan' ? all.filter(({ kind }) => poolKinds.has(kind)) : withNeighbours(all);
    const cluster = await readCluster(client, { sources, controllerName });
    if (!cluster.isServed('IPAddress')) {
      process.stderr.write('no ledger: this cluster has no IPAddress kind (Kubernetes before 1.33); using statuses\n');
    }
    const read = readPool(source, cluster);
    if ('missing' in read && source !== undefined) process.stderr.write(`${read.missing}\n`);
    return { cluster, pool: 'missing' in read ? undefined : read };
  } finally {
    await client.close();
  }
}

/** What `ipam ls` reads: of the ledger also the entries of others. It shows what it may read. */
function withNeighbours(sources: readonly Source[]): readonly Source[] {
  return sources.flatMap((source): Source[] => {
    if (source.kind === 'IPAddress') return [{ ...source, selectors: {} }];
    if (neighbourKinds.has(source.kind)) return [{ ...source, isOptional: true }];
    return poolKinds.has(source.kind) ? [source] : [];
  });
}

function list({ isJson }: IpamCommand, report: PoolReport, pool: Pool | undefined): number {
  const shown = pool === undefined ? { ...report, outside: [] } : report;
  process.stdout.write(isJson ? `${JSON.stringify(shown)}\n` : renderReport(shown));
  return 0;
}

function plan({ isJson, file }: IpamCommand, pool: Pool | undefined, holdings: readonly Holding[]): number {
  const result = planPool(pool, parsePool(readData(file)), holdings);
  process.stdout.write(isJson ? `${JSON.stringify(result)}\n` : renderPlan(result));
  return result.stranded.length > 0 || result.problems.some(isInvalid) ? 1 : 0;
}

const configMapFile = z.object({ kind: z.literal('ConfigMap'), data: z.record(z.string(), z.string()).default({}) });

function readData(file: string): Readonly<Record<string, string>> {
  try {
    return configMapFile.parse(parse(readFileSync(file, 'utf8'))).data;
  } catch (error) {
    const why = error instanceof z.ZodError ? 'it is no ConfigMap with texts as data' : String(error).split('\n')[0];
    throw new UsageError(`flag -f: ${file} cannot be used: ${why}`);
  }
}
