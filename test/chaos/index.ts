import { parseArgs } from 'node:util';
import { counters } from './checker/problem.ts';
import { type Finding, plantAndFind, plants } from './planted.ts';
import { runSuite } from './suite.ts';

const usage =
  'usage: node test/chaos/index.ts [--seeds N] [--seed S] [--target memory|cluster] [--output json] [--shrink N] [--planted | --kills | --takeovers]';

/** Runs the chaos suite; stdout is the result, everything else goes to stderr. */
async function main(): Promise<number> {
  const { values } = parseArgs({
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
  const [seeds, seed, shrinkBudget] = [values.seeds, values.seed, values.shrink].map(Number);
  const areNumbers = [seeds, seed, shrinkBudget].every((value) => Number.isInteger(value));
  if (!areNumbers || seeds === undefined || seed === undefined || shrinkBudget === undefined) return refuse(usage);
  if (values.output !== 'json') return refuse(usage);
  if (values.target !== 'memory' && values.target !== 'cluster') return refuse(usage);
  const say = (line: string): void => console.error(line);
  if (values.kills) return killOften(say);
  if (values.takeovers) return measureTakeovers(say);
  if (values.planted) return findPlanted({ seed, seeds });
  const started = performance.now();
  const result = await runSuite({ seeds, seed, shrinkBudget, say, isReal: values.target === 'cluster' });
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

function refuse(line: string): number {
  console.error(line);
  return 2;
}

process.exitCode = await main();
