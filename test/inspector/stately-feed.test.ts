import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { ActorKey, FeedLimits } from '../../src/observability/inspector/feed.ts';
import { keysOf } from '../../src/observability/inspector/rows.ts';
import { Births, type StatelyMessage } from '../../src/observability/inspector/stately/messages.ts';
import { StatelyFeed, statelyLimits } from '../../src/observability/inspector/stately/stately-feed.ts';
import { eventually } from '../support/server.ts';
import { Crowd } from './crowd.ts';

/** A Stately inspector that takes so many messages before it has to be asked for more. */
class Receiver {
  readonly messages: StatelyMessage[] = [];
  room = Number.POSITIVE_INFINITY;
  isClosed = false;
  isThere = true;

  write(text: string): boolean {
    this.messages.push(JSON.parse(text) as StatelyMessage);
    this.room -= 1;
    return this.room > 0;
  }

  ping(): boolean {
    return this.isThere;
  }

  close(): void {
    this.isClosed = true;
  }

  /** What it was told of Gateways since it was last asked, as `type of the message, event, status, state`. */
  take(): readonly string[] {
    return this.messages
      .splice(0)
      .filter(({ sessionId }) => sessionId.startsWith('Gateway/'))
      .map(lineOf);
  }
}

function lineOf(message: StatelyMessage): string {
  const event = 'event' in message ? message.event.type : '';
  const snapshot = 'snapshot' in message ? `${message.snapshot.status} ${JSON.stringify(message.snapshot.value)}` : '';
  return [message.type.replace('@xstate.', ''), event, snapshot].filter((part) => part !== '').join(' ');
}

interface Scene {
  readonly crowd: Crowd;
  readonly feed: StatelyFeed;
  readonly receiver: Receiver;
}

const first: ActorKey = 'Gateway/team-0/gateway-00000';
const ready = { ServiceReady: 'NothingToAnnounce' };
const supported = `active ${JSON.stringify(ready)}`;
const unsupported = 'active {"Pending":"UnsupportedAddress"}';

/** A crowd that has come to rest, and a feed that is told of its events. */
async function sceneOf(t: TestContext, count: number, limits: FeedLimits = statelyLimits): Promise<Scene> {
  const crowd = new Crowd(count);
  t.after(() => crowd.stop());
  const { actors } = crowd.run;
  const receiver = new Receiver();
  const feed = new StatelyFeed(
    receiver,
    { actors: () => actors, keys: () => keysOf({ actors }), now: () => 7, births: new Births() },
    limits,
  );
  await rest(crowd);
  t.mock.method(crowd.inspector, 'noteEvent', (key: ActorKey) => feed.noteEvent(key));
  return { crowd, feed, receiver };
}

async function rest({ run: { actors } }: Crowd): Promise<void> {
  await eventually(async () => actors.isIdle);
}

describe('A Stately inspector', () => {
  test('is told of each actor with its chart, then of each event and what came of it', async (t) => {
    const { crowd, feed, receiver } = await sceneOf(t, 1);
    feed.restart();
    feed.send();
    const [, actor] = receiver.messages;
    assert.ok(actor?.type === '@xstate.actor');
    const { definition, snapshot, ...rest_ } = actor;
    const session = `${first}#uid-0`;
    const names = { rootId: session, sessionId: session, name: first };
    assert.deepEqual(rest_, { type: '@xstate.actor', ...names, createdAt: '7', id: '2', _version: '0.7.2' });
    assert.deepEqual([snapshot.status, snapshot.value], ['active', ready]);
    assert.ok('facts' in (snapshot.context as object));
    const { id, states, context } = JSON.parse(definition) as Record<string, object>;
    assert.deepEqual([id, context], ['Gateway', { type: 'context' }]);
    assert.ok('ServiceReady' in (states ?? {}));
    assert.equal(receiver.take().length, 1);
    crowd.putOne(0, 'Hostname');
    await rest(crowd);
    crowd.putOne(0, 'IPAddress');
    await rest(crowd);
    feed.send();
    const said = receiver.take();
    assert.deepEqual(said.slice(0, 2), ['event Observed', `snapshot Observed ${unsupported}`]);
    assert.equal(said.at(-1), `snapshot Observed ${supported}`);
  });

  test('meets a new actor in its first state, and hears of its final one', async (t) => {
    const { crowd, feed, receiver } = await sceneOf(t, 0);
    crowd.putOne(0, 'Hostname');
    await rest(crowd);
    feed.send();
    const born = 'actor active {"Pending":"Starting"}';
    assert.deepEqual(receiver.take(), [born, 'event Observed', `snapshot Observed ${unsupported}`]);
    crowd.removeOne(0);
    await rest(crowd);
    feed.send();
    assert.deepEqual(receiver.take(), ['event Observed', 'snapshot Observed done "Released"']);
  });

  test('is told that an actor stopped whose object another one has taken the place of', async (t) => {
    const { crowd, feed, receiver } = await sceneOf(t, 1);
    feed.restart();
    feed.send();
    receiver.take();
    crowd.putOne(0, 'Hostname', 'another');
    await rest(crowd);
    feed.send();
    assert.deepEqual(
      receiver.messages.slice(0, 2).map((message) => [message.sessionId, lineOf(message)]),
      [
        [`${first}#uid-0`, `snapshot xstate.stop ${supported.replace('active', 'stopped')}`],
        [`${first}#another`, 'actor active {"Pending":"Starting"}'],
      ],
    );
  });

  test('hears where it is slow of each actor once, as it is then, and nothing is kept besides', async (t) => {
    const limits = { ...statelyLimits, waitingLog: 10 };
    const { crowd, feed, receiver } = await sceneOf(t, 20, limits);
    feed.restart();
    receiver.room = 1;
    feed.send();
    assert.equal(receiver.messages.splice(0).length, limits.rowsPerFrame, 'no more than what is told together');
    for (const type of ['Hostname', 'IPAddress', 'Hostname', 'IPAddress', 'Hostname'] as const) {
      crowd.putAll(type);
      await rest(crowd);
      feed.send();
      assert.ok(feed.depth <= 21 + limits.waitingLog, `${feed.depth}`);
    }
    assert.deepEqual(receiver.take(), [], 'nothing while it is busy');
    receiver.room = Number.POSITIVE_INFINITY;
    feed.drained();
    feed.send();
    const last = new Map(receiver.messages.map((message) => [message.sessionId, lineOf(message)]));
    const gateways = [...last].filter(([session]) => session.startsWith('Gateway/'));
    assert.equal(gateways.length, 20);
    for (const [session, line] of gateways) assert.ok(line.endsWith(unsupported), `${session}: ${line}`);
    assert.ok(receiver.messages.length <= 2 * 21 + 2 * limits.waitingLog, `${receiver.messages.length}`);
    assert.equal(feed.depth, 0);
  });

  test('is given up where it has answered nothing for several beats', async (t) => {
    const { feed, receiver } = await sceneOf(t, 0);
    receiver.isThere = false;
    for (let beat = 0; beat <= statelyLimits.beatsFull; beat += 1) {
      assert.equal(receiver.isClosed, false);
      feed.beat();
    }
    assert.equal(receiver.isClosed, true);
  });
});
