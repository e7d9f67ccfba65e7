export interface CommandLine<T> {
  /** What the program is called in front of a complaint. */
  readonly name: string;
  readonly usage: string;
  /** Reads the arguments; throws with one line about what is wrong with them. */
  readonly parse: (args: string[]) => T;
}

/**
 * What a command line asks a program of the tests for. For `--help` and for one that is not understood the usage is
 * printed, and it is the exit code.
 */
export function understand<T extends object>(
  { name, usage, parse }: CommandLine<T>,
  args: readonly string[] = process.argv.slice(2),
): T | number {
  if (args.some((arg) => arg === '--help' || arg === '-h')) {
    console.log(usage);
    return 0;
  }
  try {
    return parse([...args]);
  } catch (cause) {
    console.error(`${name}: ${cause instanceof Error ? cause.message : String(cause)}\n${usage}`);
    return 2;
  }
}
