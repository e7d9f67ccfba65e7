/**
 * `npm run test:browser`: the tests of the inspector's page in a real Chromium (Debian: apt-get install chromium; other
 * places: CHROMIUM=/path). With UPDATE_DOCS=1 they also make the picture docs/inspector.png anew.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromiumPath } from './chromium.ts';

const runTimeoutMs = 300_000;

if (existsSync(chromiumPath)) process.exitCode = await run();
else {
  console.error(`test:browser: ${chromiumPath} is missing: apt-get install chromium, or set CHROMIUM to where it is`);
  process.exitCode = 1;
}

function run(): Promise<number> {
  const files = ['page.test.ts', 'relay.test.ts', 'many-actors.test.ts'].map((file) => join(import.meta.dirname, file));
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
