import type { Chart, ChartState, ChartTransition } from './chart.ts';
import { rungsByTarget, stepsOf } from './ladder.ts';

/**
 * A chart as a Mermaid `stateDiagram-v2`. What is possible in every state is drawn as the way of one look: from the
 * top state to the top state as the guards are asked, and inside of each the numbered guards from its start.
 */
export function mermaidOf(chart: Chart): string {
  const rungs = rungsByTarget(chart);
  const hasLadder = rungs.size > 0;
  const lines = chart.states.flatMap((state) => stateLines(state, rungs));
  const starts = chart.states.filter(({ isInitial }) => isInitial).map(({ path }) => `[*] --> ${idOf(path)}`);
  const ends = chart.states.filter(({ isFinal }) => isFinal).map(({ path }) => `${idOf(path)} --> [*]`);
  const steps = stepsOf(chart).map(([from, to]) => `${idOf(from)} --> ${idOf(to)} : none of these`);
  const single = chart.states
    .filter(({ states }) => states.length === 0)
    .flatMap(({ path }) => (rungs.get(path) ?? []).map((rung) => `note right of ${idOf(path)} : ${labelOf(rung)}`));
  const all = ['direction LR', ...lines, ...starts, ...ends, ...(hasLadder ? [...steps, ...single] : [])];
  return ['stateDiagram-v2', ...all.map((line) => `  ${line}`), ''].join('\n');
}

type Rungs = ReturnType<typeof rungsByTarget>;

function stateLines(state: ChartState, rungs: Rungs): readonly string[] {
  const id = idOf(state.path);
  const moves = state.transitions.map((move) => `${id} --> ${idOf(move.target || state.path)} : ${labelOf(move)}`);
  if (state.states.length === 0) return [`${id} : ${state.name}`, `${id} : ${textOf(state.description)}`, ...moves];
  const inner = state.states.flatMap((child) => [
    ...stateLines(child, rungs),
    ...(child.isInitial && !rungs.has(child.path) ? [`[*] --> ${idOf(child.path)} : first`] : []),
    ...(rungs.get(child.path) ?? []).map((rung) => `[*] --> ${idOf(child.path)} : ${labelOf(rung)}`),
  ]);
  return [`state "${state.name}" as ${id} {`, ...inner.map((line) => `  ${line}`), '}', ...moves];
}

function labelOf({ event, guard, actions, ...rest }: ChartTransition & { readonly number?: number }): string {
  const number = rest.number === undefined ? '' : `${rest.number}. `;
  const condition = guard === '' ? (rest.number === undefined ? '' : ' [else]') : ` [${guard}]`;
  return textOf(`${number}${event}${condition}${actions.length === 0 ? '' : ` / ${actions.join(', ')}`}`);
}

/** An id that Mermaid takes. */
function idOf(path: string): string {
  return path.replaceAll('.', '_');
}

/** Text that means nothing to Mermaid: `;` ends a statement there, `:` starts a label, `#` an entity. */
function textOf(text: string): string {
  return text
    .replaceAll('#', '#35;')
    .replaceAll(':', '#58;')
    .replaceAll(/(?<!#\d\d);/g, '#59;');
}
