import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Memo } from '../../src/gateway/memo.ts';

describe('what was decided', () => {
  test('is decided once while nothing changes, and anew after a change', () => {
    const memo = new Memo();
    let times = 0;
    const decide = (): number => memo.once('Service/default/web', () => ++times);
    memo.during(() => {
      assert.deepEqual([decide(), decide()], [1, 1]);
      memo.forget();
      assert.deepEqual([decide(), decide()], [2, 2]);
    });
  });

  test('is decided each time while anything may change', () => {
    const memo = new Memo();
    let times = 0;
    const decide = (): number => memo.once('Service/default/web', () => ++times);
    assert.deepEqual([decide(), decide()], [1, 2]);
    memo.during(() => assert.equal(decide(), 3));
    assert.equal(decide(), 4);
  });

  test('is forgotten also where the work throws', () => {
    const memo = new Memo();
    const broken = (): void => {
      memo.once('a', () => 1);
      throw new Error('a bug');
    };
    assert.throws(() => memo.during(broken), /a bug/);
    assert.equal(
      memo.once('a', () => 2),
      2,
    );
  });

  test('of two objects of one name is two decisions', () => {
    const memo = new Memo();
    const [old, now] = [{ name: 'web' }, { name: 'web' }];
    memo.during(() => {
      assert.equal(
        memo.once(old, () => 'old'),
        'old',
      );
      assert.equal(
        memo.once(now, () => 'now'),
        'now',
      );
    });
  });
});
