import { setImmediate as nextTurn } from 'node:timers/promises';

const names = ['SIGINT', 'SIGTERM'] as const;

/** Signals that ask a process to end. */
export interface KeptSignals {
  /** The first that has come, if any has. */
  readonly came: NodeJS.Signals | undefined;
  /** The first that has come, or comes. */
  readonly first: Promise<NodeJS.Signals>;
  /** Lets in those that came while code was loaded. */
  catchUp(): Promise<void>;
  /** From now on they end the process, as by default; one that came already does so at once. */
  release(): void;
}

/** To be called first of all: process 1, which a container's is, never hears of a signal that it has no handler for. */
export function keepSignals(): KeptSignals {
  let came: NodeJS.Signals | undefined;
  let keep: (signal: NodeJS.Signals) => void = () => undefined;
  const first = new Promise<NodeJS.Signals>((resolve) => {
    keep = (signal) => {
      came ??= signal;
      resolve(signal);
    };
  });
  for (const name of names) process.once(name, keep);
  return {
    get came() {
      return came;
    },
    first,
    catchUp: async () => {
      // Signals are read between two of them.
      await nextTurn();
      await nextTurn();
    },
    release: () => {
      for (const name of names) process.off(name, keep);
      if (came !== undefined) process.kill(process.pid, came);
    },
  };
}
