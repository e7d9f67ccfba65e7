import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Lease, leaseTimings } from '../../src/effects/lease.ts';
import { LeaseServer } from './lease-server.ts';

function replica(
  server: LeaseServer,
  identity: string,
  skewMs = 0,
): { readonly lease: Lease; readonly pass: (ms: number) => void } {
  let time = 1_000_000;
  const timers = { now: () => time + skewMs, monotonic: () => time };
  const lease = new Lease({ client: server, namespace: 'default', name: 'l', identity, timers });
  return {
    lease,
    pass: (ms) => {
      time += ms;
    },
  };
}

describe('a lease', () => {
  test('that nobody has is made, and renewed without a transition', async () => {
    const server = new LeaseServer();
    const { lease, pass } = replica(server, 'one');
    assert.equal(lease.sinceHeldMs, Number.POSITIVE_INFINITY);
    assert.equal(await lease.tryToHold(), 'held');
    const { acquireTime } = server.spec ?? {};
    pass(2_000);
    assert.equal(lease.sinceHeldMs, 2_000);
    assert.equal(await lease.tryToHold(), 'held');
    assert.deepEqual(
      [server.spec?.holderIdentity, server.spec?.leaseTransitions, server.spec?.acquireTime, lease.sinceHeldMs],
      ['one', 0, acquireTime, 0],
    );
    assert.notEqual(server.spec?.renewTime, acquireTime);
  });

  test('of another is left alone while it changes, and taken when it has not for its duration', async () => {
    const server = new LeaseServer();
    const [one, two] = [replica(server, 'one'), replica(server, 'two', 3_600_000)];
    await one.lease.tryToHold();
    for (let turn = 0; turn < 20; turn += 1) {
      one.pass(2_000);
      two.pass(2_000);
      await one.lease.tryToHold();
      assert.equal(await two.lease.tryToHold(), 'others');
    }
    two.pass(leaseTimings.durationMs - 1);
    assert.equal(await two.lease.tryToHold(), 'others');
    two.pass(1);
    assert.equal(await two.lease.tryToHold(), 'held');
    assert.equal(server.spec?.leaseTransitions, 1);
    assert.equal(await one.lease.tryToHold(), 'others');
  });

  test('that was given back is taken at once', async () => {
    const server = new LeaseServer();
    const [one, two] = [replica(server, 'one'), replica(server, 'two')];
    await one.lease.tryToHold();
    await one.lease.release();
    assert.equal(server.spec?.holderIdentity, '');
    assert.equal(await two.lease.tryToHold(), 'held');
  });

  test('is not given back by one who does not have it', async () => {
    const server = new LeaseServer();
    const [one, two] = [replica(server, 'one'), replica(server, 'two')];
    await one.lease.tryToHold();
    await two.lease.release();
    assert.equal(server.spec?.holderIdentity, 'one');
  });

  for (const kind of ['retry', 'forbidden', 'conflict'] as const) {
    test(`is not held after ${kind}, nor is the time since it was`, async () => {
      const server = new LeaseServer();
      const { lease, pass } = replica(server, 'one');
      await lease.tryToHold();
      server.fails = kind;
      pass(5_000);
      assert.equal(await lease.tryToHold(), 'failed');
      assert.equal(lease.sinceHeldMs, 5_000);
    });
  }

  test('goes to one of two that try at the same time', async () => {
    const server = new LeaseServer();
    const [one, two] = [replica(server, 'one'), replica(server, 'two')];
    const results = await Promise.all([one.lease.tryToHold(), two.lease.tryToHold()]);
    assert.deepEqual(results.toSorted(), ['failed', 'held']);
  });
});
