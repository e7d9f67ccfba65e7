import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { endOf, endProcessGroup } from './process-group.ts';

/** Folder of the Go module that the control plane is built from. */
export const moduleFolder = join(import.meta.dirname, 'control-plane');

const progressEveryMs = 15_000;
const stderrLinesKept = 20;
const run = promisify(execFile);

/** Says what is going on, one line at a time. */
export type Report = (line: string) => void;

/**
 * Path of the control-plane binary for the sources as they are. It is built if the cache has none; the cache is
 * `$XDG_CACHE_HOME/gateway-api-controller` (default `~/.cache`). A full build takes about ten minutes on two cores,
 * a link alone some seconds. Throws with one line that says what to do if Go is missing, too old, or fails.
 */
export async function buildControlPlane(report: Report): Promise<string> {
  const flags = await buildFlags();
  const binary = join(cacheFolder(), `control-plane-${await hashOfSources(flags)}`);
  if (existsSync(binary)) return binary;
  const version = await requireGo();
  report(`building the control plane with ${version} (about ten minutes the first time, seconds later)`);
  await mkdir(cacheFolder(), { recursive: true });
  const unfinished = `${binary}.${process.pid}`;
  try {
    await goBuild([...flags, '-o', unfinished, '.'], report);
    await rename(unfinished, binary);
  } finally {
    await rm(unfinished, { force: true });
  }
  return binary;
}

/** Folder of a module that the control plane's go.mod names, in the Go module cache (downloaded if need be). */
export async function goModuleFolder(path: string): Promise<string> {
  await requireGo();
  const { stdout } = await run('go', ['mod', 'download', '-json', path], { cwd: moduleFolder });
  const { Dir: folder } = JSON.parse(stdout) as { Dir?: string };
  if (folder === undefined) throw new Error(`Go has no folder for module ${path}`);
  return folder;
}

function cacheFolder(): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(base, 'gateway-api-controller');
}

/** The version is stamped in as Kubernetes' own build does; without it a server says `v0.0.0-master`. */
async function buildFlags(): Promise<string[]> {
  const goMod = await readFile(join(moduleFolder, 'go.mod'), 'utf8');
  const version = /k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\S+)/.exec(goMod);
  if (version === null) throw new Error('go.mod does not require k8s.io/kubernetes');
  const [, full, major, minor] = version;
  const stamps = Object.entries({ gitVersion: full, gitMajor: major, gitMinor: minor }).map(
    ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
  );
  return ['-trimpath', '-buildvcs=false', `-ldflags=-s -w ${stamps.join(' ')}`];
}

async function hashOfSources(flags: readonly string[]): Promise<string> {
  const names = (await readdir(moduleFolder)).filter((name) => /\.(go|mod|sum)$/.test(name)).sort();
  const hash = createHash('sha256').update(flags.join('\n'));
  for (const name of names) hash.update(`\n${name}\n`).update(await readFile(join(moduleFolder, name)));
  return hash.digest('hex').slice(0, 16);
}

/** The Go version at hand, e.g. `go1.26.8`; throws unless it is one that go.mod accepts. */
async function requireGo(): Promise<string> {
  const goMod = await readFile(join(moduleFolder, 'go.mod'), 'utf8');
  const wanted = /^go (\d+\.\d+)/m.exec(goMod)?.[1] ?? '0.0';
  const advice = `install Go ${wanted} or newer (https://go.dev/dl) and put it on PATH`;
  let version: string;
  try {
    version = (await run('go', ['env', 'GOVERSION'], { cwd: moduleFolder })).stdout.trim();
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

/** Runs `go build -v`, which names each package as it is compiled: that is what the progress lines count. */
async function goBuild(args: readonly string[], report: Report): Promise<void> {
  const started = performance.now();
  const elapsed = (): string => `${Math.round((performance.now() - started) / 1000)} s`;
  const temporary = mkdtempSync(join(tmpdir(), 'gac-build-'));
  const child = spawn('go', ['build', '-v', ...args], {
    cwd: moduleFolder,
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
    if (code !== 0) throw new Error(`go build ended with ${code}:\n${output.lastLines.join('\n')}`);
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
