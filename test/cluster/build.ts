import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { goBuild, type Report, requireGo } from './go.ts';

/** Folder of the Go module that the control plane is built from. */
export const moduleFolder = join(import.meta.dirname, 'control-plane');
/** Folder of the Go module that pins helm. */
const helmFolder = join(import.meta.dirname, '..', 'install', 'helm');

const commonFlags = ['-trimpath', '-buildvcs=false'];

const run = promisify(execFile);

/**
 * Path of the control-plane binary for the sources as they are. It is built if the cache has none; the cache is
 * `$XDG_CACHE_HOME/gateway-api-controller` (default `~/.cache`). A full build takes about ten minutes on two cores,
 * a link alone some seconds. Throws with one line that says what to do if Go is missing, too old, or fails.
 */
export async function buildControlPlane(report: Report): Promise<string> {
  return await build({ name: 'control-plane', folder: moduleFolder, flags: await buildFlags(), target: '.' }, report);
}

/** Path of helm; built, as the control plane is, if the cache has none (a minute or two after the control plane). */
export async function buildHelm(report: Report): Promise<string> {
  const flags = [...commonFlags, '-ldflags=-s -w'];
  return await build({ name: 'helm', folder: helmFolder, flags, target: 'helm.sh/helm/v4/cmd/helm' }, report);
}

/** A Go program to build. */
interface Program {
  readonly name: string;
  /** Of its module. */
  readonly folder: string;
  readonly flags: readonly string[];
  /** The package to build. */
  readonly target: string;
}

async function build(program: Program, report: Report): Promise<string> {
  const { name, flags, target } = program;
  const binary = join(cacheFolder(), `${name}-${await hashOfSources(program)}`);
  if (existsSync(binary)) return binary;
  const version = await requireGo(program.folder);
  report(`building the ${name} with ${version} (minutes the first time, seconds later)`);
  await mkdir(cacheFolder(), { recursive: true });
  const unfinished = `${binary}.${process.pid}`;
  try {
    await goBuild(program.folder, ['build', ...flags, '-o', unfinished, target], report);
    await rename(unfinished, binary);
  } finally {
    await rm(unfinished, { force: true });
  }
  return binary;
}

/** Folder of a module that the control plane's go.mod names, in the Go module cache (downloaded if need be). */
export async function goModuleFolder(path: string): Promise<string> {
  await requireGo(moduleFolder);
  const { stdout } = await run('go', ['mod', 'download', '-json', path], { cwd: moduleFolder });
  const { Dir: folder } = JSON.parse(stdout) as { Dir?: string };
  if (folder === undefined) throw new Error(`Go has no folder for module ${path}`);
  return folder;
}

/** `$XDG_CACHE_HOME/gateway-api-controller`, for what is built once. */
export function cacheFolder(): string {
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
  return [...commonFlags, `-ldflags=-s -w ${stamps.join(' ')}`];
}

async function hashOfSources({ folder, flags }: Program): Promise<string> {
  const names = (await readdir(folder)).filter((name) => /\.(go|mod|sum)$/.test(name)).sort();
  const hash = createHash('sha256').update(flags.join('\n'));
  for (const name of names) hash.update(`\n${name}\n`).update(await readFile(join(folder, name)));
  return hash.digest('hex').slice(0, 16);
}
