/**
 * `npm run bench`: measures the compiled controller against an API server, beside a raw replay of the same writes.
 * Whatever ends this process, the servers, the controller and their files go with it.
 */
import { understand } from '../support/command-line.ts';
import { exitOnSignals } from '../support/signals.ts';
import { Bench } from './bench.ts';
import { parseOptions, type ScenarioName, usage } from './options.ts';
import { document, type Figures, type Result, table } from './report.ts';
import { save } from './results.ts';
import { churn } from './scenarios/churn.ts';
import { convergence } from './scenarios/convergence.ts';
import { endpoints } from './scenarios/endpoints.ts';
import { fanIn } from './scenarios/fan-in.ts';
import { follower } from './scenarios/follower.ts';
import { inspect } from './scenarios/inspect.ts';
import { large } from './scenarios/large.ts';
import { restart } from './scenarios/restart.ts';
import { steady } from './scenarios/steady.ts';

const scenarios: Readonly<Record<ScenarioName, (bench: Bench) => Promise<Figures>>> = {
  converge: (bench) => convergence('converge', bench),
  online: (bench) => convergence('online', bench),
  restart,
  steady,
  churn,
  'fan-in': fanIn,
  large,
  endpoints,
  inspect,
  follower,
};

const started = performance.now();

/** Progress is on stderr: stdout is the result alone. */
function report(line: string): void {
  process.stderr.write(`bench: ${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${line}\n`);
}

exitOnSignals();

process.exit(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  const options = understand({ name: 'bench', usage, parse: parseOptions }, args);
  if (typeof options === 'number') return options;
  const bench = await Bench.start(options, report);
  try {
    const results: Result[] = [];
    for (const name of options.scenarios) {
      const result = document(await scenarios[name](bench), bench);
      if (options.save) save(result);
      results.push(result);
    }
    console.log(
      options.output === 'json' ? JSON.stringify(results.length === 1 ? results[0] : results) : table(results),
    );
    return 0;
  } finally {
    await bench.stop();
  }
}
