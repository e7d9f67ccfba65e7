/**
 * `npm run conformance`: the conformance suite of the Gateway API, unmodified, against the controller in the lab, and
 * the same tests with L4 manifests of ours. Whatever ends this process, the lab goes with it.
 */
import { isInWorld, runInWorld } from '../lab/world.ts';
import { understand } from '../support/command-line.ts';
import { build } from './build.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { runConformance } from './run.ts';

/** Without the builds. */
const limitMs = 30 * 60_000;
const started = performance.now();

process.exit(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  const options = understand({ name: 'conformance', usage, parse: parseOptions }, args);
  if (typeof options === 'number') return options;
  const report = reporter(options);
  try {
    if (isInWorld()) return await runConformance(options, report);
    await build(report);
    const code = await runInWorld(import.meta.filename, { args, limitMs });
    report(`took ${Math.round((performance.now() - started) / 1000)} s in all`);
    return code;
  } catch (cause) {
    console.error(`conformance: ${messageOf(cause)}`);
    return 1;
  }
}

/** With JSON on stdout, all else goes to stderr. */
function reporter({ output }: Options): (line: string) => void {
  const print = output === 'json' ? console.error : console.log;
  return (line) => print(`conformance: ${line}`);
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
