/**
 * `npm run test:unit [-- PATTERN ...] [--isolate]`: runs every test that needs no real cluster, all in one process
 * (with `--isolate`: a process for each file). A PATTERN is a part of a file's path.
 */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { join, sep } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

/** A whole run with fewer fails: a glob or a suite that has gone wrong finds nothing and looks green. Raise them. */
const least = { files: 70, tests: 1100 };

const root = join(import.meta.dirname, '..');
const notUnitTests = ['test/cluster', 'test/audit', 'test/traffic', 'test/conformance', 'test/bench', 'test/browser'];
const testTimeoutMs = 60_000;
const runTimeoutMs = 900_000;

requireNode(22, 18);
process.exitCode = await main();

async function main(): Promise<number> {
  const { values, positionals: patterns } = parseArgs({
    allowPositionals: true,
    options: { isolate: { type: 'boolean', default: false } },
  });
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
  const child = spawn(
    process.execPath,
    [
      '--test',
      `--test-isolation=${isolation}`,
      '--test-force-exit',
      `--test-timeout=${testTimeoutMs}`,
      '--test-reporter=spec',
      ...files,
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], timeout: runTimeoutMs, killSignal: 'SIGKILL' },
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill(signal));
  // The summary is held back until it is known whether enough ran, so that it stands at the end.
  const summary: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (summary.length > 0 || /^ℹ tests \d+$/.test(line)) summary.push(line);
    else console.log(line);
  });
  const code = await new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject).once('close', (status, signal) => resolve(status ?? signal));
  });
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
