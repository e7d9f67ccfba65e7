import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Breather } from '../../src/kubernetes/breather.ts';

/** A breather whose rounds of the event loop end when they are told to. */
class Loop {
  now = 0;
  readonly breather = new Breather({ monotonic: () => this.now, soon: (action) => this.#soon.push(action) });
  readonly #soon: (() => void)[] = [];

  endRound(): void {
    for (const action of this.#soon.splice(0)) action();
  }

  /** @returns whether it has to wait now. */
  work(ms: number): boolean {
    this.now += ms;
    return this.breather.pause() !== undefined;
  }
}

describe('a breather', () => {
  test('lets all that read share 20 ms of a round', () => {
    const loop = new Loop();
    assert.deepEqual(
      [loop.work(0), loop.work(10), loop.work(9), loop.work(1), loop.work(0)],
      [false, false, false, true, true],
    );
    loop.endRound();
    assert.deepEqual([loop.work(0), loop.work(19)], [false, false]);
  });

  test('does not count the time between two rounds', () => {
    const loop = new Loop();
    loop.work(0);
    loop.endRound();
    assert.equal(loop.work(1_000), false);
  });

  test('goes on in the next round', async () => {
    const loop = new Loop();
    loop.work(0);
    loop.now += 20;
    const pause = loop.breather.pause();
    let isOver = false;
    const waiting = pause?.then(() => {
      isOver = true;
    });
    await Promise.resolve();
    assert.equal(isOver, false);
    loop.endRound();
    await waiting;
    assert.equal(isOver, true);
  });
});
