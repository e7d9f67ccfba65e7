import { parseArgs } from 'node:util';
import { understand } from '../support/command-line.ts';
import { counters } from './checker/problem.ts';
import { type Finding, plantAndFind, plants } from './planted.ts';
import { runSuite } from './suite.ts';

const usage =
  'usage: npm run chaos -- [--seeds N] [--seed S] [--target memory|cluster] [--output json] [--shrink N] [--planted | --kills | --takeovers]';

interface Options {
  readonly seeds: number;
  readonly seed: number;
  readonly shrinkBudget: number;
  readonly isReal: boolean;
  readonly mode: 'suite' | 'planted' | 'kills' | 'takeovers';
}

function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      seeds: { type: 'string', default: '50' },
      seed: { type: 'string', default: '1' },
      target: { type: 'string', default: 'memory' },
      output: { type: 'string', default: 'json' },
      shrink: { type: 'string', default: '40' },
      planted: { type: 'boolean', default: false },
      kills: { type: 'boolean', default: false },
      takeovers: { type: 'boolean', default: false },
    },
  });
  const { target, output } = values;
  if (output !== 'json') throw new Error(`--output is json, not '${output}'`);
  if (target !== 'memory' && target !== 'cluster') throw new Error(`--target is memory or cluster, not '${target}'`);
  return {
    seeds: number('seeds', values.seeds),
    seed: number('seed', values.seed),
    shrinkBudget: number('shrink', values.shrink),
    isReal: target === 'cluster',
    mode: (['kills', 'takeovers', 'planted'] as const).find((mode) => values[mode]) ?? 'suite',
  };
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value)) return value;
  throw new Error(`--${name} is a whole number, not '${text}'`);
}

/** Runs the chaos suite; stdout is the result, everything else goes to stderr. */
async function main(): Promise<number> {
  const options = understand({ name: 'chaos', usage, parse: parseOptions });
  if (typeof options === 'number') return options;
  const { mode, seeds, seed, shrinkBudget, isReal } = options;
  const say = (line: string): void => console.error(line);
  if (mode === 'kills') return killOften(say);
  if (mode === 'takeovers') return measureTakeovers(say);
  if (mode === 'planted') return findPlanted({ seed, seeds });
  const started = performance.now();
  const result = await runSuite({ seeds, seed, shrinkBudget, say, isReal });
  say(`${seeds} seeds in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return counters.every((counter) => result[counter] === 0) ? 0 : 1;
}

/** On a real API server: stdout is what came of a hundred kills. */
async function killOften(say: (line: string) => void): Promise<number> {
  const kills = await import('./cluster/kills.ts');
  const result = await kills.killOften(say);
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return result.duplicates.length + result.leaks.length === 0 ? 0 : 1;
}

/** On a real API server: stdout is how long each takeover took. */
async function measureTakeovers(say: (line: string) => void): Promise<number> {
  const takeover = await import('./cluster/takeover.ts');
  process.stdout.write(`${JSON.stringify({ takeovers: await takeover.measureTakeovers(say) })}\n`);
  return 0;
}

/** Plants each bug in turn: stdout is after how many seeds it is found. */
async function findPlanted(range: { readonly seed: number; readonly seeds: number }): Promise<number> {
  const findings: Finding[] = [];
  for (const bug of Object.keys(plants)) {
    const finding = await plantAndFind(bug, range);
    console.error(`${bug}: ${finding.seeds === undefined ? 'not found' : `after ${finding.seeds}: ${finding.what}`}`);
    findings.push(finding);
  }
  process.stdout.write(`${JSON.stringify({ ...range, planted: findings })}\n`);
  return findings.every(({ seeds }) => seeds !== undefined) ? 0 : 1;
}

process.exitCode = await main();
