import { UsageError } from '../flags.ts';
import { KubeconfigError } from '../kubernetes/connect.ts';
import { BindError } from '../observability/http.ts';
import type { Command } from './command.ts';
import { commands } from './commands.ts';
import { ClusterError } from './read-cluster.ts';
import type { KeptSignals } from './signals.ts';
import { usage, usageOf } from './usage.ts';
import { printVersion } from './version.ts';

/**
 * What a command line asks for: one file per subcommand; without one, the controller runs.
 * @param signals kept since the process began.
 * @returns the exit code: 2 for a command line that is not understood.
 */
export async function main(argv: readonly string[], signals?: KeptSignals): Promise<number> {
  try {
    return await obey(argv, signals);
  } catch (error) {
    return complain(error);
  }
}

async function obey(argv: readonly string[], signals: KeptSignals | undefined): Promise<number> {
  const words = argv[0] === 'help' ? argv.slice(1) : argv;
  const command = findCommand(words);
  if (words !== argv || argv.some((arg) => /^--?(help|h)$/.test(arg))) {
    process.stdout.write(helpFor(command === undefined ? begunBy(words[0]) : [command]));
    return 0;
  }
  // Only the controller ends in order.
  if (command !== undefined && command !== commands[0]) signals?.release();
  if (command !== undefined) return command.run(argv.slice(wordsOf(command).length), signals);
  if (/^--?version$/.test(argv[0] ?? '')) return printVersion(argv.slice(1));
  refuseHalfCommand(argv[0] ?? '');
  return commands[0].run(argv, signals);
}

function findCommand(argv: readonly string[]): Command | undefined {
  return commands.find((command) => wordsOf(command).every((word, index) => word === argv[index]));
}

function wordsOf({ name }: Command): readonly string[] {
  return name.split(' ');
}

/** The commands whose first word it is. */
function begunBy(first: string | undefined): readonly Command[] {
  return commands.filter((command) => wordsOf(command)[0] === first);
}

function helpFor(wanted: readonly Command[]): string {
  return wanted.length === 0 ? usage(commands) : wanted.map(usageOf).join('\n');
}

/** @throws UsageError for a word that names no command, alone: the first word of one, or nothing at all. */
function refuseHalfCommand(word: string): void {
  if (word === '' || word.startsWith('-')) return;
  const begun = begunBy(word).map(({ name }) => `"${name}"`);
  if (begun.length > 0) throw new UsageError(`use ${begun.join(' or ')}; see --help`);
  throw new UsageError(`"${word}" is no command: use ${commands.map(({ name }) => name).join(', ')}; see --help`);
}

/** One line for what the user can mend; anything else is a bug and keeps its stack. */
function complain(error: unknown): number {
  const isMendable =
    error instanceof UsageError ||
    error instanceof KubeconfigError ||
    error instanceof BindError ||
    error instanceof ClusterError;
  if (!isMendable) throw error;
  process.stderr.write(`gateway-api-controller: ${error.message}\n`);
  return error instanceof UsageError ? 2 : 1;
}
