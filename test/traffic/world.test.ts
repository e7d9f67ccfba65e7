import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { eventually } from '../support/server.ts';

const idle = join(import.meta.dirname, 'worlds', 'idle.ts');

interface World {
  readonly process: ChildProcess;
  /** Stands in the command line of each of its processes. */
  readonly name: string;
  readonly folder: string;
}

/** This process is in a world itself: the environment may not say so to the next. */
async function startWorld(): Promise<World> {
  const name = randomUUID();
  const child = spawn(process.execPath, [idle, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, LAB_WORLD: '' },
  });
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  return { process: child, name, folder: line.trim().replace(/^in /, '') };
}

function countProcesses(name: string): number {
  const commandLine = (pid: string): string => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      return '';
    }
  };
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandLine(pid).includes(name)).length;
}

describe('nothing is left of a world', () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
    test(`that is ended by ${signal}`, async () => {
      const world = await startWorld();
      await eventually(async () => countProcesses(world.name) >= 4);
      assert.ok(existsSync(join(world.folder, 'file')));
      world.process.kill(signal);
      await once(world.process, 'close');
      await eventually(async () => countProcesses(world.name) === 0);
      assert.equal(networkInterfaces()['left-behind'], undefined);
      // After SIGKILL nobody is there to remove it.
      assert.equal(existsSync(world.folder), signal === 'SIGKILL');
    });
  }
});
