import assert from 'node:assert/strict';
import { test } from 'node:test';
import { realTimers } from '../../src/kubernetes/timers.ts';

test('what is to happen after longer than Node can wait does not happen at once', async () => {
  let runs = 0;
  const cancel = realTimers.after(2 ** 40, () => (runs += 1));
  const waiting = new AbortController();
  const slept = realTimers.sleep(2 ** 40, waiting.signal).then(() => (runs += 1));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(runs, 0);
  cancel();
  waiting.abort();
  await slept;
});
