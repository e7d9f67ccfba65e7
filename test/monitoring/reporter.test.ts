import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Reporter } from '../../src/observability/reporter.ts';

/** A reporter, and the levels of what it has logged. */
function bench(): { readonly reporter: Reporter; readonly levels: readonly string[] } {
  const levels: string[] = [];
  const log = (level: string) => (): void => void levels.push(level);
  const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  return { reporter: new Reporter(logger as unknown as ConstructorParameters<typeof Reporter>[0], () => 0), levels };
}

describe('the log', () => {
  for (const [stage, warnings] of [
    ['synced', 0],
    ['absent', 1],
  ] as const) {
    test(`${warnings === 0 ? 'says nothing of' : 'warns once of the lack of'} a ledger that is ${stage}`, () => {
      const { reporter, levels } = bench();
      reporter.synced([{ kind: 'IPAddress', stage }]);
      assert.equal(levels.filter((level) => level === 'warn').length, warnings);
    });
  }

  for (const [what, warnings] of [
    ['discovery', ['warn']],
    ['watch of Service', []],
  ] as const) {
    test(`says ${warnings.length === 0 ? 'elsewhere' : 'once'} that ${what} is forbidden`, () => {
      const { reporter, levels } = bench();
      for (let times = 0; times < 2; times += 1)
        reporter.readFailure(what, { kind: 'forbidden', code: 403, message: 'no' });
      assert.deepEqual(levels, warnings);
    });
  }
});
