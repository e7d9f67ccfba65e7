import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { poolSource, readPool } from '../actors/pool-source.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { type Config, configOf } from '../config.ts';
import { anyText, type Flag, readFlags, UsageError } from '../flags.ts';
import { holdingsOf } from '../gateway/holdings.ts';
import { type Pool, parsePool } from '../ipam/pool.ts';
import { type Holding, planPool, reportPool } from '../ipam/report.ts';
import { connect, ownNamespace } from '../kubernetes/connect.ts';
import { sourcesOf } from '../watch/sources.ts';
import { commandFlags, contextFlag, outputFlag } from './command-flags.ts';
import { renderPlan, renderReport } from './ipam-text.ts';
import { readCluster } from './read-cluster.ts';

const wantedKinds: ReadonlySet<string> = new Set(['GatewayClass', 'Gateway', 'IPAddress', 'ConfigMap']);

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
 * @returns the exit code: 1 where a plan would strand a Gateway or has an invalid entry.
 * @throws UsageError, KubeconfigError, ClusterError
 */
export async function ipam(argv: readonly string[]): Promise<number> {
  const command = readCommand(argv);
  const { cluster, pool } = await readPoolOf(command);
  const holdings = holdingsOf(cluster.all('IPAddress'), cluster.all('Gateway'), {
    view: cluster,
    settings: command.config,
  });
  return command.verb === 'ls' ? list(command, pool, holdings) : plan(command, pool, holdings);
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

async function readPoolOf({ config, context }: IpamCommand): Promise<{ cluster: Cluster; pool: Pool | undefined }> {
  const client = connect({
    kubeconfig: config.kubeconfig,
    context,
    userAgent: 'gateway-api-controller-ipam',
    now: Date.now,
  });
  try {
    const source = poolSource(config.ipamConfigMap, ownNamespace(process.env));
    const { controllerName } = config;
    const sources = sourcesOf({ controllerName, pool: source }).filter(({ kind }) => wantedKinds.has(kind));
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

function list({ isJson }: IpamCommand, pool: Pool | undefined, holdings: readonly Holding[]): number {
  const report = reportPool(pool ?? parsePool({}), holdings);
  const shown = pool === undefined ? { ...report, outside: [] } : report;
  process.stdout.write(isJson ? `${JSON.stringify(shown)}\n` : renderReport(shown));
  return 0;
}

function plan({ isJson, file }: IpamCommand, pool: Pool | undefined, holdings: readonly Holding[]): number {
  const result = planPool(pool ?? parsePool({}), parsePool(readData(file)), holdings);
  process.stdout.write(isJson ? `${JSON.stringify(result)}\n` : renderPlan(result));
  return result.stranded.length > 0 || result.problems.length > 0 ? 1 : 0;
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
