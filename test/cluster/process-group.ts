import type { ChildProcess } from 'node:child_process';

/** How a child process ended: its exit code, or the name of the signal. Rejects if it could not be started. */
export function endOf(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (code, signal) => resolve(code ?? signal));
  });
}

/** Ends what is left of the process group that `leader` (started as detached) leads; nothing if it never started. */
export function endProcessGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // Nothing is left of it.
  }
}
