import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Failure } from '../../src/kubernetes/failure.ts';
import { Doubt } from '../../src/watch/doubt.ts';
import { Clock } from '../gateway/clock.ts';
import { settle } from '../support/settle.ts';
import { Bench } from './bench.ts';

test('doubt lasts for five minutes after the last reason for it', () => {
  const clock = new Clock();
  const doubt = new Doubt((ms, action) => clock.after(ms, action));
  assert.equal(doubt.isOpen, false);
  doubt.arise();
  clock.advance(200_000);
  doubt.arise();
  clock.advance(299_999);
  assert.equal(doubt.isOpen, true);
  clock.advance(1);
  assert.equal(doubt.isOpen, false);
});

test('doubt arises where a watch broke, not where it ended in good order or is refused', () => {
  const cases: readonly (readonly [Failure['kind'] | undefined, boolean])[] = [
    ['retry', true],
    ['gone', true],
    [undefined, false],
    ['forbidden', false],
    // A server that cannot send the initial state in a watch.
    ['refused', false],
    ['absent', false],
  ];
  for (const [kind, expected] of cases) {
    const doubt = new Doubt(() => () => {});
    doubt.watchEnded(kind && { kind, code: 0, message: '' });
    assert.equal(doubt.isOpen, expected, kind);
  }
});

test('doubt leaves no timer when it is ended', () => {
  const clock = new Clock();
  const doubt = new Doubt((ms, action) => clock.after(ms, action));
  doubt.arise();
  doubt.end();
  assert.deepEqual([doubt.isOpen, clock.delays], [false, []]);
});

describe('following', () => {
  test('is in doubt after a watch broke: others may have been dead as long', async () => {
    const breaks: readonly ((bench: Bench) => void)[] = [
      ({ server }) => server.watches.at(-1)?.close(new Error('read ECONNRESET')),
      ({ clock }) => clock.advance(150_000),
      ({ follow }) => follow.distrust(),
    ];
    for (const breakIt of breaks) {
      const bench = new Bench(['Service']);
      await bench.start();
      await bench.sync();
      assert.equal(bench.follow.isDoubtful, false);
      breakIt(bench);
      await settle();
      assert.equal(bench.follow.isDoubtful, true);
      bench.stop();
    }
  });

  test('is not in doubt after a watch that ended in good order', async () => {
    const bench = new Bench(['Service']);
    await bench.start();
    await bench.sync();
    bench.server.watches.at(-1)?.close();
    await settle();
    assert.equal(bench.server.watches.length, 2);
    assert.equal(bench.follow.isDoubtful, false);
    bench.stop();
  });

  test('is not in doubt where the server cannot serve a kind for the first time yet', async () => {
    const bench = new Bench(['Service']);
    bench.server.refusals.push({ kind: 'retry', code: 429, message: 'storage is (re)initializing' });
    await bench.start();
    await bench.wake();
    await bench.sync();
    assert.equal(bench.follow.isDoubtful, false);
    bench.server.refusals.push({ kind: 'retry', code: 429, message: 'storage is (re)initializing' });
    bench.server.watches.at(-1)?.close();
    await settle();
    assert.equal(bench.follow.isDoubtful, true, 'of one that was served before');
    bench.stop();
  });
});
