import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { CrdSelection } from './crds.ts';

/** What `npm run test:cluster -- ...` was asked to do. */
export interface Options {
  /** Build the control plane and do nothing else. */
  readonly buildOnly: boolean;
  /** Leave the servers running until a signal comes. */
  readonly keep: boolean;
  readonly tests: boolean;
  readonly channel: NonNullable<CrdSelection['channel']>;
  /** Test files; empty: all of them. */
  readonly files: readonly string[];
}

export const usage = `usage: npm run test:cluster -- [--build | --keep] [--no-tests] [--channel standard|experimental] [FILE ...]`;

/** Reads the command line; throws with one line about what is wrong with it. */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      build: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      'no-tests': { type: 'boolean', default: false },
      channel: { type: 'string', default: 'standard' },
    },
  });
  const { channel } = values;
  if (channel !== 'standard' && channel !== 'experimental') {
    throw new Error(`--channel is standard or experimental, not '${channel}'`);
  }
  const missing = positionals.find((file) => !existsSync(file));
  if (missing !== undefined) throw new Error(`there is no test file ${missing}`);
  return {
    buildOnly: values.build,
    keep: values.keep,
    tests: !values['no-tests'],
    channel,
    files: positionals.map((file) => resolve(file)),
  };
}
