import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addNote, condition, mergeConditions } from '../../src/gateway/conditions.ts';
import { isEqual } from '../../src/gateway/equal.ts';
import type { Condition } from '../../src/objects/kubernetes.ts';

const then = '2025-01-01T00:00:00Z';
const now = '2026-01-01T00:00:00Z';
const stamp = { generation: 7, now };

function existing(type: string, status: Condition['status'], reason = 'Old'): Condition {
  return { type, status, reason, message: 'old', observedGeneration: 6, lastTransitionTime: then };
}

function wanted(status: Condition['status'], message = 'new'): ReturnType<typeof condition> {
  return condition('Accepted', { status, reason: 'New', message });
}

describe('conditions', () => {
  const cases: readonly { readonly name: string; readonly current: readonly Condition[]; readonly at: string }[] = [
    { name: 'a new one gets the time', current: [], at: now },
    { name: 'one whose status flips gets the time', current: [existing('Accepted', 'False')], at: now },
    { name: 'one whose reason changes keeps its time', current: [existing('Accepted', 'True')], at: then },
  ];
  for (const { name, current, at } of cases) {
    test(name, () => {
      const [merged] = mergeConditions(current, [wanted('True')], stamp);
      assert.deepEqual(merged, {
        type: 'Accepted',
        status: 'True',
        reason: 'New',
        message: 'new',
        observedGeneration: 7,
        lastTransitionTime: at,
      });
    });
  }

  test('of other writers stay as they are', () => {
    const theirs = existing('example.com/Healthy', 'True');
    assert.ok(mergeConditions([theirs], [wanted('True')], stamp).some((merged) => isEqual(merged, theirs)));
  });

  test('are the same again when merged with themselves', () => {
    const first = mergeConditions([existing('Theirs', 'True')], [wanted('False')], stamp);
    assert.ok(isEqual(mergeConditions(first, [wanted('False')], { ...stamp, now: '2027-01-01T00:00:00Z' }), first));
  });

  test('have messages of at most 32768 characters', () => {
    const [merged] = mergeConditions([], [wanted('True', 'x'.repeat(40_000))], stamp);
    assert.equal(merged?.message.length, 32768);
    assert.ok(merged);
    const noted = addNote(merged, 'and more');
    assert.equal(noted.message.length, 32768);
    assert.ok(noted.message.endsWith('x; and more'));
  });
});

describe('equality', () => {
  const equal: readonly (readonly [unknown, unknown])[] = [
    [1, 1],
    [Number.NaN, Number.NaN],
    [null, null],
    [{ a: 1, b: undefined }, { a: 1 }],
    [[{ a: [1] }], [{ a: [1] }]],
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
  ];
  for (const [a, b] of equal) {
    test(`${JSON.stringify(a)} is ${JSON.stringify(b)}`, () => assert.ok(isEqual(a, b) && isEqual(b, a)));
  }

  const different: readonly (readonly [unknown, unknown])[] = [
    [1, '1'],
    [null, undefined],
    [null, {}],
    [[], {}],
    [{ a: null }, {}],
    [
      [1, 2],
      [2, 1],
    ],
    [{ a: undefined, b: 1 }, { c: undefined }],
  ];
  for (const [a, b] of different) {
    test(`${JSON.stringify(a)} is not ${JSON.stringify(b)}`, () => assert.ok(!isEqual(a, b) && !isEqual(b, a)));
  }
});
