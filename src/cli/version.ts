import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { z } from 'zod';
import { readFlags } from '../flags.ts';

const packageFile = z.object({ version: z.string() });

/** The version of this package. */
export function ownVersion(): string {
  const file = findPackageJSON(import.meta.url);
  return file === undefined ? 'unknown' : packageFile.parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}

/**
 * `version`, `--version`.
 * @throws UsageError
 */
export function printVersion(argv: readonly string[]): number {
  readFlags(argv, [], {});
  process.stdout.write(
    `gateway-api-controller ${ownVersion()} (Node.js ${process.version}, ${process.platform}-${process.arch})\n`,
  );
  return 0;
}
