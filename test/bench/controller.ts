import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { Sample } from './probe.ts';

const root = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

/** In JavaScript: what Node.js needs to strip types would stand in the memory and in the start of what is measured. */
const compiledProbe = join(root, 'node_modules', '.cache', 'bench', 'probe.js');

/** The output of this tree's build, made anew, and the probe. @returns the folder of the former. */
export async function compile(): Promise<string> {
  await run(process.execPath, [join(root, 'build.ts')]);
  await build({ entryPoints: [join(import.meta.dirname, 'probe.ts')], outfile: compiledProbe, format: 'esm' });
  return join(root, 'dist');
}

/** Node's own flags in the image: what is measured runs as it would in a cluster. */
async function imageFlags(): Promise<readonly string[]> {
  const dockerfile = await readFile(join(root, 'Dockerfile'), 'utf8');
  const [, entrypoint = ''] = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile) ?? [];
  const words = JSON.parse(entrypoint) as readonly string[];
  return words.filter((word) => word.startsWith('--'));
}

export interface ControllerOptions {
  /** Folder of the compiled output. */
  readonly compiled: string;
  readonly kubeconfigPath: string;
  readonly flags: readonly string[];
  /** Folder for its CPU profile. */
  readonly profile: string | undefined;
}

/** The controller, running as a process of its own from the compiled output. */
export interface Controller {
  /** `performance.now()` when it was started. */
  readonly startedAt: number;
  /** Waits for the work, and rejects where the controller ends meanwhile. */
  during<T>(work: Promise<T>): Promise<T>;
  /** Fulfilled with the milliseconds from its start until its caches were in sync. */
  readonly synced: Promise<number>;
  /** What it has used so far, and first what the probe can do: clear its memory, or look at the event loop no more. */
  sample(wish?: 'collect' | 'quiet'): Promise<Sample>;
  /** Requests that were answered, by `METHOD code`. */
  requests(): Promise<Readonly<Record<string, number>>>;
  /** Ends it as Kubernetes does. @throws Error where it ends otherwise than well. */
  stop(): Promise<void>;
}

const inSync = '"msg":"caches are in sync"';
const keptOfLog = 4_000;

export async function startController(options: ControllerOptions): Promise<Controller> {
  const metrics = `127.0.0.1:${await freePort()}`;
  const profiling = options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profile}`];
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [
      ...profiling,
      ...(await imageFlags()),
      `--import=${compiledProbe}`,
      join(options.compiled, 'index.js'),
      `-kubeconfig=${options.kubeconfigPath}`,
      `-metrics-bind-address=${metrics}`,
      '-health-probe-bind-address=0',
      ...options.flags,
    ],
    { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
  );
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const log = follow(child);
  const ended = once(child, 'close').then(([code, signal]) => {
    process.removeListener('exit', kill);
    return (code ?? signal) as number | string;
  });
  const died = ended.then((how) => {
    throw new Error(`the controller ended with ${how}:\n${log.tail()}`);
  });
  died.catch(() => {});
  return {
    startedAt,
    during: (work) => Promise.race([work, died]),
    synced: Promise.race([log.synced.then((at) => at - startedAt), died]),
    async sample(wish) {
      child.send(wish ?? 'sample');
      const [sample] = (await once(child, 'message')) as [Sample];
      return sample;
    },
    requests: () => readRequests(metrics),
    async stop() {
      child.kill('SIGTERM');
      const how = await ended;
      if (how !== 0) throw new Error(`the controller ended with ${how}:\n${log.tail()}`);
    },
  };
}

/** Reads its log: when it said that it is in sync, and the end of it. */
function follow(child: ChildProcess): { readonly synced: Promise<number>; tail(): string } {
  const { promise: synced, resolve } = Promise.withResolvers<number>();
  let tail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-Math.max(keptOfLog, text.length));
    if (tail.includes(inSync)) resolve(performance.now());
  });
  return { synced, tail: () => tail };
}

/** Whether a compiled controller knows a flag. */
export async function knowsFlag(compiled: string, flag: string): Promise<boolean> {
  const { stdout } = await run(process.execPath, [join(compiled, 'index.js'), '--help']);
  return stdout.includes(`  -${flag} `);
}

async function readRequests(metrics: string): Promise<Readonly<Record<string, number>>> {
  const page = await (await fetch(`http://${metrics}/metrics`)).text();
  const lines = page.matchAll(/^rest_client_requests_total\{method="(\w+)",code="(\d+)"\} (\d+)$/gm);
  return Object.fromEntries([...lines].map(([, method, code, count]) => [`${method} ${code}`, Number(count)]));
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('there is no free port on loopback');
  return address.port;
}
