import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';

const root = join(import.meta.dirname, '..', '..');
const programs: readonly (readonly [file: string, name: string])[] = [
  ['test/bench/index.ts', 'bench'],
  ['test/browser/index.ts', 'test:browser'],
  ['test/chaos/index.ts', 'chaos'],
  ['test/cluster/index.ts', 'test:cluster'],
  ['test/conformance/index.ts', 'conformance'],
  ['test/demo/index.ts', 'demo'],
  ['test/run.ts', 'test:unit'],
  ['test/traffic/index.ts', 'test:traffic'],
];

async function run(file: string, arg: string): Promise<readonly [code: unknown, stdout: string, stderr: string]> {
  const env = { PATH: process.env.PATH, NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compile') };
  const child = spawn(process.execPath, [file, arg], { cwd: root, env, timeout: 30_000, killSignal: 'SIGKILL' });
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return [code ?? signal, stdout, stderr];
}

describe('The programs of the tests', { concurrency: 2 }, () => {
  for (const [file, name] of programs) {
    const usage = `usage: npm run ${name}( .*)?\n(  .*\n|[A-Za-z].*\n)*`;

    test(`${name} --help prints its usage`, async () => {
      const [code, stdout, stderr] = await run(file, '--help');
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, new RegExp(`^${usage}$`));
    });

    test(`${name} refuses an unknown option with one line and its usage`, async () => {
      const [code, stdout, stderr] = await run(file, '--nope');
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, new RegExp(`^${name}: .*-nope.*\n${usage}$`));
    });
  }
});
