import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { endOf, endProcessGroup } from './process-group.ts';

const progressEveryMs = 15_000;
const stderrLinesKept = 20;
const run = promisify(execFile);

/** Says what is going on, one line at a time. */
export type Report = (line: string) => void;

/** The Go version at hand, e.g. `go1.26.8`; throws unless it is one that the go.mod in `module` accepts. */
export async function requireGo(module: string): Promise<string> {
  const goMod = await readFile(join(module, 'go.mod'), 'utf8');
  const wanted = /^go (\d+\.\d+)/m.exec(goMod)?.[1] ?? '0.0';
  const advice = `install Go ${wanted} or newer (https://go.dev/dl) and put it on PATH`;
  let version: string;
  try {
    version = (await run('go', ['env', 'GOVERSION'], { cwd: module })).stdout.trim();
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new Error(missing ? `go is not installed: ${advice}` : `go does not work here: ${advice}`, { cause });
  }
  if (isOlder(version.replace(/^go/, ''), wanted)) throw new Error(`${version} is too old: ${advice}`);
  return version;
}

function isOlder(version: string, wanted: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number);
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
}

/**
 * Runs `go build` or `go test -c` in the folder of a module, with `-v`, which names each package as it is compiled:
 * that is what the progress lines count. Throws with the last lines that it printed if it fails.
 */
export async function goBuild(module: string, [verb, ...args]: readonly string[], report: Report): Promise<void> {
  const started = performance.now();
  const elapsed = (): string => `${Math.round((performance.now() - started) / 1000)} s`;
  const temporary = mkdtempSync(join(tmpdir(), 'gac-build-'));
  const child = spawn('go', [verb ?? 'build', '-v', ...args], {
    cwd: module,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, GOTMPDIR: temporary },
    // A group of its own, so that its compilers can be ended with it, and its files be removed after that.
    detached: true,
  });
  const takeDown = (): void => {
    endProcessGroup(child.pid);
    rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once('exit', takeDown);
  const output = countPackages(child.stderr);
  const timer = setInterval(() => {
    report(
      `still building: ${elapsed()}, ${output.downloaded} modules downloaded, ${output.compiled} packages compiled`,
    );
  }, progressEveryMs);
  try {
    const code = await endOf(child);
    if (code !== 0) throw new Error(`go ${verb} ended with ${code}:\n${output.lastLines.join('\n')}`);
    report(`built in ${elapsed()}, ${output.compiled} packages compiled`);
  } finally {
    clearInterval(timer);
    process.removeListener('exit', takeDown);
    takeDown();
  }
}

function countPackages(stderr: Readable) {
  const output = { downloaded: 0, compiled: 0, lastLines: [] as string[] };
  createInterface({ input: stderr }).on('line', (line) => {
    if (line.startsWith('go: downloading ')) output.downloaded++;
    else if (/^[\w./~-]+$/.test(line)) output.compiled++;
    output.lastLines = [...output.lastLines, line].slice(-stderrLinesKept);
  });
  return output;
}
