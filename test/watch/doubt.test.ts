import assert from 'node:assert/strict';
import { test } from 'node:test';
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

test('doubt leaves no timer when it is ended', () => {
  const clock = new Clock();
  const doubt = new Doubt((ms, action) => clock.after(ms, action));
  doubt.arise();
  doubt.end();
  assert.deepEqual([doubt.isOpen, clock.delays], [false, []]);
});
