import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyMachineSnapshot } from 'xstate';
import { type Edge, type Model, replay, stateOf, statesOf, unreachedStates, untakenTransitions } from './model.ts';

export interface ChartTests {
  readonly model: Model;
  readonly edges: readonly Edge[];
  /** By state, as `Parent.Child`: what must hold there, whatever led there. */
  readonly invariants: Readonly<Record<string, (snapshot: AnyMachineSnapshot) => void>>;
}

/** What is asked of every chart; to be called inside a `describe`. */
export function testChart({ model: { machine }, edges, invariants }: ChartTests): void {
  test('has no state that is never reached', () => assert.deepEqual(unreachedStates(machine, edges), []));

  test('has no transition that is never taken', () => assert.deepEqual(untakenTransitions(machine, edges), []));

  test('describes every state', () => {
    for (const { description, id } of statesOf(machine.root)) assert.ok(description, id);
  });

  test('names every guard, so that drawings and explanations show it', () => {
    for (const state of statesOf(machine.root)) {
      for (const { guard } of [...state.transitions.values()].flat()) {
        const name = typeof guard === 'object' && guard !== null && 'type' in guard ? guard.type : guard;
        assert.ok(name === undefined || typeof name === 'string', `${state.id}: ${String(name)}`);
      }
    }
  });

  test('has an invariant for each of its states', () => {
    const leaves = statesOf(machine.root).filter(({ states }) => Object.keys(states).length === 0);
    assert.deepEqual(leaves.map(({ path }) => path.join('.')).toSorted(), Object.keys(invariants).toSorted());
  });

  for (const [state, holds] of Object.entries(invariants)) {
    test(`keeps the invariant of ${state} on every way there`, () => {
      const ways = edges.filter(({ from, to }) => stateOf(to) === state || stateOf(from) === state);
      assert.ok(ways.length > 0);
      for (const { from, event, to } of ways) {
        const snapshot = stateOf(to) === state ? to : from;
        assert.doesNotThrow(() => holds(snapshot), `${stateOf(from)} on ${event.type} to ${stateOf(to)}`);
      }
    });
  }

  test('stays in its state when the same facts are observed again', () => {
    const seen = new Set<string>();
    for (const { event, to } of edges) {
      const id = JSON.stringify([to.value, to.context]);
      if (event.type !== 'Observed' || to.status !== 'active' || seen.has(id)) continue;
      seen.add(id);
      assert.equal(stateOf(replay(machine, to, event).to), stateOf(to));
    }
  });
}
