import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AddressPool } from '../../src/actors/address-pool.ts';
import { Cluster } from '../../src/cluster/cluster.ts';
import { parseConfig } from '../../src/config.ts';
import { parsePool } from '../../src/ipam/pool.ts';
import { address, gateway, gatewayClass, type Situation, worldOf } from '../machines/worlds.ts';

/** What becomes of the claim of `gw` to the address that `other` holds, as far as it is remembered here. */
function claimIn(situation: Omit<Situation, 'manifests' | 'holder'>): { answer: string; holder: string | undefined } {
  const other = { ...gateway(), metadata: { name: 'other' } };
  const world = worldOf({ manifests: [gatewayClass(), gateway(), other], holder: 'other', ...situation });
  const pool = world.addresses as AddressPool;
  const request = { kind: 'fixed', addresses: [address] } as const;
  const claimant = { uid: 'gateway-gw', namespace: 'default', name: 'gw', creationTimestamp: '' };
  pool.claim({ gateway: 'Gateway/default/gw', ...claimant, request });
  const answer = [...pool.settle()].find(({ event }) => event !== undefined)?.event?.type ?? 'none';
  return { answer, holder: pool.holderOf(address)?.name };
}

describe('an address that one Gateway is remembered to hold', () => {
  test('is refused to another one', () => {
    assert.deepEqual(claimIn({ ledger: 'other' }), { answer: 'AddressRefused', holder: 'other' });
    assert.deepEqual(claimIn({ ledger: 'none' }), { answer: 'AddressRefused', holder: 'other' });
  });

  test('is granted to the one for which another replica has recorded it since', () => {
    assert.deepEqual(claimIn({ ledger: 'gw' }), { answer: 'AddressGranted', holder: 'gw' });
  });

  test('is refused to one that has given it up', () => {
    const releasedAt = '2026-01-01T12:00:00Z';
    assert.deepEqual(claimIn({ ledger: 'gw', releasedAt }), { answer: 'AddressRefused', holder: 'other' });
  });
});

function poolWith(data: Readonly<Record<string, string>>): { readonly pool: AddressPool; readonly told: string[] } {
  const told: string[] = [];
  const pool = new AddressPool({
    cluster: new Cluster(),
    settings: parseConfig([]),
    onReleased: () => {},
    onAdopted: () => told.push('adopted'),
    onError: (error) => assert.fail(String(error)),
  });
  pool.setPool(parsePool(data));
  return { pool, told };
}

describe('the address pool', () => {
  test('decides over a claim when its answer is asked for, and tells once that all were answered', () => {
    const { pool, told } = poolWith({ 'cidr-global': '10.0.0.0/24' });
    const claim = (name: string): void => {
      const gateway = `Gateway/default/${name}` as const;
      pool.claim({ gateway, uid: name, namespace: 'default', name, creationTimestamp: '', request: { kind: 'any' } });
    };
    Array.from(pool.settle());
    assert.deepEqual(told, [], 'the cluster is not known yet');
    pool.open();
    for (const name of ['b', 'a', 'b']) claim(name);
    const answers = pool.settle();
    assert.equal(answers.next().value?.gateway, 'Gateway/default/a');
    assert.deepEqual([pool.held('a'), pool.held('b'), told], [['10.0.0.0'], [], []]);
    assert.deepEqual(
      Array.from(answers, ({ gateway }) => gateway),
      ['Gateway/default/b'],
    );
    assert.deepEqual([pool.held('b'), told], [['10.0.0.1'], ['adopted']]);
    claim('c');
    Array.from(pool.settle());
    assert.deepEqual(told, ['adopted']);
  });

  test('keeps its quarantine while its ConfigMap is missing', () => {
    const { pool } = poolWith({ 'cidr-global': '10.0.0.0/24', quarantine: '1h' });
    assert.equal(pool.quarantineMs, 3_600_000);
    pool.setPool({ missing: 'no ConfigMap' });
    assert.equal(pool.quarantineMs, 3_600_000);
    pool.setPool(parsePool({ 'cidr-global': '10.0.0.0/24' }));
    assert.equal(pool.quarantineMs, 30_000);
  });

  test('keeps of what an undecodable Gateway seems to have what it can have, and gives it nothing else', () => {
    const { pool } = poolWith({ 'cidr-global': '10.0.0.0/24' });
    pool.open();
    const reserve = (name: string, ...addresses: string[]): readonly string[] => {
      const identity = { kind: 'Gateway', namespace: 'default', name, uid: name, resourceVersion: '1' } as const;
      pool.reserve(`Gateway/default/${name}`, { ...identity, message: 'spec is wrong', addresses });
      Array.from(pool.settle());
      return pool.held(name);
    };
    assert.deepEqual(reserve('a', '127.0.0.1', '10.0.0.9', 'nonsense'), ['10.0.0.9']);
    assert.deepEqual(reserve('b', '10.0.0.9'), []);
  });
});
