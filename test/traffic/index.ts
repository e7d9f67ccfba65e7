/**
 * `npm run test:traffic [-- [--logs FOLDER] [FILE ...]]`: a client reaches pods through the addresses of Gateways, and a
 * real kube-proxy, in the lab. Whatever ends this process, the lab goes with it.
 */
import { existsSync, globSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildControlPlane } from '../cluster/build.ts';
import { runTests } from '../cluster/run-tests.ts';
import { startLab } from '../lab/lab.ts';
import { isInWorld, runInWorld } from '../lab/world.ts';
import { understand } from '../support/command-line.ts';
import { controllerImage, echoImage } from './site.ts';

const limitMs = 15 * 60_000;
const root = join(import.meta.dirname, '..', '..');
const programs = new Map([
  [echoImage, join(root, 'test', 'lab', 'echo.ts')],
  [controllerImage, join(root, 'src', 'cli', 'index.ts')],
]);
const usage = 'usage: npm run test:traffic [-- [--logs FOLDER] [FILE ...]]';
const report = (line: string): void => console.log(`test:traffic: ${line}`);

process.exit(await main(process.argv.slice(2)));

async function main(args: string[]): Promise<number> {
  const options = understand({ name: 'test:traffic', usage, parse: parseOptions }, args);
  if (typeof options === 'number') return options;
  try {
    if (isInWorld()) return await runInLab(options);
    await buildControlPlane(report);
    return await runInWorld(import.meta.filename, { args, limitMs });
  } catch (cause) {
    console.error(`test:traffic: ${messageOf(cause)}`);
    return 1;
  }
}

interface Options {
  readonly files: readonly string[];
  readonly logs: string | undefined;
}

function parseOptions(args: string[]): Options {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { logs: { type: 'string' } } });
  const missing = positionals.find((file) => !existsSync(file));
  if (missing !== undefined) throw new Error(`there is no test file ${missing}`);
  const files = positionals.length > 0 ? positionals : globSync(join(import.meta.dirname, '*.test.ts')).sort();
  return { files: files.map((file) => resolve(file)), logs: values.logs };
}

async function runInLab({ files, logs }: Options): Promise<number> {
  const commandOf = (image: string): string[] | undefined => {
    const program = programs.get(image);
    return program === undefined ? undefined : [process.execPath, program];
  };
  const lab = await startLab({ report, commandOf, minSyncPeriod: '1s', logs });
  const broken = lab.broken.then((reason) => {
    throw new Error(reason);
  });
  return await Promise.race([runTests(files, lab.controlPlane), broken]);
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
