import { parseArgs } from 'node:util';

export const scenarioNames = [
  'converge',
  'online',
  'restart',
  'steady',
  'churn',
  'fan-in',
  'large',
  'endpoints',
  'inspect',
  'follower',
] as const;
export type ScenarioName = (typeof scenarioNames)[number];

export const behaviours = ['create', 'duplicate', 'update', 'aggregate'] as const;
export type Behaviour = (typeof behaviours)[number];

/** What `npm run bench -- ...` was asked to do. */
export interface Options {
  readonly scenarios: readonly ScenarioName[];
  /** Not given: 1,000; for `large`, which goes there in three steps, 10,000. */
  readonly gateways: number | undefined;
  /** Not given: 1; for `fan-in` 1,000 and 5,000. */
  readonly routesPerGateway: number | undefined;
  readonly behaviour: Behaviour;
  readonly target: 'cluster' | 'memory';
  /** Not given: 3, for `large` 1. */
  readonly repeat: number | undefined;
  readonly output: 'table' | 'json';
  /** Of the raw replay; not given: the best one is found. */
  readonly inFlight: number | undefined;
  /** Seconds that `churn` takes and that `inspect` looks on, and the operations a second of `churn`. */
  readonly seconds: number;
  readonly rate: number;
  /** Folder of another compiled output, measured in alternation with this one. */
  readonly against: string | undefined;
  /** Folder for CPU profiles of the controller. */
  readonly profile: string | undefined;
  /** Keep the figures in `test/bench/results/`, and draw the plots anew. */
  readonly save: boolean;
}

export const usage = `usage: npm run bench -- [--scenario NAME[,NAME]|all] [--gateways N] [--routes-per-gateway R]
                        [--behaviour ${behaviours.join('|')}] [--target cluster|memory]
                        [--repeat K] [--output table|json] [--save]
                        [--in-flight N] [--seconds S] [--rate OPERATIONS_A_SECOND]
                        [--against COMPILED_FOLDER] [--profile FOLDER]
scenarios: ${scenarioNames.join(', ')}`;

/** A command line that cannot be understood. */
export class UsageError extends Error {}

/** @throws UsageError with one line about what is wrong. */
export function parseOptions(args: readonly string[]): Options {
  const values = read(args);
  const { scenario, output, target, behaviour } = values;
  return {
    scenarios:
      scenario === 'all' ? scenarioNames : scenario.split(',').map((name) => oneOf('scenario', name, scenarioNames)),
    gateways: optional('gateways', values.gateways),
    routesPerGateway: optional('routes-per-gateway', values['routes-per-gateway']),
    behaviour: oneOf('behaviour', behaviour, behaviours),
    target: oneOf('target', target, ['cluster', 'memory'] as const),
    repeat: optional('repeat', values.repeat),
    output: oneOf('output', output, ['table', 'json'] as const),
    inFlight: optional('in-flight', values['in-flight']),
    seconds: number('seconds', values.seconds),
    rate: number('rate', values.rate),
    against: values.against,
    profile: values.profile,
    save: values.save,
  };
}

function read(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        scenario: { type: 'string', default: 'converge' },
        gateways: { type: 'string' },
        'routes-per-gateway': { type: 'string' },
        behaviour: { type: 'string', default: 'create' },
        target: { type: 'string', default: 'cluster' },
        repeat: { type: 'string' },
        output: { type: 'string', default: 'table' },
        'in-flight': { type: 'string' },
        seconds: { type: 'string', default: '60' },
        rate: { type: 'string', default: '20' },
        against: { type: 'string' },
        profile: { type: 'string' },
        save: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function optional(name: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : number(name, text);
}

function number(name: string, text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError(`--${name} is a whole number from 1 to 999999, not '${text}'`);
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new UsageError(`--${name} is one of ${allowed.join(', ')}, not '${value}'`);
}
