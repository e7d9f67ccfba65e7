import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
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
