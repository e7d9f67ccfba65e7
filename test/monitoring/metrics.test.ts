import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ActorState } from '../../src/objects/states.ts';
import { Metrics } from '../../src/observability/metrics.ts';
import { sources } from './sources.ts';

async function linesOf(metrics: Metrics, name: string): Promise<readonly string[]> {
  return (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith(name));
}

describe('The counters that alerts watch for an increase', () => {
  test('are there with 0 before anything is counted', async () => {
    const metrics = new Metrics(sources());
    assert.deepEqual(await linesOf(metrics, 'gateway_api_actor_crashes_total{'), [
      'gateway_api_actor_crashes_total{kind="GatewayClass"} 0',
      'gateway_api_actor_crashes_total{kind="Gateway"} 0',
      'gateway_api_actor_crashes_total{kind="ListenerSet"} 0',
      'gateway_api_actor_crashes_total{kind="TCPRoute"} 0',
      'gateway_api_actor_crashes_total{kind="UDPRoute"} 0',
    ]);
    const rejections = await linesOf(metrics, 'gateway_api_rejected_objects_total{');
    assert.equal(rejections.length, 13);
    assert.ok(rejections.every((line) => line.endsWith(' 0')));
  });
});

describe('The time from creation to a state', () => {
  const metadata = { uid: 'u', creationTimestamp: '1970-01-01T00:00:00Z' };
  const cases: readonly (readonly [string, readonly ActorState[], number])[] = [
    ['once for an object', ['Pending.Starting', 'ServiceReady.Announced', 'Pending.WaitingForClass'], 1],
    [
      'anew for one that was given up, of which nothing is kept',
      ['Pending.Starting', 'Released', 'Pending.Starting'],
      2,
    ],
  ];
  for (const [name, states, expected] of cases) {
    test(`is taken ${name}`, async () => {
      const metrics = new Metrics(sources({ metadataOf: () => metadata }));
      for (const to of states) metrics.actors.transition({ key: 'Gateway/shop/web', to });
      const count = 'gateway_api_time_to_state_seconds_count{kind="Gateway",state="Pending"}';
      assert.deepEqual(await linesOf(metrics, count), [`${count} ${expected}`]);
    });
  }
});
