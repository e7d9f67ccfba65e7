import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { counters } from './checker/problem.ts';
import { faultKinds, makePlan } from './plan.ts';
import { plantAndFind } from './planted.ts';
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

  // A second a seed, on a slow machine more.
  it('leaves nothing doubled, leaked, lost or behind, whatever strikes', { timeout: 180_000 }, async () => {
    const lines: string[] = [];
    const result = await runSuite({ seeds: 50, seed: 1, shrinkBudget: 0, say: (line) => lines.push(line) });
    const figures = Object.fromEntries(counters.map((counter) => [counter, result[counter]]));
    assert.deepEqual(figures, Object.fromEntries(counters.map((counter) => [counter, 0])), lines.join('\n'));
    const spared = faultKinds.filter((kind) => result.faults[kind] === 0);
    assert.deepEqual(spared, []);
  });

  // All of them: node test/chaos/index.ts --planted --seeds 300
  const quicklyFound = [
    'ledger write skipped',
    'claim before adoption is done',
    'restore forgotten',
    'quarantine ignored',
  ];
  for (const bug of quicklyFound) {
    it(`finds a planted bug: ${bug}`, async () => {
      const { seeds } = await plantAndFind(bug, { seed: 1, seeds: 100 });
      assert.ok(seeds !== undefined);
    });
  }
});
