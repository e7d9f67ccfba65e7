import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ActorKey, FeedLimits, LogEntry } from '../../src/observability/inspector/feed.ts';
import { Hub } from '../../src/observability/inspector/hub.ts';
import { PageFeed, type PageSources, type Row } from '../../src/observability/inspector/page-feed.ts';
import { Clock } from './clock.ts';

interface Frame {
  readonly event: string;
  readonly data: {
    readonly rows?: Row[];
    readonly gone?: string[];
    readonly left?: number;
    readonly dropped?: number;
    readonly entries?: LogEntry[];
  };
}

/** A browser that takes so many frames before it has to be asked for more. */
class Browser {
  readonly frames: Frame[] = [];
  room = Number.POSITIVE_INFINITY;
  isClosed = false;

  write(text: string): boolean {
    const [, event, data] = /^event: (\w+)\ndata: (.*)\n\n$/.exec(text) ?? [];
    if (event !== undefined) this.frames.push({ event, data: JSON.parse(data ?? '') as Frame['data'] });
    this.room -= 1;
    return this.room > 0;
  }

  close(): void {
    this.isClosed = true;
  }

  get rows(): readonly Row[] {
    return this.frames.flatMap(({ data }) => data.rows ?? []);
  }
}

const limits: FeedLimits = { rowsPerFrame: 10, waitingKeys: 100, waitingLog: 5, beatsFull: 3 };
const keys = (count: number): ActorKey[] => Array.from({ length: count }, (_, i) => `Gateway/default/g${i}` as const);
const row = (key: ActorKey): Row => [key, 'Pending.Starting', 0, 'Observed', 0, 1];
const sources: PageSources = { rowOf: row, keys: () => [] };
const entry = (at: number): LogEntry => [at, 'Gateway/default/g', 'Observed', 'A', 'B'];

describe('What a browser is sent', () => {
  test('is everything, in frames of bounded size', () => {
    const browser = new Browser();
    const feed = new PageFeed(browser, sources, limits);
    feed.mark(keys(25));
    feed.send();
    assert.deepEqual(
      browser.frames.map(({ data }) => [data.rows?.length, data.left]),
      [
        [10, 15],
        [10, 5],
        [5, 0],
      ],
    );
  });

  test('is one row for an actor that changed many times while it was busy, as it is then', () => {
    const browser = new Browser();
    browser.room = 1;
    let state = 'Pending.Starting';
    const rowOf = (key: ActorKey): Row => [key, state, 1, 'Observed', 1, 1];
    const feed = new PageFeed(browser, { ...sources, rowOf }, limits);
    feed.tell('status', {});
    feed.send();
    for (let change = 0; change < 1_000; change += 1) {
      feed.mark(['Gateway/default/g']);
      feed.send();
    }
    assert.equal(browser.rows.length, 0, 'nothing while it is busy');
    assert.equal(feed.depth, 1);
    browser.room = 10;
    feed.drained();
    state = 'ServiceReady.Announced';
    feed.send();
    assert.deepEqual(browser.rows, [['Gateway/default/g', 'ServiceReady.Announced', 1, 'Observed', 1, 1]]);
  });

  test('stops when it has enough, and goes on when it has room', () => {
    const browser = new Browser();
    browser.room = 2;
    const feed = new PageFeed(browser, sources, limits);
    feed.mark(keys(50));
    feed.send();
    assert.deepEqual([browser.rows.length, feed.isFull], [20, true]);
    browser.room = 100;
    feed.drained();
    feed.send();
    assert.equal(browser.rows.length, 50);
  });

  test('says who is gone', () => {
    const browser = new Browser();
    const feed = new PageFeed(browser, { ...sources, rowOf: () => undefined }, limits);
    feed.mark(['Gateway/default/gone']);
    feed.send();
    assert.deepEqual(browser.frames[0]?.data.gone, ['Gateway/default/gone']);
  });

  test('is begun anew where too much waits, and never grows', () => {
    const browser = new Browser();
    browser.room = 1;
    const feed = new PageFeed(browser, { ...sources, keys: () => keys(3) }, limits);
    feed.tell('status', {});
    feed.send();
    for (let round = 0; round < 50; round += 1) {
      feed.mark(keys(101));
      feed.log(Array.from({ length: 20 }, (_, at) => entry(at)));
      feed.send();
      assert.ok(feed.depth <= limits.waitingKeys + limits.waitingLog);
    }
    browser.room = 100;
    feed.drained();
    feed.send();
    assert.equal(browser.frames[1]?.event, 'reset');
    assert.equal(browser.rows.length, 3);
    const log = browser.frames.at(-1)?.data;
    assert.deepEqual([log?.entries?.length, log?.dropped], [5, 50 * 20 - 5]);
  });

  test('ends where it has taken nothing for several beats', () => {
    const browser = new Browser();
    browser.room = 1;
    const feed = new PageFeed(browser, sources, limits);
    feed.beat();
    for (let beat = 0; beat < 3; beat += 1) {
      assert.equal(browser.isClosed, false);
      feed.beat();
    }
    assert.equal(browser.isClosed, true);
  });
});

describe('The hub', () => {
  const timings = { tickMs: 200, beatMs: 5_000 };
  const transition = { key: 'Gateway/default/g', event: 'Observed', from: 'Pending.Starting', to: 'Released' } as const;

  function hubOf(clock: Clock, status: () => unknown = () => ({}), onUnwatched = (): void => {}): Hub {
    return new Hub({ rowOf: row, keys: () => keys(2), status, onUnwatched }, clock, timings);
  }

  test('does nothing and starts no timer while nobody watches', () => {
    const clock = new Clock();
    const hub = hubOf(clock);
    hub.noteEvent('Gateway/default/g');
    hub.noteTransition(transition);
    hub.notePool();
    hub.noteAll();
    assert.equal(clock.waiting.size, 0);
  });

  test('tells a newcomer everything, then only what changed, once in a tick', () => {
    const clock = new Clock();
    const hub = hubOf(clock);
    const browser = new Browser();
    hub.attach(browser);
    assert.deepEqual(
      browser.frames.map(({ event }) => event),
      ['status', 'rows'],
    );
    for (let change = 0; change < 100; change += 1) hub.noteEvent('Gateway/default/g0');
    assert.equal(browser.frames.length, 2, 'nothing before the tick');
    clock.pass(200);
    assert.equal(browser.rows.length, 3);
    clock.pass(200);
    assert.equal(browser.rows.length, 3);
  });

  test('tells of so many transitions in a tick, and how many there were besides', () => {
    const clock = new Clock();
    const hub = hubOf(clock);
    const browser = new Browser();
    hub.attach(browser);
    for (let change = 0; change < 1_000; change += 1) hub.noteTransition(transition);
    clock.pass(200);
    const log = browser.frames.find(({ event }) => event === 'log')?.data;
    assert.deepEqual([log?.entries?.length, log?.dropped], [200, 800]);
  });

  test('tells the status again only when it is another one', () => {
    const clock = new Clock();
    let role = 'standby';
    const hub = hubOf(clock, () => ({ role }));
    const browser = new Browser();
    hub.attach(browser);
    clock.pass(5_000);
    clock.pass(5_000);
    const before = browser.frames.filter(({ event }) => event === 'status').length;
    role = 'leading';
    clock.pass(5_000);
    clock.pass(5_000);
    assert.equal(browser.frames.filter(({ event }) => event === 'status').length, before + 1);
  });

  test('leaves no timer behind when the last browser goes, and says that it went', () => {
    const clock = new Clock();
    let unwatched = 0;
    const hub = hubOf(clock, undefined, () => {
      unwatched += 1;
    });
    const [first, second] = [hub.attach(new Browser()), hub.attach(new Browser())];
    hub.noteEvent('Gateway/default/g');
    first.end();
    assert.ok(clock.waiting.size > 0);
    assert.equal(unwatched, 0);
    second.end();
    assert.deepEqual([clock.waiting.size, unwatched], [0, 1]);
  });

  test('lets a slow browser not hold up the others', () => {
    const clock = new Clock();
    const hub = hubOf(clock);
    const [slow, quick] = [new Browser(), new Browser()];
    slow.room = 1;
    hub.attach(slow);
    hub.attach(quick);
    hub.noteEvent('Gateway/default/g0');
    clock.pass(200);
    assert.deepEqual([slow.rows.length, quick.rows.length], [0, 3]);
  });
});
