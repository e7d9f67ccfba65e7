import { addressPoolMachine } from '../../machines/address-pool.ts';
import { leadershipMachine } from '../../machines/leadership.ts';
import { objectMachines } from '../actors/descriptions.ts';
import { type Chart, chartOf } from '../charts/chart.ts';
import { mermaidOf } from '../charts/mermaid.ts';
import { readFlags } from '../flags.ts';
import { outputFlag } from './command-flags.ts';

/** All charts: those of the objects, the pool's and the one of the leader. */
export function allCharts(): readonly Chart[] {
  return [...objectMachines(), addressPoolMachine, leadershipMachine].map(chartOf);
}

export const machinesFlags = [outputFlag];

/**
 * `machines`: the charts as Mermaid, one after the other; as JSON one list of charts.
 * @returns the exit code.
 * @throws UsageError
 */
export async function machines(argv: readonly string[]): Promise<number> {
  const output = readFlags(argv, machinesFlags, process.env).read(outputFlag);
  const charts = allCharts();
  const text = charts.map((chart) => `%% ${chart.name}: ${chart.description}\n${mermaidOf(chart)}`).join('\n');
  const documents = charts.map((chart) => ({ ...chart, mermaid: mermaidOf(chart) }));
  process.stdout.write(output === 'json' ? `${JSON.stringify(documents)}\n` : text);
  return 0;
}
