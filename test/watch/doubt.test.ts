import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Failure } from '../../src/kubernetes/failure.ts';
import { Doubt } from '../../src/watch/doubt.ts';
import { Clock } from '../gateway/clock.ts';

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
