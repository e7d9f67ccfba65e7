import assert from 'node:assert/strict';
import type { Server } from 'node:http';
import { describe, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { portOf } from '../../src/observability/http.ts';
import { eventually } from '../support/server.ts';
import { Clock } from './clock.ts';
import { Crowd } from './crowd.ts';
import { attached, receive, statesOf } from './stately-client.ts';

describe('The bridge to the Stately inspector, over many actors,', () => {
  async function serve(t: TestContext, crowd: Crowd): Promise<{ readonly server: Server; readonly url: string }> {
    const server = await crowd.inspector.start();
    t.after(() => crowd.stop());
    await eventually(async () => crowd.run.actors.isIdle);
    return { server, url: `ws://127.0.0.1:${portOf(server)}/stately` };
  }

  test('computes nothing and starts no timer while nobody is attached, and again when all went', async (t) => {
    const clock = new Clock();
    const crowd = new Crowd(10, { isStately: true, timers: clock });
    const { url } = await serve(t, crowd);
    assert.deepEqual([crowd.questions, clock.waiting.size], [0, 0]);
    const client = await attached(t, url);
    assert.ok(crowd.questions > 0 && clock.waiting.size > 0);
    client.terminate();
    await eventually(async () => !crowd.inspector.isWatched);
    const asked = crowd.questions;
    crowd.putAll('Hostname');
    await eventually(async () => crowd.run.actors.isIdle);
    assert.deepEqual([crowd.questions, clock.waiting.size], [asked, 0]);
  });

  test('tells of ten thousand, some at a time', async (t) => {
    let turns = 0;
    const clock = new Clock();
    const soon = (action: () => void): void => {
      turns += 1;
      setImmediate(action);
    };
    const timers = { after: clock.after, now: clock.now, soon };
    const { url } = await serve(t, new Crowd(10_000, { isStately: true, timers }));
    const events = receive(url);
    const gateways = (): Set<string> =>
      new Set(events.filter(({ type }) => type === '@xstate.actor').map(({ sessionId }) => sessionId));
    await eventually(async () => events.length >= 10_001 && gateways().size === 10_001);
    assert.ok(turns >= 100, `${turns} turns`);
  });

  test('gives up a client that takes nothing, at a bounded cost, and serves the others', async (t) => {
    const clock = new Clock();
    const crowd = new Crowd(2_000, { isStately: true, timers: clock });
    const { server, url } = await serve(t, crowd);
    const slow = await attached(t, url);
    slow.pause();
    const events = receive(url);
    await eventually(async () => events.length >= 2_001);
    let beats = 0;
    await eventually(async () => {
      clock.pass(5_000);
      beats += 1;
      return beats > 20 || (await promisify(server.getConnections.bind(server))()) === 1;
    });
    assert.ok(beats >= 6 && beats <= 20, `${beats} beats`);
    crowd.putOne(0, 'Hostname');
    await eventually(async () => {
      clock.pass(200);
      return statesOf(events, 'Gateway/team-0/gateway-00000').at(-1) === '{"Pending":"UnsupportedAddress"}';
    });
  });
});
