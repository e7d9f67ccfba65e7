/**
 * `npm run test:browser`: the tests of the inspector's page in a real Chromium (Debian: apt-get install chromium; other
 * places: CHROMIUM=/path). With UPDATE_DOCS=1 they also make the picture docs/inspector.png anew.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { understand } from '../support/command-line.ts';
import { chromiumPath } from './chromium.ts';

const usage = 'usage: npm run test:browser';
const runTimeoutMs = 300_000;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = understand({ name: 'test:browser', usage, parse: (args) => parseArgs({ args, options: {} }) });
  if (typeof options === 'number') return options;
  if (existsSync(chromiumPath)) return run();
  console.error(`test:browser: ${chromiumPath} is missing: apt-get install chromium, or set CHROMIUM to where it is`);
  return 1;
}

function run(): Promise<number> {
  const files = ['page.test.ts', 'redraw.test.ts', 'relay.test.ts', 'many-actors.test.ts'].map((file) =>
    join(import.meta.dirname, file),
  );
  const flags = ['--test', '--test-isolation=none', '--test-force-exit', '--test-timeout=120000'];
  const child = spawn(process.execPath, [...flags, '--test-reporter=spec', ...files], {
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: runTimeoutMs,
    killSignal: 'SIGKILL',
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (code) => resolve(code ?? 1));
  });
}
