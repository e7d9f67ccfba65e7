import { type Chart, statesOf } from '../../src/charts/chart.ts';
import { ladderOf } from '../../src/charts/ladder.ts';
import { mermaidOf } from '../../src/charts/mermaid.ts';

/** The text of `docs/machines.md`. */
export function machinesPage(charts: readonly Chart[]): string {
  const intro = `# State charts

This page is made from \`machines/\` by \`npm run docs\`; a test keeps it in step. \`gateway-api-controller machines\` prints
the same charts.

Each look at an object asks the guards in the order of their numbers. The first one that holds decides the state: it is
the guard that holds the object there, which \`explain\` and the inspector name. In the charts the way goes from phase to
phase where no question of a phase held, and inside of a phase to the state of the question that did.
`;
  return [intro, ...charts.map(section)].join('\n');
}

function section(chart: Chart): string {
  const states = statesOf(chart)
    .filter((state) => state.states.length === 0)
    .map(({ path, description, isFinal }) => `| \`${path}\` | ${description}${isFinal ? ' (the end)' : ''} |`);
  const rungs = ladderOf(chart).map(
    ({ number, guard, target }) => `| ${number} | ${guard === '' ? 'else' : `\`${guard}\``} | \`${target}\` |`,
  );
  return [
    `## ${chart.name}`,
    '',
    `${chart.description}.`,
    '',
    '```mermaid',
    mermaidOf(chart).trimEnd(),
    '```',
    '',
    '| state | meaning |',
    '|---|---|',
    ...states,
    '',
    ...(rungs.length === 0 ? [] : ['| | guard | state |', '|---|---|---|', ...rungs, '']),
  ].join('\n');
}
