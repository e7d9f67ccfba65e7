/** A world that does nothing until it is ended; its first argument says which one it is. It starts a process of its own too. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isInWorld, runInWorld } from '../../lab/world.ts';

const args = process.argv.slice(2);
if (!isInWorld()) process.exit(await runInWorld(import.meta.filename, { args, limitMs: 60_000 }));
writeFileSync(join(tmpdir(), 'file'), 'left behind?');
spawn('ip', ['link', 'add', 'left-behind', 'type', 'bridge'], { stdio: 'ignore' });
spawn('sh', ['-c', 'sleep 60; exit 0', ...args], { stdio: 'ignore', detached: true });
console.log(`in ${tmpdir()}`);
setInterval(() => {}, 60_000);
