import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../../support/server.ts';
import { memoryOnly, useMemory } from './memory.ts';

describe('Watches that are begun anew', memoryOnly, () => {
  test('are counted, by kind and reason', async (t) => {
    const { f, server } = await useMemory(t);
    const controller = await f.run();
    const count = async (kind: string, reason: string): Promise<number> => {
      const { body } = await controller.page('metrics', '/metrics');
      const name = `gateway_api_watch_restarts_total{kind="${kind}",reason="${reason}"} `;
      return Number(
        body
          .split('\n')
          .find((line) => line.startsWith(name))
          ?.slice(name.length) ?? 0,
      );
    };
    assert.equal((await count('Gateway', 'failed')) + (await count('Gateway', 'ended')), 0);
    server.dropWatches();
    await eventually(async () => (await count('Gateway', 'failed')) + (await count('Gateway', 'ended')) === 1);
    assert.equal(await count('Gateway', 'expired'), 0);
    await f.settle();
  });
});
