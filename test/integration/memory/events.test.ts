import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../../support/server.ts';
import { gateway, route, serviceNames } from '../objects.ts';
import { memoryOnly, useMemory } from './memory.ts';

const events = { userAgent: 'gateway-api-controller', resource: 'events' } as const;

describe('Where Events are not taken', memoryOnly, () => {
  const effects = {
    'they are forbidden': { type: 'status', code: 403 },
    'the server has no time for them': { type: 'status', code: 429 },
    'their connections break': { type: 'reset' },
  } as const;
  for (const [name, effect] of Object.entries(effects)) {
    test(`because ${name}, everything else goes on, and it is said`, async (t) => {
      const { f, server } = await useMemory(t);
      server.faults.add({ match: events, effect });
      await f.create(gateway(f, 'gw'), route(f, 'made', { selector: ['app', 'web'] }));
      const controller = await f.run();
      assert.deepEqual(await serviceNames(f), ['web']);
      await eventually(async () => controller.log.some(({ msg }) => msg === 'Kubernetes Event not written'));
      const { body } = await controller.page('metrics', '/metrics');
      assert.match(body, /gateway_api_events_total\{result="failed"\} [1-9]/);
      const since = (await f.writes()).length;
      assert.deepEqual(await f.quietWrites(since), []);
    });
  }
});
