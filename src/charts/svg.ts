import type { IState, IStateMachine, ITransition } from 'state-machine-cat';
import { type Chart, type ChartState, statesOf } from './chart.ts';
import { rungsByTarget, stepsOf } from './ladder.ts';

/**
 * A chart as SVG, drawn by Graphviz in WebAssembly (loaded when first asked for: 100 ms once). Each state is a group
 * of class `state` whose `data-state` is its path; colours and lights are the page's affair.
 */
export async function svgOf(chart: Chart): Promise<string> {
  const { render } = await import('state-machine-cat');
  const drawn = await render(machineOf(chart), {
    inputType: 'json',
    outputType: 'svg',
    direction: 'left-right',
    noDotNativeWarning: true,
    dotGraphAttrs: [
      { name: 'nodesep', value: '0.12' },
      { name: 'ranksep', value: '0.35' },
      { name: 'bgcolor', value: 'transparent' },
    ],
  });
  return forPage(drawn, chart);
}

function machineOf(chart: Chart): IStateMachine {
  const rungs = rungsByTarget(chart);
  let id = 0;
  const transition = (from: string, to: string, label: string): ITransition => ({ id: id++, from, to, label });
  const stateOf = (state: ChartState): IState => ({
    name: state.path,
    label: state.name,
    type: 'regular',
    typeExplicitlySet: true,
    class: state.isFinal ? 'end' : state.states.length > 0 ? 'phase' : 'leaf',
    ...(state.states.length > 0 && { statemachine: { states: state.states.map(stateOf) } }),
    ...(rungs.has(state.path) && {
      actions: (rungs.get(state.path) ?? []).map(({ number, guard }) => ({
        type: 'activity',
        body: `${number} ${guard || 'else'}`,
      })),
    }),
  });
  const moves = statesOf(chart).flatMap((state) =>
    state.transitions
      .filter(({ target }) => target !== '')
      .map(({ event, guard, target }) => transition(state.path, target, guard === '' ? event : `${event} [${guard}]`)),
  );
  const steps = stepsOf(chart).map(([from, to]) => transition(from, to, ''));
  return { states: chart.states.map(stateOf), transitions: [...moves, ...steps] };
}

/**
 * Without styles, colours, comments and a document type: the page's policy allows no inline style, and it colours by
 * class. States get their path and their description, transitions both ends.
 */
function forPage(drawn: string, chart: Chart): string {
  const descriptions = new Map(statesOf(chart).map(({ path, description }) => [path, description]));
  return (
    drawn
      .slice(drawn.indexOf('<svg'))
      .replace(/<svg width="\d+pt" height="\d+pt"/, '<svg class="chart" role="img"')
      .replaceAll(/<!--[\s\S]*?-->\s*/g, '')
      .replaceAll(/ (fill|stroke|fill-opacity|stroke-width|font-family|xml:space|xmlns:xlink|id)="[^"]*"/g, '')
      // The border comes last, over the text: it goes to the ground, where it can be filled, in the place of a rectangle.
      .replaceAll(
        /(<g class="node state [^>]*>\s*<title>[^<]*<\/title>)\s*<polygon[^>]*>([\s\S]*?)(<path[^>]*>)/g,
        '$1$3$2',
      )
      .replaceAll(/<g class="([^"]*)">\s*<title>([^<]*)<\/title>/g, (_, classes: string, title: string) =>
        groupOf(classes, plain(title), descriptions),
      )
  );
}

function groupOf(classes: string, title: string, descriptions: ReadonlyMap<string, string>): string {
  const [from, to] = title.split('->');
  if (to !== undefined) return `<g class="${classes}" data-from="${quoted(from ?? '')}" data-to="${quoted(to)}">`;
  const path = title.replace(/^cluster_/, '');
  const description = descriptions.get(path);
  if (description === undefined) return `<g class="${classes}">`;
  return `<g class="${classes}" data-state="${quoted(path)}"><title>${quoted(`${path}: ${description}`)}</title>`;
}

function plain(text: string): string {
  return text.replaceAll('&#45;', '-').replaceAll('&gt;', '>').replaceAll('&lt;', '<').replaceAll('&amp;', '&');
}

function quoted(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
