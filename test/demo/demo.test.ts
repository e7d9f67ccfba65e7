import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';

const demo = join(import.meta.dirname, 'index.ts');
/** Longer than a demo takes that ends by itself. */
const limitMs = 20_000;

interface Ended {
  /** Exit code, or the signal that ended it because it did not end in time. */
  readonly end: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

async function runDemo(args: readonly string[]): Promise<Ended> {
  const env = { PATH: process.env.PATH };
  const child = spawn(process.execPath, [demo, ...args], { env, timeout: limitMs, killSignal: 'SIGKILL' });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code, signal] = await once(child, 'close');
  return { end: code ?? signal, stdout, stderr };
}

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'demo-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describe('The demo', { concurrency: 3 }, () => {
  test('ends when its controller cannot start, and stops what it had started', async (t) => {
    const blocker = createServer().listen(0, '127.0.0.1');
    t.after(() => blocker.close());
    await once(blocker, 'listening');
    const { port } = blocker.address() as { port: number };
    const manifests = await temporaryFolder(t);
    const args = ['--once', '--manifests', manifests, '-metrics-bind-address', `127.0.0.1:${port}`];
    const { end, stderr } = await runDemo(args);
    assert.equal(end, 2);
    assert.match(stderr, /^demo: [^\n]*-metrics-bind-address[^\n]*EADDRINUSE[^\n]*\n$/);
  });

  test('ends when a manifest cannot be read, and stops what it had started', async (t) => {
    const file = join(await temporaryFolder(t), 'bad.yaml');
    await writeFile(file, '{{{');
    const { end, stderr } = await runDemo(['--manifests', file]);
    assert.equal(end, 2);
    assert.match(stderr, /^demo: [^\n]*bad\.yaml: [^\n]+\n$/);
  });
});
