import { parseArgs } from 'node:util';

/** A flag that is unknown or has a bad value: the message is one line that says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(message: string) {
    super(message.replace(/\s+/g, ' '));
  }
}

/** One flag. The command line, the environment, the help and the completion are all made from this. */
export interface Flag<T = unknown> {
  readonly name: string;
  /** Stands for its value in the help; a flag without it is a switch. */
  readonly value?: string;
  /** The text that counts where the flag is not given. */
  readonly default: string;
  readonly help: string;
  /** All values that it takes. */
  readonly choices?: readonly string[];
  /** Other names of it, from old command lines. */
  readonly aliases?: readonly string[];
  /** @throws UsageError that says what is wrong with the text; the flag's name is put before it. */
  readonly read: (text: string) => T;
}

/** A flag that is there or not; `-flag=false` takes it back, also one that is on by default. */
export function switchFlag(name: string, help: string, state: 'on' | 'off' = 'off'): Flag<boolean> {
  return { name, default: state === 'on' ? 'true' : 'false', help, read: readBoolean };
}

/** A flag with one of a few values; the first one counts where it is not given. */
export function choiceFlag<const C extends readonly [string, ...string[]]>(
  name: string,
  choices: C,
  help: string,
): Flag<C[number]> {
  return { name, value: choices.join('|'), default: choices[0], help, choices, read: oneOf<C[number]>(choices) };
}

/** The reader of a value that must be one of a few. */
export function oneOf<T extends string>(choices: readonly T[]): (text: string) => T {
  return (text) => {
    const found = choices.find((choice) => choice === text);
    if (found === undefined) throw new UsageError(`"${text}" is not one of ${choices.join(', ')}`);
    return found;
  };
}

/** The text itself. */
export function anyText(text: string): string {
  return text;
}

/** As Go's strconv.ParseBool. */
export function readBoolean(text: string): boolean {
  if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
  if (/^(0|f|F|FALSE|false|False)$/.test(text)) return false;
  throw new UsageError(`"${text}" is neither true nor false`);
}

export type Environment = Readonly<Record<string, string | undefined>>;

const environmentPrefix = 'GATEWAY_API_CONTROLLER_';

/** The environment variable that stands for a flag. */
export function variableOf(flagName: string): string {
  return environmentPrefix + flagName.toUpperCase().replaceAll('-', '_');
}

interface GivenText {
  readonly text: string;
  /** Where it comes from, for an error. */
  readonly source: string;
}

/** What was given for flags: on the command line, else in the environment. */
export class GivenFlags {
  readonly #texts: ReadonlyMap<string, GivenText>;

  constructor(texts: ReadonlyMap<string, GivenText>) {
    this.#texts = texts;
  }

  has(flag: Flag): boolean {
    return this.#texts.has(flag.name);
  }

  /**
   * The value of a flag: the given one, else its default.
   * @throws UsageError that names the flag, or the environment variable.
   */
  read<T>(flag: Flag<T>): T {
    const { text, source } = this.#texts.get(flag.name) ?? { text: flag.default, source: `flag -${flag.name}` };
    try {
      return flag.read(text);
    } catch (cause) {
      if (!(cause instanceof UsageError)) throw cause;
      throw new UsageError(`${source}: ${cause.message}`);
    }
  }
}

/**
 * Reads a command line as Go's flag package does: one dash or two, `-flag value` or `-flag=value`, switches bare, the
 * last one counts. A flag that is not on it is looked for in the environment, where an empty text is none.
 * @throws UsageError
 */
export function readFlags(argv: readonly string[], allowed: readonly Flag[], environment: Environment): GivenFlags {
  const { words, given } = readArguments(argv, allowed, environment);
  if (words[0] !== undefined) throw new UsageError(`"${words[0]}" is not a flag; see --help`);
  return given;
}

/**
 * As `readFlags`, for a command that also takes words, anywhere between its flags.
 * @throws UsageError
 */
export function readArguments(
  argv: readonly string[],
  allowed: readonly Flag[],
  environment: Environment,
): { readonly words: readonly string[]; readonly given: GivenFlags } {
  const words: string[] = [];
  const texts = new Map<string, GivenText>(fromEnvironment(allowed, environment));
  const { tokens } = parseArgs({ args: argv.map(twoDashes), strict: false, allowPositionals: true, tokens: true });
  const rest = tokens.filter((token) => token.kind !== 'option-terminator');
  for (let token = rest.shift(); token !== undefined; token = rest.shift()) {
    if (token.kind === 'positional') {
      words.push(token.value);
      continue;
    }
    const flag = findFlag(allowed, token.name);
    const text = token.value ?? (flag.value === undefined ? 'true' : takeValue(token.name, rest));
    texts.set(flag.name, { text, source: `flag -${token.name}` });
  }
  return { words, given: new GivenFlags(texts) };
}

function findFlag(allowed: readonly Flag[], name: string): Flag {
  const found = allowed.find((flag) => flag.name === name || flag.aliases?.includes(name));
  if (found === undefined) throw new UsageError(`unknown flag -${name}; see --help`);
  return found;
}

function fromEnvironment(allowed: readonly Flag[], environment: Environment): readonly [string, GivenText][] {
  return allowed.flatMap(({ name }): [string, GivenText][] => {
    const variable = variableOf(name);
    const text = environment[variable];
    return text === undefined || text === '' ? [] : [[name, { text, source: `environment variable ${variable}` }]];
  });
}

/** The value that stands behind a flag as an argument of its own. */
function takeValue(name: string, rest: { readonly kind: string; readonly value?: string | undefined }[]): string {
  const next = rest.shift();
  if (next?.kind === 'positional' && next.value !== undefined) return next.value;
  throw new UsageError(`flag -${name} needs a value; see --help`);
}

/** `-flag` is `--flag`; a value such as `-1` or `:8080` stays as it is. */
function twoDashes(argument: string): string {
  return /^-[a-z]/.test(argument) ? `-${argument}` : argument;
}
