import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import * as z from 'zod';

const packageFile = z.object({ version: z.string() });

/** The version of this package. */
export function ownVersion(): string {
  const file = findPackageJSON(import.meta.url);
  return file === undefined ? 'unknown' : packageFile.parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}
