import { type AnyStateMachine, type AnyStateNode, StateMachine } from 'xstate';

/** The charts among the exports of a module of `machines/`. */
export function chartsOf(module: object): AnyStateMachine[] {
  return Object.values(module).filter((value): value is AnyStateMachine => value instanceof StateMachine);
}

/** Every place where a chart breaks the rules of DESIGN section 3. */
export function chartProblems(chart: AnyStateMachine): string[] {
  return statesOf(chart.root).flatMap((state) => stateProblems(state).map((problem) => `${state.id} ${problem}`));
}

function statesOf(state: AnyStateNode): AnyStateNode[] {
  return [state, ...Object.values(state.states).flatMap((child) => statesOf(child))];
}

function stateProblems(state: AnyStateNode): string[] {
  const problems: [boolean, string][] = [
    [!state.description, 'has no description'],
    [state.invoke.length > 0, 'invokes; effects are named actions, results come back as events'],
    [state.config.after !== undefined, 'has a delay; a retry is an effect that sends RetryDue'],
    [
      state.config.entry !== undefined,
      'has actions on entry; a root transition re-enters and would run them each time',
    ],
    [state.config.exit !== undefined, 'has actions on exit; a root transition re-enters and would run them each time'],
    [hasUnnamedGuard(state), 'has a guard without a name, which is lost to the drawing and to explain'],
  ];
  return problems.flatMap(([isBroken, problem]) => (isBroken ? [problem] : []));
}

/** Closures and the combinators `and`, `or`, `not` are functions; names and `{ type, params }` are not. */
function hasUnnamedGuard(state: AnyStateNode): boolean {
  const transitions = [...[...state.transitions.values()].flat(), ...(state.always ?? [])];
  return transitions.some(({ guard }) => typeof guard === 'function');
}
