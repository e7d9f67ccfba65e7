import type { Flag } from '../flags.ts';
import type { KeptSignals } from './signals.ts';

/** A subcommand. The help and the completion are made from this. */
export interface Command {
  /** The words that choose it, as in `ipam ls`. */
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** What else there is to say about it. */
  readonly about: string;
  /** Stands for what it takes beside flags, in the help. */
  readonly arguments?: string;
  /** All values of its first argument. */
  readonly words?: readonly string[];
  readonly flags: readonly Flag[];
  /** Arguments of command lines that make sense as they stand. */
  readonly examples: readonly string[];
  /**
   * @param signals of the process, where they are kept.
   * @returns the exit code.
   */
  readonly run: (argv: readonly string[], signals?: KeptSignals) => Promise<number>;
}
