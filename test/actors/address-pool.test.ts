import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AddressPool } from '../../src/actors/address-pool.ts';
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
