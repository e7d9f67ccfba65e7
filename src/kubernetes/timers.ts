import { setTimeout as sleepFor } from 'node:timers/promises';

/** Resolves after so many milliseconds, or when the signal is aborted. */
export async function sleepUntilAborted(ms: number, signal: AbortSignal): Promise<void> {
  await sleepFor(ms, undefined, { signal }).catch(() => {});
}

/** Runs `action` after so many milliseconds. @returns what cancels it. */
export function runAfter(ms: number, action: () => void): () => void {
  const timer = setTimeout(action, ms);
  return () => clearTimeout(timer);
}
