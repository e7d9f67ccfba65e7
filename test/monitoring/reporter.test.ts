import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Reporter } from '../../src/observability/reporter.ts';

describe('the log', () => {
  for (const [stage, warnings] of [
    ['synced', 0],
    ['absent', 1],
  ] as const) {
    test(`${warnings === 0 ? 'says nothing of' : 'warns once of the lack of'} a ledger that is ${stage}`, () => {
      const lines: string[] = [];
      const log = (level: string) => (): void => void lines.push(level);
      const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
      new Reporter(logger as unknown as ConstructorParameters<typeof Reporter>[0], () => 0).synced([
        { kind: 'IPAddress', stage },
      ]);
      assert.equal(lines.filter((level) => level === 'warn').length, warnings);
    });
  }
});
