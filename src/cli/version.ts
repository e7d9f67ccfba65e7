import { readFlags } from '../flags.ts';
import { ownVersion } from '../version.ts';

/**
 * `version`, `--version`.
 * @returns the exit code.
 * @throws UsageError
 */
export function printVersion(argv: readonly string[]): number {
  readFlags(argv, [], {});
  const platform = `Node.js ${process.version}, ${process.platform}-${process.arch}`;
  process.stdout.write(`gateway-api-controller ${ownVersion()} (${platform})\n`);
  return 0;
}
