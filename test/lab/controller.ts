import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** The controller, as the process that users start. */
export interface LabController {
  readonly process: ChildProcess;
  /** Fulfilled with how, and the end of its log, when it has ended. */
  readonly ended: Promise<string>;
}

export interface ControllerOptions {
  readonly flags: readonly string[];
  readonly log: string;
}

const commandLine = join(import.meta.dirname, '..', '..', 'src', 'cli', 'index.ts');
const health = '127.0.0.1:8081';
const readyWithinMs = 60_000;
const pollMs = 50;
const logLinesShown = 20;

/** Starts the controller and waits until all its caches are in sync. */
export async function startController({ flags, log }: ControllerOptions): Promise<LabController> {
  const output = openSync(log, 'a');
  const args = [commandLine, '-metrics-bind-address', '127.0.0.1:8080', '-health-probe-bind-address', health, ...flags];
  const child = spawn(process.execPath, args, { stdio: ['ignore', output, output] });
  closeSync(output);
  const ended = once(child, 'exit').then(([code, signal]) => {
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-logLinesShown);
    return `the controller ended with ${signal ?? `exit code ${code}`}; the end of its log:\n${lines.join('\n')}`;
  });
  const deadline = performance.now() + readyWithinMs;
  while (!(await isHealthy(`http://${health}/readyz`))) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(await ended);
    if (performance.now() > deadline) throw new Error(`the controller is not ready after ${readyWithinMs / 1000} s`);
    await delay(pollMs);
  }
  return { process: child, ended };
}

/** Whether a page answers with success; false where nobody answers. */
export async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
