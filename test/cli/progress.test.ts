import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { Progress } from '../../src/cli/progress.ts';

function useProgress(t: TestContext, isTTY: boolean): { readonly progress: Progress; readonly shown: () => string } {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let text = '';
  const write = (chunk: string): boolean => {
    text += chunk;
    return true;
  };
  const progress = new Progress('reading Gateways', { isTTY, write } as unknown as NodeJS.WriteStream);
  t.after(() => progress.end());
  return { progress, shown: () => text };
}

describe('Progress', () => {
  test('of what takes less than a second is not shown', (t) => {
    const { progress, shown } = useProgress(t, true);
    t.mock.timers.tick(999);
    progress.say('reading Services');
    progress.end();
    t.mock.timers.tick(10_000);
    assert.equal(shown(), '');
  });

  test('on a terminal is one line that changes, and goes at the end', (t) => {
    const { progress, shown } = useProgress(t, true);
    t.mock.timers.tick(1_000);
    progress.say('reading Services');
    progress.end();
    const clear = '\r\u001b[K';
    assert.equal(shown(), `${clear}reading Gateways ...${clear}reading Services ...${clear}`);
  });

  test('elsewhere is a line now and then, without control characters', (t) => {
    const { progress, shown } = useProgress(t, false);
    t.mock.timers.tick(1_000);
    progress.say('reading Services');
    progress.end();
    assert.equal(shown(), 'reading Gateways ...\n');
  });
});
