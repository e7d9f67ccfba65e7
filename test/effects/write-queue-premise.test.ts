import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Bench } from './write-bench.ts';

describe('a write that rests on what has to be read again', () => {
  test('reads again what a request rests on, and sends it as it is decided after that', async () => {
    const bench = new Bench();
    bench.confirm = async () => {
      bench.log.push('read');
      return {};
    };
    await bench.want('a', 'one');
    assert.deepEqual(bench.log, ['read', 'send one']);
  });

  test('sends nothing where what it rests on has changed and nothing differs any more', async () => {
    const bench = new Bench();
    bench.confirm = async () => {
      bench.log.push('read');
      bench.wish('a', undefined);
      return {};
    };
    await bench.want('a', 'one');
    assert.deepEqual([bench.log, bench.queue.depth], [['read', 'dropped'], 0]);
  });

  test('reads anew before another request that it comes to by then', async () => {
    const bench = new Bench();
    bench.confirm = async () => {
      bench.log.push('read');
      bench.wish('a', 'two');
      return {};
    };
    await bench.want('a', 'one');
    assert.deepEqual(bench.log, ['read', 'read', 'send two']);
  });

  test('backs off where what it rests on changes each time that it is read', async () => {
    const bench = new Bench();
    let reads = 0;
    bench.confirm = async () => {
      reads += 1;
      bench.wish('a', `wish ${reads}`);
      return {};
    };
    await bench.want('a', 'one');
    assert.deepEqual([bench.log, reads, bench.clock.delays], [[], 6, [200]]);
  });

  test('sends nothing while what it rests on cannot be read, and tries again', async () => {
    const bench = new Bench();
    bench.confirm = async () => ({ failure: { kind: 'retry', code: 429, message: 'slowly', retryAfterMs: 3_000 } });
    await bench.want('a', 'one');
    assert.deepEqual([bench.log, bench.clock.delays], [[], [3_000]]);
    bench.confirm = async () => ({});
    await bench.pass(3_000);
    assert.deepEqual(bench.log, ['send one']);
  });
});
