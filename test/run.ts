/**
 * `npm run test:unit [-- PATTERN ...] [--isolate]`: runs every test that needs no real cluster, all in one process
 * (with `--isolate`: a process for each file). A PATTERN is a part of a file's path.
 */
import { spawn } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { understand } from './support/command-line.ts';

/** A whole run with fewer fails: a glob or a suite that has gone wrong finds nothing and looks green. Raise them. */
const least = { files: 110, tests: 1850 };

const usage = 'usage: npm run test:unit -- [PATTERN ...] [--isolate]';
const root = join(import.meta.dirname, '..');
const notUnitTests = ['test/cluster', 'test/audit', 'test/traffic', 'test/conformance', 'test/bench', 'test/browser'];
const testTimeoutMs = 60_000;
const runTimeoutMs = 900_000;
const startOfSummary = /^ℹ tests \d+$/;

requireNode(22, 18);
process.exitCode = await main();

async function main(): Promise<number> {
  const options = understand({
    name: 'test:unit',
    usage,
    parse: (args) =>
      parseArgs({ args, allowPositionals: true, options: { isolate: { type: 'boolean', default: false } } }),
  });
  if (typeof options === 'number') return options;
  const { values, positionals: patterns } = options;
  const files = findTestFiles(patterns);
  const wholeRun = patterns.length === 0;
  if (files.length < (wholeRun ? least.files : 1)) {
    console.error(`test:unit: only ${files.length} test files found ${patterns.join(' ')}`);
    return 1;
  }
  return await runTests(files, { isolation: values.isolate ? 'process' : 'none', tests: wholeRun ? least.tests : 1 });
}

function findTestFiles(patterns: readonly string[]): string[] {
  return globSync('test/**/*.test.ts', { cwd: root })
    .map((file) => file.split(sep).join('/'))
    .filter((file) => !notUnitTests.some((folder) => file.startsWith(`${folder}/`)))
    .filter((file) => patterns.length === 0 || patterns.some((pattern) => file.includes(pattern)))
    .sort();
}

/** Runs the files; 0 if all tests passed and at least `tests` ran. */
async function runTests(
  files: readonly string[],
  { isolation, tests }: { isolation: 'none' | 'process'; tests: number },
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'gac-test-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const report = join(folder, 'report');
  const child = spawn(
    process.execPath,
    [
      '--test',
      `--test-isolation=${isolation}`,
      // Not with a process for each file: a file's process would be ended before it has told of its last tests.
      ...(isolation === 'none' ? ['--test-force-exit'] : []),
      `--test-timeout=${testTimeoutMs}`,
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      '--test-reporter=spec',
      `--test-reporter-destination=${report}`,
      ...files,
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], timeout: runTimeoutMs, killSignal: 'SIGKILL' },
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill(signal));
  // The summary is held back until it is known whether enough ran, so that it stands at the end; and it is read from a
  // file, as a forced exit cuts off what a slow reader of a pipe has not read yet.
  let isOver = false;
  createInterface({ input: child.stdout }).on('line', (line) => {
    isOver ||= startOfSummary.test(line);
    if (!isOver) console.log(line);
  });
  const code = await new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject).once('close', (status, signal) => resolve(status ?? signal));
  });
  const lines = existsSync(report) ? readFileSync(report, 'utf8').split('\n') : [];
  const start = lines.findIndex((line) => startOfSummary.test(line));
  const summary = start < 0 ? [] : lines.slice(start);
  const ran = Number(/\d+/.exec(summary[0] ?? '')?.[0] ?? 0);
  const enough = ran >= tests;
  if (!enough) console.log(`test:unit: only ${ran} tests ran, expected at least ${tests} (ended with ${code})`);
  for (const line of summary) console.log(line);
  return code === 0 && enough ? 0 : 1;
}

/** Ends the process with one line if Node cannot run TypeScript as it stands. */
function requireNode(major: number, minor: number): void {
  const [haveMajor = 0, haveMinor = 0] = process.versions.node.split('.').map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  console.error(
    `test:unit: Node ${process.versions.node} cannot run TypeScript: use Node ${major}.${minor} or newer, or npm ci with optional dependencies`,
  );
  process.exit(1);
}
