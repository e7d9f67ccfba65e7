import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Leadership } from '../../src/actors/leadership.ts';
import { Lease, leaseTimings } from '../../src/effects/lease.ts';
import { settle } from '../support/settle.ts';
import { LeaseServer } from './lease-server.ts';

/** One replica with a clock of its own; `turn` lets it try once more. */
class Replica {
  readonly told: string[] = [];
  readonly leadership: Leadership;
  #time = 0;
  #wake: () => void = () => {};

  constructor(server: LeaseServer, identity: string) {
    const timers = { now: () => this.#time, monotonic: () => this.#time };
    this.leadership = new Leadership({
      lease: new Lease({ client: server, namespace: 'default', name: 'l', identity, timers }),
      sleep: (_ms, signal) =>
        new Promise((resolve) => {
          this.#wake = resolve;
          signal.addEventListener('abort', () => resolve());
        }),
      onLeading: () => this.told.push('leading'),
      onLost: () => this.told.push('lost'),
      onError: (error) => this.told.push(String(error)),
    });
  }

  async start(): Promise<void> {
    void this.leadership.run();
    await settle();
  }

  pass(ms: number): void {
    this.#time += ms;
  }

  async turn(ms: number): Promise<void> {
    this.pass(ms);
    this.#wake();
    await settle();
  }
}

describe('leadership', () => {
  test('goes to the first, and to the second when the first gives it back', async () => {
    const server = new LeaseServer();
    const [one, two] = [new Replica(server, 'one'), new Replica(server, 'two')];
    await one.start();
    await two.start();
    assert.deepEqual([one.told, two.told], [['leading'], []]);
    assert.deepEqual([one.leadership.mayWrite, two.leadership.mayWrite], [true, false]);
    await one.leadership.stop();
    assert.equal(one.leadership.mayWrite, false);
    await two.turn(2_000);
    assert.deepEqual(two.told, ['leading']);
    await two.leadership.stop();
  });

  test('survives tries that fail, and is lost at the renew deadline', async () => {
    const server = new LeaseServer();
    const one = new Replica(server, 'one');
    await one.start();
    server.fails = 'retry';
    await one.turn(leaseTimings.renewDeadlineMs - 1);
    assert.deepEqual([one.told, one.leadership.isLeading], [['leading'], true]);
    await one.turn(1);
    assert.deepEqual([one.told, one.leadership.isLeading], [['leading', 'lost'], false]);
    await one.leadership.stop();
  });

  test('lets nothing be written by a process that wakes after its deadline, before it has tried again', async () => {
    const one = new Replica(new LeaseServer(), 'one');
    await one.start();
    one.pass(leaseTimings.renewDeadlineMs);
    assert.deepEqual([one.leadership.isLeading, one.leadership.mayWrite], [true, false]);
    await one.leadership.stop();
  });

  test('is lost where another has taken the lease', async () => {
    const server = new LeaseServer();
    const [one, two] = [new Replica(server, 'one'), new Replica(server, 'two')];
    await one.start();
    await two.start();
    await two.turn(leaseTimings.durationMs);
    assert.deepEqual(two.told, ['leading']);
    await one.turn(0);
    assert.deepEqual(one.told, ['leading', 'lost']);
    await two.leadership.stop();
  });

  test('that was never had is not given back', async () => {
    const server = new LeaseServer();
    const [one, two] = [new Replica(server, 'one'), new Replica(server, 'two')];
    await one.start();
    await two.start();
    await two.leadership.stop();
    assert.equal(server.spec?.holderIdentity, 'one');
    await one.leadership.stop();
    assert.equal(server.spec?.holderIdentity, '');
  });

  for (const [role, told] of [
    ['leader', ['leading']],
    ['standby', []],
  ] as const) {
    test(`is nobody's after a ${role} has stopped with a try on its way`, async () => {
      const server = new LeaseServer();
      const one = new Replica(server, 'one');
      if (role === 'leader') await one.start();
      const answer = server.delayNext();
      await (role === 'leader' ? one.turn(leaseTimings.retryMs) : one.start());
      const stopped = one.leadership.stop();
      await settle();
      answer();
      await stopped;
      await settle();
      assert.deepEqual([server.spec?.holderIdentity, one.told], ['', told]);
    });
  }
});
