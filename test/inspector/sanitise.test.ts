import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sanitise, sanitiseText } from '../../src/observability/inspector/sanitise.ts';

describe('What the page shows of a value', () => {
  const secrets: readonly (readonly [string, unknown])[] = [
    ['a field that is called a token', { inspectToken: 'hunter2hunter2' }],
    ['a field deep inside', { a: [{ credentials: { user: 'hunter2hunter2' } }] }],
    ['a Bearer token in a message', { message: 'refused: Authorization Bearer hunter2hunter2' }],
    ['a JSON web token', ['eyJhbGciOiJIUzI1.eyJodW50ZXIyhunter2hunter2.c2lnbmF0dXJl']],
    ['a private key', '-----BEGIN EC PRIVATE KEY-----\nhunter2hunter2\n-----END EC PRIVATE KEY-----'],
    ['a private key that is cut off', 'x -----BEGIN PRIVATE KEY-----\nhunter2hunter2'],
  ];
  for (const [name, value] of secrets) {
    test(`is without ${name}`, () => assert.doesNotMatch(JSON.stringify(sanitise(value)), /hunter2/));
  }

  test('is otherwise the value', () => {
    const value = { a: 1, b: [true, null, 'text'], c: { d: undefined } };
    assert.deepEqual(sanitise(value), value);
  });

  test('is bounded in length, number and depth, and says what is left out', () => {
    assert.ok(sanitiseText('x'.repeat(100_000)).length < 2_100);
    assert.match(sanitiseText('x'.repeat(3_000)), /1000 more/);
    const list = sanitise(Array.from({ length: 1_000 }, (_, i) => i)) as unknown[];
    assert.deepEqual([list.length, list.at(-1)], [51, '(950 more)']);
    let deep: unknown = 'end';
    for (let level = 0; level < 100; level += 1) deep = { deep };
    assert.match(JSON.stringify(sanitise(deep)), /left out/);
    const wide = Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`k${i}`, i]));
    assert.equal((sanitise(wide) as Record<string, unknown>)['(more)'], 30);
  });
});
