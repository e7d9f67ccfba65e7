import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AddressPool } from '../../src/actors/address-pool.ts';
import { LedgerKeeper } from '../../src/actors/ledger-keeper.ts';
import { Cluster } from '../../src/cluster/cluster.ts';
import { parseConfig } from '../../src/config.ts';
import { ledgerManifest, managedByLabel } from '../../src/gateway/ledger.ts';
import { annotations } from '../../src/gateway/names.ts';
import { parsePool } from '../../src/ipam/pool.ts';
import type { IPAddress } from '../../src/objects/ip-address.ts';
import type { FollowedObject } from '../../src/objects/view.ts';
import { decode } from '../../src/watch/decode.ts';
import { Clock } from '../gateway/clock.ts';
import { type Manifest, stored } from '../gateway/manifests.ts';
import { gateway, gatewayClass } from '../machines/worlds.ts';

const settings = parseConfig([]);
const address = '10.0.0.1';
const owner = { uid: 'gateway-gw', namespace: 'default', name: 'gw' };

/** A keeper, and what it asked for. */
class Bench {
  readonly cluster = new Cluster();
  readonly clock = new Clock();
  readonly told: string[] = [];
  readonly pool: AddressPool;
  readonly keeper: LedgerKeeper;

  constructor() {
    const onError = (error: unknown): void => assert.fail(String(error));
    this.pool = new AddressPool({ cluster: this.cluster, settings, onReleased: () => {}, onError });
    this.pool.setPool(parsePool({ 'cidr-global': `${address}/32`, quarantine: '30s' }));
    this.pool.open();
    this.keeper = new LedgerKeeper({
      cluster: this.cluster,
      pool: this.pool,
      settings,
      request: (entry, by) => this.told.push(`write ${entry} for ${by}`),
      lookAgain: (gateway) => this.told.push(`look ${gateway}`),
      after: (ms, action) => this.clock.after(ms, action),
      now: () => this.clock.now,
    });
    this.keeper.sweep();
  }

  hold(): void {
    const request = { kind: 'fixed', addresses: [address] } as const;
    this.pool.claim({ ...owner, gateway: 'Gateway/default/gw', creationTimestamp: '', request });
    Array.from(this.pool.settle());
  }

  /** What was told since this was last asked. */
  take(): readonly string[] {
    return this.told.splice(0);
  }
}

interface Extra {
  readonly releasedAt?: string;
  /** `undefined`: without any label; left out: ours. */
  readonly manager?: string | undefined;
  /** `null`: without the annotation; left out: ours. */
  readonly controller?: string | null;
  readonly version?: number;
}

function entry(extra: Extra = {}): IPAddress {
  const { metadata, spec } = ledgerManifest(address, owner, settings);
  const { labels, annotations: own } = metadata as { labels: object; annotations: object };
  const theirs = extra.manager === undefined ? {} : { [managedByLabel]: extra.manager };
  const raw = stored(
    {
      kind: 'IPAddress',
      metadata: {
        name: address,
        labels: 'manager' in extra ? theirs : labels,
        annotations: {
          ...own,
          ...('controller' in extra && { [annotations.controller]: extra.controller ?? '' }),
          ...(extra.releasedAt !== undefined && { [annotations.releasedAt]: extra.releasedAt }),
        },
      },
      spec,
    },
    extra.version ?? 1,
  );
  const decoded = decode('IPAddress', raw);
  assert.ok(decoded !== undefined && 'object' in decoded && decoded.object.kind === 'IPAddress');
  return decoded.object;
}

function decodedAs(kind: 'Gateway' | 'GatewayClass', manifest: Manifest): FollowedObject {
  const decoded = decode(kind, stored(manifest, 1));
  assert.ok(decoded !== undefined && 'object' in decoded);
  return decoded.object;
}

const write = `write IPAddress//${address} for Gateway/default/gw`;

describe('the keeper of the ledger', () => {
  test('leaves an entry alone while its Gateway holds the address', () => {
    const bench = new Bench();
    bench.hold();
    bench.cluster.apply(entry());
    assert.deepEqual([bench.take(), bench.clock.delays], [[], []]);
  });

  test('lets go of what another replica gave up for a Gateway that waits for its class', () => {
    const bench = new Bench();
    bench.hold();
    bench.cluster.apply(decodedAs('Gateway', gateway({}, { uid: owner.uid })));
    bench.take();
    bench.cluster.apply(entry({ releasedAt: bench.clock.timestamp }));
    assert.equal(bench.pool.holderOf(address), undefined);
    assert.deepEqual([bench.take(), bench.clock.delays], [['look Gateway/default/gw', write], [30_001]]);
  });

  test('keeps what a Gateway that waits for its class is still told of', () => {
    const bench = new Bench();
    bench.hold();
    const told = { ...gateway({}, { uid: owner.uid }), status: { addresses: [{ type: 'IPAddress', value: address }] } };
    bench.cluster.apply(decodedAs('Gateway', told));
    bench.cluster.apply(entry({ releasedAt: bench.clock.timestamp }));
    assert.equal(bench.pool.holderOf(address)?.uid, owner.uid);
  });

  test('asks about an entry that nobody holds, also at every sweep', () => {
    const bench = new Bench();
    bench.cluster.apply(entry());
    assert.deepEqual(bench.take(), [write]);
    bench.keeper.sweep();
    assert.deepEqual(bench.take(), [write]);
  });

  test('asks about the entries of the Gateways of a class that is another controller’s now', () => {
    const bench = new Bench();
    bench.cluster.apply(decodedAs('Gateway', gateway({}, { uid: owner.uid })));
    bench.cluster.apply(entry());
    bench.take();
    bench.cluster.apply(decodedAs('GatewayClass', gatewayClass({ controllerName: 'example.com/other' })));
    assert.deepEqual(bench.take(), [write]);
  });

  test('asks again when the quarantine is over, from the time that the entry has', () => {
    const bench = new Bench();
    bench.clock.advance(10_000);
    bench.cluster.apply(entry({ releasedAt: '2026-01-01T12:00:00Z' }));
    bench.take();
    bench.clock.advance(19_999);
    assert.deepEqual(bench.take(), []);
    bench.clock.advance(2);
    assert.deepEqual(bench.take(), [write]);
    assert.deepEqual(bench.clock.delays, []);
  });

  test('waits no more when the Gateway has the address again', () => {
    const bench = new Bench();
    bench.cluster.apply(entry({ releasedAt: '2026-01-01T12:00:00Z' }));
    assert.equal(bench.clock.delays.length, 1);
    bench.hold();
    bench.keeper.look(address);
    assert.deepEqual(bench.clock.delays, []);
  });

  for (const [whose, extra, isOurs] of [
    ['without a label', { manager: undefined }, true],
    ['with the label of another manager', { manager: 'other-tool' }, true],
    ['with our label alone', { controller: null }, true],
    ['of another manager', { manager: 'other-tool', controller: null }, false],
    ['of another controller like us', { manager: 'other-tool', controller: 'example.com/other' }, false],
  ] as const) {
    test(`takes an entry ${whose} for ${isOurs ? 'ours' : "a stranger's"}`, () => {
      const bench = new Bench();
      bench.cluster.apply(entry(extra));
      assert.deepEqual(bench.take(), isOurs ? [write] : []);
    });
  }

  test('asks about an entry that has lost its label though its Gateway holds the address', () => {
    const bench = new Bench();
    bench.hold();
    bench.cluster.apply(entry({ manager: undefined }));
    assert.deepEqual([bench.take(), bench.clock.delays], [[write], []]);
  });

  test("waits for nothing any more where a stranger's entry stands now", () => {
    const bench = new Bench();
    bench.cluster.apply(entry({ releasedAt: '2026-01-01T12:00:00Z' }));
    assert.equal(bench.clock.delays.length, 1);
    bench.cluster.apply(
      entry({ releasedAt: '2026-01-01T12:00:00Z', manager: 'other-tool', controller: null, version: 2 }),
    );
    assert.deepEqual(bench.clock.delays, []);
  });

  test('leaves no timer when it stops', () => {
    const bench = new Bench();
    bench.cluster.apply(entry({ releasedAt: '2026-01-01T12:00:00Z' }));
    bench.keeper.stop();
    assert.deepEqual(bench.clock.delays, []);
    bench.keeper.look(address);
    assert.deepEqual(bench.clock.delays, [], 'for an answer that comes later neither');
  });
});
