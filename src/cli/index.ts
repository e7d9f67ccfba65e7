#!/usr/bin/env node
import { UsageError } from '../flags.ts';
import { KubeconfigError } from '../kubernetes/connect.ts';
import { BindError } from '../observability/http.ts';
import { explain } from './explain.ts';
import { ipam } from './ipam.ts';
import { ClusterError } from './read-cluster.ts';
import { run } from './run.ts';
import { usage } from './usage.ts';

/** One file per subcommand; without one, the controller runs. */
async function main([first, ...rest]: readonly string[]): Promise<number> {
  if ([first, ...rest].some((arg) => /^--?(help|h)$/.test(arg ?? ''))) {
    process.stdout.write(usage());
    return 0;
  }
  if (first === 'ipam') return ipam(rest);
  if (first === 'explain') return explain(rest);
  return run(first === undefined || first === 'run' ? rest : [first, ...rest]);
}

/** One line for what the user can mend; anything else is a bug and keeps its stack. */
function complain(error: unknown): number {
  const isMendable =
    error instanceof UsageError ||
    error instanceof KubeconfigError ||
    error instanceof BindError ||
    error instanceof ClusterError;
  if (!isMendable) throw error;
  process.stderr.write(`gateway-api-controller: ${error.message}\n`);
  return error instanceof UsageError ? 2 : 1;
}

process.exitCode = await main(process.argv.slice(2)).catch(complain);
