import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Repeats } from '../../src/effects/repeats.ts';
import type { ApiRequest } from '../../src/kubernetes/client.ts';

function patch(body: unknown): ApiRequest {
  return { method: 'PATCH', path: '/a', body };
}

function bench(): { readonly repeats: Repeats; readonly pass: (ms: number) => void } {
  let now = 0;
  const repeats = new Repeats(() => now);
  return {
    repeats,
    pass: (ms) => {
      now += ms;
    },
  };
}

describe('a write that the server took', () => {
  test('waits twice as long each time it is repeated, five minutes at most', () => {
    const { repeats, pass } = bench();
    const waits: number[] = [];
    for (let turn = 0; turn < 14; turn += 1) {
      pass(repeats.delayOf('a', patch({ spec: 1 })));
      repeats.noteSent('a', patch({ spec: 1 }));
      waits.push(repeats.delayOf('a', patch({ spec: 1 })));
    }
    assert.deepEqual(waits.slice(0, 4), [500, 1_000, 2_000, 4_000]);
    assert.equal(waits.at(-1), 300_000);
  });

  test('is the same whatever version it was decided on, and whenever its condition flipped', () => {
    const { repeats } = bench();
    repeats.noteSent('a', patch({ metadata: { resourceVersion: '1' }, lastTransitionTime: 'x', spec: 1 }));
    const again = patch({ metadata: { resourceVersion: '2' }, lastTransitionTime: 'y', spec: 1 });
    assert.ok(repeats.delayOf('a', again) > 0);
  });

  const others: readonly (readonly [string, string, ApiRequest])[] = [
    ['another body', 'a', patch({ spec: 2 })],
    ['another path', 'a', { ...patch({ spec: 1 }), path: '/b' }],
    ['another method', 'a', { ...patch({ spec: 1 }), method: 'POST' }],
    ['another task', 'b', patch({ spec: 1 })],
  ];
  for (const [name, id, request] of others) {
    test(`does not delay ${name}`, () => {
      const { repeats } = bench();
      repeats.noteSent('a', patch({ spec: 1 }));
      assert.equal(repeats.delayOf(id, request), 0);
    });
  }

  for (const [who, deletes, pauses] of [
    ['somebody', false, [500, 1_000, 2_000, 4_000]],
    ['this controller itself', true, [500, 1_000, 1_000, 1_000]],
  ] as const) {
    test(`waits longer to make what ${who} deletes each time`, () => {
      const { repeats, pass } = bench();
      const creation: ApiRequest = { method: 'POST', path: '/all', body: { name: 'a' } };
      const waits: number[] = [];
      for (let round = 0; round < 4; round += 1) {
        pass(repeats.delayOf('a', creation));
        repeats.noteSent('a', creation);
        if (deletes) repeats.noteSent('a', { method: 'DELETE', path: '/a', body: { uid: round } });
        waits.push(repeats.delayOf('a', creation));
      }
      assert.deepEqual(waits, pauses);
    });
  }

  test('counts from one again after another write, and after a quiet time', () => {
    const { repeats, pass } = bench();
    const pauseAfter = (spec: unknown): number => {
      repeats.noteSent('a', patch(spec));
      return repeats.delayOf('a', patch(spec));
    };
    assert.equal(pauseAfter(1), 500);
    assert.equal(pauseAfter(1), 1_000);
    assert.equal(pauseAfter(2), 500);
    pass(11_000);
    assert.equal(pauseAfter(2), 500);
    pass(10_999);
    assert.equal(pauseAfter(2), 1_000);
  });
});
