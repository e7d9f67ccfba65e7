import { parseArgs } from 'node:util';

/** What `npm run conformance -- ...` was asked to do. */
export interface Options {
  readonly output: 'text' | 'json';
  /** Runs only the tests whose name matches. */
  readonly run: string;
  /** A folder for all logs, to be kept. */
  readonly logs: string | undefined;
}

export const usage = 'usage: npm run conformance [-- [--output text|json] [--run REGEX] [--logs FOLDER]]';

/** Reads the command line; throws with one line about what is wrong with it. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      output: { type: 'string', default: 'text' },
      run: { type: 'string', default: '' },
      logs: { type: 'string' },
    },
  });
  const { output, run, logs } = values;
  if (output !== 'text' && output !== 'json') throw new Error(`--output is text or json, not '${output}'`);
  try {
    new RegExp(run);
  } catch {
    throw new Error(`--run '${run}' is no regular expression`);
  }
  return { output, run, logs };
}
