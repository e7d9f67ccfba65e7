import assert from 'node:assert/strict';
import {
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  createActor,
} from 'xstate';
import { adjacencyMapToArray, createTestModel } from 'xstate/graph';

/** A machine, and all that may happen to it. */
export interface Model {
  readonly machine: AnyStateMachine;
  readonly input?: unknown;
  /** Every event with its data: one that is not here is never sent. */
  readonly events: readonly AnyEventObject[];
  /** The facts of a context that tell states apart, besides the state's name. */
  readonly project: (snapshot: AnyMachineSnapshot) => unknown;
  readonly filterEvents?: (snapshot: AnyMachineSnapshot, event: AnyEventObject) => boolean;
}

/** One event taken in one state by a real actor. */
export interface Edge {
  readonly from: AnyMachineSnapshot;
  readonly event: AnyEventObject;
  readonly to: AnyMachineSnapshot;
  /** The effects that were asked for. */
  readonly asked: readonly string[];
}

const limit = 50_000;

/** The state as `Parent.Child`. */
export function stateOf(snapshot: AnyMachineSnapshot): string {
  return pathsOf(snapshot.value).at(-1) ?? '';
}

/** Every edge that the events lead to, each replayed on a real actor from its persisted snapshot. */
export function walk({ machine, input, events, project, filterEvents }: Model): readonly Edge[] {
  const numbers = new Map(events.map((event, index) => [event, String(index)]));
  const model = createTestModel(machine, {
    input,
    events,
    limit,
    ...(filterEvents && { filterEvents }),
    stopWhen: ({ status }) => status !== 'active',
    serializeState: (snapshot) => JSON.stringify([snapshot.value, project(snapshot)]),
    serializeEvent: (event) => `${event.type} ${numbers.get(event)}`,
    serializeTransition: () => '',
  });
  return adjacencyMapToArray(model.getAdjacencyMap()).map(({ state, event, nextState }) => {
    const replayed = replay(machine, state, event);
    assert.equal(stateOf(replayed.to), stateOf(nextState), `${stateOf(state)} on ${event.type}: a real actor differs`);
    return { from: state, event, ...replayed };
  });
}

/** Sends one event to a real actor that starts where the snapshot stands. */
export function replay(
  machine: AnyStateMachine,
  from: AnyMachineSnapshot,
  event: AnyEventObject,
): Pick<Edge, 'to' | 'asked'> {
  const { spied, asked } = spyOn(machine);
  asked.length = 0;
  const actor = createActor(spied, { snapshot: machine.getPersistedSnapshot(from) });
  const errors: unknown[] = [];
  actor.subscribe({ error: (error) => errors.push(error) });
  actor.start();
  actor.send(event);
  const to = actor.getSnapshot();
  actor.stop();
  assert.deepEqual(errors, []);
  return { to, asked: [...asked] };
}

interface Spy {
  readonly spied: AnyStateMachine;
  readonly asked: string[];
}

const spies = new WeakMap<AnyStateMachine, Spy>();

/** The machine with effects that only say that they were asked for: made once, as it takes a while. */
function spyOn(machine: AnyStateMachine): Spy {
  const known = spies.get(machine);
  if (known !== undefined) return known;
  const asked: string[] = [];
  const actions = Object.fromEntries(effectsOf(machine).map((name) => [name, () => asked.push(name)]));
  const spy = { spied: machine.provide({ actions }), asked };
  spies.set(machine, spy);
  return spy;
}

/** Actions that do something outside: those that only assign to the context are none. */
function effectsOf(machine: AnyStateMachine): string[] {
  return Object.entries(machine.implementations.actions)
    .filter(([, action]) => !(typeof action === 'function' && 'type' in action && action.type === 'xstate.assign'))
    .map(([name]) => name);
}

/** States of the chart that no edge starts or ends in. */
export function unreachedStates(machine: AnyStateMachine, edges: readonly Edge[]): readonly string[] {
  const reached = new Set(edges.flatMap(({ from, to }) => [...pathsOf(from.value), ...pathsOf(to.value)]));
  return statesOf(machine.root)
    .map(({ path }) => path.join('.'))
    .filter((path) => path !== '' && !reached.has(path));
}

/** Transitions of the chart, each branch of a guard by itself, that no edge takes. */
export function untakenTransitions(machine: AnyStateMachine, edges: readonly Edge[]): readonly string[] {
  const taken = new Set<unknown>(edges.flatMap(({ from, event }) => machine.getTransitionData(from, event)));
  return statesOf(machine.root).flatMap((state) =>
    [...[...state.transitions.values()].flat(), ...(state.always ?? [])]
      .filter((transition) => !taken.has(transition))
      .map(({ eventType, guard }) => `${state.id} on ${eventType}, guard ${JSON.stringify(guard) ?? 'none'}`),
  );
}

/** The state and all within it. */
export function statesOf(state: AnyStateNode): readonly AnyStateNode[] {
  return [state, ...Object.values(state.states).flatMap(statesOf)];
}

function pathsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Object.entries(value as Readonly<Record<string, unknown>>).flatMap(([parent, child]) => [
    parent,
    ...pathsOf(child).map((path) => `${parent}.${path}`),
  ]);
}
