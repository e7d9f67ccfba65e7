import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { endOf } from '../cluster/process-group.ts';

const marker = 'LAB_WORLD';
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Whether this process is the first one of a world. */
export function isInWorld(environment: NodeJS.ProcessEnv = process.env): boolean {
  return environment[marker] === '1';
}

export interface WorldOptions {
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** After this time the world is ended, in milliseconds. */
  readonly limitMs: number;
}

/**
 * Runs a script of ours in a world of its own: a process tree with network, process, and mount namespaces that nothing
 * outside can reach or see. When its first process ends, however that comes about, the kernel ends every process in it
 * and takes down the interfaces, rules and routes; the temporary folder is removed here. So there is nothing that a
 * failure or a signal could leave behind.
 *
 * @returns the exit code of the script.
 * @throws with one line that says what to install, or that it needs root.
 */
export async function runInWorld(script: string, { args, environment = {}, limitMs }: WorldOptions): Promise<number> {
  requireTools();
  const folder = mkdtempSync(join(tmpdir(), 'gac-lab-'));
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const world = spawn('setpriv', [...intoWorld, process.execPath, script, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environment, TMPDIR: folder, [marker]: '1' },
    // Signals of the terminal are for us: we end the world.
    detached: true,
  });
  const timer = setTimeout(() => {
    console.error(`the lab is ended: not done after ${limitMs / 60_000} minutes`);
    world.kill('SIGKILL');
  }, limitMs);
  const signalled = endOnSignal(world);
  process.once('exit', removeFolder);
  try {
    const end = await endOf(world);
    return signalled() ?? (typeof end === 'number' ? end : 1);
  } finally {
    clearTimeout(timer);
    process.removeListener('exit', removeFolder);
    removeFolder();
  }
}

/**
 * Each step dies with the one before it, this process first. `/run` is hidden by one of the world's own: `ip netns`
 * keeps its names there.
 */
const intoWorld: readonly string[] = [
  '--pdeathsig=KILL',
  'unshare',
  '--net',
  '--mount',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
  'sh',
  '-ec',
  'mount -t tmpfs tmpfs /run; mkdir /run/netns; exec "$0" "$@"',
];

/** Ends the world on a signal. @returns a function that gives the exit code for the signal that came, if one did. */
function endOnSignal(world: ChildProcess): () => number | undefined {
  let code: number | undefined;
  for (const signal of signals) {
    process.once(signal, () => {
      code = 128 + constants.signals[signal];
      world.kill('SIGKILL');
    });
  }
  return () => code;
}

const packageOf = {
  ip: 'iproute2',
  nft: 'nftables',
  unshare: 'util-linux',
  nsenter: 'util-linux',
  setpriv: 'util-linux',
};

function requireTools(): void {
  if (process.platform !== 'linux') throw new Error('the lab needs Linux: it is made of network namespaces');
  if (process.getuid?.() !== 0) throw new Error('the lab needs root: it makes network namespaces (try sudo)');
  const missing = Object.entries(packageOf).filter(([tool]) => !isInstalled(tool));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(([, name]) => name))].join(' ');
  throw new Error(`${missing.map(([tool]) => tool).join(', ')} missing: apt-get install ${packages}`);
}

function isInstalled(tool: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
