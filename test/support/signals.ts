import { constants } from 'node:os';

/** Lets a signal end the process as `exit` does: clean-up is done by the handlers of `exit`, which are synchronous. */
export function exitOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
  }
}
