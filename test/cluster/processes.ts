import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A server that this process started. */
export interface ServerProcess {
  readonly name: string;
  readonly pid: number;
  /** Fulfilled with how it ended and the end of its log, as soon as it has ended. */
  readonly ended: Promise<string>;
  hasEnded(): boolean;
}

/** A temporary folder and the servers that live in it. `stop` (or the end of this process) takes both down. */
export interface Workspace {
  readonly folder: string;
  /** Path of a file in the folder. */
  path(file: string): string;
  /** Starts one program of the control-plane binary; its output goes to `<program>.log` in the folder. */
  start(program: string, args: readonly string[]): ServerProcess;
  stop(): Promise<void>;
}

const logLinesShown = 15;
const pollEveryMs = 50;

/** Makes a workspace whose servers are programs of `binary`. */
export function openWorkspace(binary: string): Workspace {
  const folder = mkdtempSync(join(tmpdir(), 'gac-cluster-'));
  const servers: ServerProcess[] = [];
  const takeDown = (): void => {
    for (const server of servers) if (!server.hasEnded()) process.kill(server.pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once('exit', takeDown);
  return {
    folder,
    path: (file) => join(folder, file),
    start(program, args) {
      const server = startServer(binary, program, { args, log: join(folder, `${program}.log`) });
      servers.push(server);
      return server;
    },
    async stop() {
      // Nothing of their state is kept, so there is nothing to end in good order.
      for (const server of servers) if (!server.hasEnded()) process.kill(server.pid, 'SIGKILL');
      await Promise.all(servers.map((server) => server.ended));
      process.removeListener('exit', takeDown);
      takeDown();
    },
  };
}

/** Polls until `isReady` says so; throws with the server's log if it ends first, or after `timeoutMs`. */
export async function waitUntilReady(
  server: ServerProcess,
  isReady: () => Promise<boolean>,
  timeoutMs = 60_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await isReady())) {
    if (server.hasEnded()) throw new Error(await server.ended);
    if (performance.now() > deadline) throw new Error(`${server.name} is not ready after ${timeoutMs / 1000} s`);
    await delay(pollEveryMs);
  }
}

function startServer(binary: string, program: string, { args, log }: { args: readonly string[]; log: string }) {
  const output = openSync(log, 'a');
  const child = spawn(binary, [program, ...args], {
    stdio: ['ignore', output, output],
    env: { ...process.env, CONTROL_PLANE_DIES_WITH_PARENT: '1' },
  });
  closeSync(output);
  if (child.pid === undefined) throw new Error(`${binary} cannot be started`);
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(`${program} ended with ${signal ?? `exit code ${code}`}; the end of its log:\n${tail(log)}`);
    });
  });
  return {
    name: program,
    pid: child.pid,
    ended,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
  };
}

function tail(log: string): string {
  try {
    return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-logLinesShown).join('\n');
  } catch {
    return '(the log is gone)';
  }
}
