import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { counters } from './checker/problem.ts';
import { faultKinds, makePlan } from './plan.ts';
import { run } from './run.ts';
import { runSuite } from './suite.ts';

describe('chaos', () => {
  it('gives one history for one seed', async () => {
    const plan = makePlan(4);
    const [first, second] = [await run(plan), await run(plan)];
    assert.ok(first.writes > 0);
    assert.equal(second.digest, first.digest);
    assert.notEqual((await run(makePlan(6))).digest, first.digest);
  });

  it('leaves nothing doubled, leaked, lost or behind, whatever strikes', async () => {
    const lines: string[] = [];
    const result = await runSuite({ seeds: 24, seed: 6, shrinkBudget: 0, say: (line) => lines.push(line) });
    const figures = Object.fromEntries(counters.map((counter) => [counter, result[counter]]));
    assert.deepEqual(figures, Object.fromEntries(counters.map((counter) => [counter, 0])), lines.join('\n'));
    const spared = faultKinds.filter((kind) => result.faults[kind] === 0);
    assert.deepEqual(spared, []);
  });
});
