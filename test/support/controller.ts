import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { join } from 'node:path';
import pino from 'pino';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { parseConfig } from '../../src/config.ts';
import type { ApiClient } from '../../src/kubernetes/client.ts';
import { realTimers } from '../../src/kubernetes/timers.ts';
import { type Controller, startController } from '../../src/main.ts';
import type { Kind } from '../../src/objects/keys.ts';
import { portOf } from '../../src/observability/http.ts';
import { eventually } from './server.ts';

/** One line of the controller's log, as JSON. */
export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface TestControllerOptions {
  readonly kubeconfigPath: string;
  /** Beside `-kubeconfig` and the addresses to listen on. */
  readonly flags: readonly string[];
  /** How often kinds that are not served are looked for, in milliseconds. */
  readonly discoveryMs?: number;
  /** Instead of a connection by the kubeconfig. */
  readonly client?: ApiClient;
}

/** The whole controller, running in this process. */
export interface TestController {
  readonly controller: Controller;
  readonly log: readonly LogLine[];
  /** GETs a page of the health or the metrics port. */
  page(
    port: 'health' | 'metrics' | 'inspect',
    path: string,
  ): Promise<{ readonly status: number; readonly body: string }>;
  stop(): Promise<void>;
}

const loopback = ['-metrics-bind-address', '127.0.0.1:0', '-health-probe-bind-address', '127.0.0.1:0'];

/** Starts the controller as `src/cli/run.ts` does, in this process. */
export async function startTestController(options: TestControllerOptions): Promise<TestController> {
  const log: LogLine[] = [];
  const write = (line: string): number => log.push(JSON.parse(line));
  const logger = pino({ level: 'info', base: null, formatters: { level: (level) => ({ level }) } }, { write });
  const config = parseConfig(['-kubeconfig', options.kubeconfigPath, ...loopback, ...options.flags]);
  const controller = await startController(config, {
    logger,
    environment: {},
    timers: realTimers,
    // The shortest of all waits that jitter can make.
    random: () => 0,
    ...(options.client && { client: options.client }),
    ...(options.discoveryMs !== undefined && { discoveryMs: options.discoveryMs }),
  });
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= controller.stop();
    return stopping;
  };
  return { controller, log, page: (port, path) => getPage(controller.servers[port], path), stop };
}

async function getPage(server: Server | undefined, path: string): Promise<{ status: number; body: string }> {
  if (server === undefined) throw new Error('no such port');
  const response = await fetch(`http://127.0.0.1:${portOf(server)}${path}`);
  return { status: response.status, body: await response.text() };
}

/** The objects of one kind in one namespace, by name, with their resourceVersions, as the server has them. */
export interface Shelf {
  readonly kind: Kind;
  readonly namespace: string;
  /** Whether an object of this name counts. */
  readonly isMeant: (name: string) => boolean;
  readonly there: ReadonlyMap<string, string>;
}

/** Names an object that the controller does not know as the server has it; `undefined` where there is none. */
export function findUnseen(cluster: Cluster, { kind, namespace, isMeant, there }: Shelf): string | undefined {
  const prefix = `${kind}/${namespace}/`;
  const known = [...cluster.keysOf(kind)].filter((key) => key.startsWith(prefix));
  const gone = new Set(known.filter((key) => isMeant(key.slice(prefix.length))));
  for (const [name, version] of there) {
    const key = `${kind}/${namespace}/${name}` as const;
    const isSeen = cluster.rejection(key) !== undefined || cluster.get(key)?.metadata.resourceVersion === version;
    if (!gone.delete(key) || !isSeen) return `${key} unseen`;
  }
  const [first] = gone;
  return first && `${first} is gone`;
}

/** The controller's command line, running as a process of its own. */
export interface ChildController {
  readonly process: ChildProcess;
  readonly stdout: string;
  readonly stderr: string;
  /** Exit code, or the name of the signal that ended it. */
  readonly end: Promise<number | string>;
  /** Resolves when a line of the log says so. */
  logged(message: string): Promise<void>;
  kill(signal: NodeJS.Signals): Promise<number | string>;
}

const root = join(import.meta.dirname, '..', '..');
const commandLine = join(root, 'src', 'cli', 'index.ts');
/** Halves the time that a child takes to start. */
const compileCache = join(root, 'node_modules', '.cache', 'compile');

class Child implements ChildController {
  readonly process: ChildProcess;
  readonly end: Promise<number | string>;
  stdout = '';
  stderr = '';

  constructor(words: readonly string[], environment: NodeJS.ProcessEnv, input: string | undefined) {
    this.process = spawn(process.execPath, words, {
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: compileCache, ...environment },
    });
    this.process.stdin?.end(input);
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.end = once(this.process, 'close').then(([code, signal]) => code ?? signal);
  }

  async logged(message: string): Promise<void> {
    await eventually(async () => this.stderr.includes(`"msg":"${message}"`));
  }

  async kill(signal: NodeJS.Signals): Promise<number | string> {
    this.process.kill(signal);
    return this.end;
  }
}

/** Runs `gateway-api-controller ARGS`; whoever starts one ends it. @param input what it reads, if anything. */
export function spawnController(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  input?: string,
): ChildController {
  return new Child([commandLine, ...args], environment, input);
}

/** The same with another program: the plugin, or what a build made of one. */
export function spawnBuilt(program: string, args: readonly string[]): ChildController {
  return new Child([program, ...args], {}, undefined);
}
