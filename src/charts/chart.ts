import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';

/** A state chart as it is drawn: only what the machine itself says, in its order. */
export interface Chart {
  /** E.g. `Gateway`. */
  readonly name: string;
  readonly description: string;
  readonly states: readonly ChartState[];
  /** What is possible in every state: those with a target are tried in this order, the first that holds decides. */
  readonly everywhere: readonly ChartTransition[];
}

export interface ChartState {
  /** `Parent.Child`, or one name. */
  readonly path: string;
  readonly name: string;
  readonly description: string;
  readonly isInitial: boolean;
  readonly isFinal: boolean;
  readonly states: readonly ChartState[];
  readonly transitions: readonly ChartTransition[];
}

export interface ChartTransition {
  readonly event: string;
  /** `isRefused(NoMatchingParent)`; empty: always. */
  readonly guard: string;
  /** The guard's name and parameters, apart. */
  readonly guardType: string;
  readonly guardParams: unknown;
  /** Path of a state; empty where the state stays. */
  readonly target: string;
  readonly actions: readonly string[];
}

/** Reads a machine. */
export function chartOf({ root }: AnyStateMachine): Chart {
  return {
    name: root.id,
    description: root.description ?? '',
    states: childrenOf(root),
    everywhere: transitionsOf(root),
  };
}

/** Every state of a chart, parents before their children. */
export function statesOf({ states }: Pick<Chart, 'states'>): readonly ChartState[] {
  return states.flatMap((state) => [state, ...statesOf(state)]);
}

/** The last part of a state's path, and what comes before it: empty where it has no parent. */
export function splitPath(path: string): { readonly parent: string; readonly name: string } {
  const dot = path.lastIndexOf('.');
  return { parent: path.slice(0, Math.max(dot, 0)), name: path.slice(dot + 1) };
}

/** `Parent.Child` of a state of a machine; empty for the machine itself. */
export function pathOf(node: AnyStateNode): string {
  return node.path.join('.');
}

function childrenOf(node: AnyStateNode): readonly ChartState[] {
  const initial = node.initial.target ?? [];
  return Object.values(node.states).map((child) => ({
    path: pathOf(child),
    name: child.key,
    description: child.description ?? '',
    isInitial: initial.includes(child),
    isFinal: child.type === 'final',
    states: childrenOf(child),
    transitions: transitionsOf(child),
  }));
}

function transitionsOf(node: AnyStateNode): readonly ChartTransition[] {
  return [...node.transitions.values()].flat().map((transition) => ({
    event: transition.eventType,
    ...guardOf(transition.guard),
    target: targetOf(transition),
    actions: transition.actions.flatMap((action) => actionName(action)),
  }));
}

function guardOf(guard: unknown): Pick<ChartTransition, 'guard' | 'guardType' | 'guardParams'> {
  if (typeof guard === 'string') return { guard, guardType: guard, guardParams: undefined };
  if (typeof guard !== 'object' || guard === null || !('type' in guard) || typeof guard.type !== 'string') {
    return { guard: '', guardType: '', guardParams: undefined };
  }
  const params = 'params' in guard && typeof guard.params === 'object' ? guard.params : undefined;
  const values = Object.values(params ?? {});
  const name = values.length === 0 ? guard.type : `${guard.type}(${values.join(', ')})`;
  return { guard: name, guardType: guard.type, guardParams: params };
}

function targetOf({ target }: AnyTransitionDefinition): string {
  const [first] = target ?? [];
  return first === undefined ? '' : pathOf(first);
}

function actionName(action: unknown): readonly string[] {
  if (typeof action === 'string') return [action];
  const type = typeof action === 'object' && action !== null && 'type' in action ? action.type : undefined;
  return typeof type === 'string' ? [type] : [];
}
