import type { Chart, ChartState, ChartTransition } from './chart.ts';
import { type Rung, rungsByTarget, stepsOf } from './ladder.ts';

/** Longer lines are broken, so that the boxes stay narrow, in characters. */
const longestLine = 40;

/**
 * A chart as a Mermaid `stateDiagram-v2`. What is possible in every state is not drawn as arrows from everywhere: each
 * state names the numbered guards that lead there, and the top states are connected as these are asked.
 */
export function mermaidOf(chart: Chart): string {
  const rungs = rungsByTarget(chart);
  const lines = [
    'direction LR',
    ...chart.states.flatMap((state) => stateLines(state, rungs)),
    ...chart.states.filter(({ isInitial }) => isInitial).map(({ path }) => `[*] --> ${idOf(path)}`),
    ...stepsOf(chart).map(([from, to]) => `${idOf(from)} --> ${idOf(to)} : else`),
  ];
  return ['stateDiagram-v2', ...lines.map((line) => `  ${line}`), ''].join('\n');
}

function stateLines(state: ChartState, rungs: ReadonlyMap<string, readonly Rung[]>): readonly string[] {
  const id = idOf(state.path);
  const moves = state.transitions.map((move) => `${id} --> ${idOf(move.target || state.path)} : ${labelOf(move)}`);
  if (state.states.length === 0) {
    const texts = [...broken(state.description), ...(rungs.get(state.path) ?? []).map(rungText)];
    const end = state.isFinal ? [`${id} --> [*]`] : [];
    return [`${id} : ${state.name}`, ...texts.map((text) => `${id} : ${escaped(text)}`), ...moves, ...end];
  }
  const start = state.states.filter((child) => state.isInitial && child.isInitial).map(({ path }) => idOf(path));
  const inner = [
    'direction LR',
    ...state.states.flatMap((child) => stateLines(child, rungs)),
    ...start.map((first) => `[*] --> ${first}`),
  ];
  return [`state "${state.name}" as ${id} {`, ...inner.map((line) => `  ${line}`), '}', ...moves];
}

function rungText({ number, guard }: Rung): string {
  return `${number} [${guard === '' ? 'else' : guard}]`;
}

function labelOf({ event, guard, actions }: ChartTransition): string {
  const condition = guard === '' ? '' : ` [${guard}]`;
  return escaped(`${event}${condition}${actions.length === 0 ? '' : ` / ${actions.join(', ')}`}`);
}

/** A text in lines of bounded length. */
function broken(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= longestLine) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** An id that Mermaid takes. */
function idOf(path: string): string {
  return path.replaceAll('.', '_');
}

/** Text that means nothing to Mermaid: `;` ends a statement there, `:` starts a label, `#` an entity. */
function escaped(text: string): string {
  return text.replaceAll(/[#:;]/g, (character) => `#${character.charCodeAt(0)};`);
}
