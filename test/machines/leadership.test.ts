import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type LeaseOutcome, leadershipMachine } from '../../machines/leadership.ts';
import { testChart } from './chart-tests.ts';
import { type Model, stateOf, walk } from './model.ts';

const renewDeadlineMs = 10_000;
const times = [0, renewDeadlineMs - 1, renewDeadlineMs, Number.POSITIVE_INFINITY];
const outcomes: readonly LeaseOutcome[] = times.flatMap((sinceHeldMs) =>
  (['held', 'others', 'failed'] as const).map((result) => ({ result, sinceHeldMs, renewDeadlineMs })),
);

const model: Model = {
  machine: leadershipMachine,
  events: [...outcomes.map((outcome) => ({ type: 'Tried', outcome })), { type: 'Stopped' }],
  project: ({ status }) => status,
};

describe('the chart of leadership', () => {
  const edges = walk(model);

  testChart({
    model,
    edges,
    invariants: {
      Standby: ({ status }) => assert.equal(status, 'active'),
      Leading: ({ status }) => assert.equal(status, 'active'),
      Lost: ({ status }) => assert.equal(status, 'done'),
      Stopped: ({ status }) => assert.equal(status, 'done'),
    },
  });

  test('starts to lead only with the lease in its hand, and never leads twice', () => {
    for (const { from, event, to, asked } of edges) {
      const starts = stateOf(from) !== 'Leading' && stateOf(to) === 'Leading';
      assert.equal(asked.includes('startLeading'), starts);
      if (starts) assert.equal((event.outcome as LeaseOutcome).result, 'held');
    }
  });

  test('stops to write wherever it ends, and gives the lease back only where it had it', () => {
    for (const { from, to, asked } of edges) {
      if (to.status !== 'done') continue;
      const isLeading = stateOf(from) === 'Leading';
      assert.deepEqual(asked, isLeading ? [stateOf(to) === 'Lost' ? 'stopLeading' : 'releaseLease'] : []);
    }
  });

  test('survives tries that fail until the deadline', () => {
    for (const { from, event, to } of edges) {
      if (stateOf(from) !== 'Leading' || event.type !== 'Tried') continue;
      const { result, sinceHeldMs } = event.outcome as LeaseOutcome;
      const isLost = result === 'others' || (result === 'failed' && sinceHeldMs >= renewDeadlineMs);
      assert.equal(stateOf(to), isLost ? 'Lost' : 'Leading', `${result} after ${sinceHeldMs} ms`);
    }
  });
});
