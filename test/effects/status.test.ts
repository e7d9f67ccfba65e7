import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EffectContext } from '../../src/effects/context.ts';
import { premiseOfStatus, writeGatewayStatus } from '../../src/effects/status.ts';
import { gatewayFacts } from '../../src/gateway/facts.ts';
import type { Manifest } from '../gateway/manifests.ts';
import { address, gateway, gatewayClass, type Situation, worldOf } from '../machines/worlds.ts';
import { contextIn } from './context.ts';

const key = 'Gateway/default/gw';
const asked = [{ type: 'IPAddress', value: address }];
const message = `address ${address} is held by Gateway default/other`;

/** `gw`, which asks for the address, is told of it in its status, and is refused by the pool. */
function refusedIn(situation: Omit<Situation, 'manifests'>, ...more: readonly Manifest[]): EffectContext {
  const told = { ...gateway({ addresses: asked }), status: { addresses: asked } };
  const world = worldOf({ manifests: [gatewayClass(), told, ...more], ...situation });
  const report = {
    uid: 'gateway-gw',
    state: 'Pending.AddressNotUsable',
    facts: gatewayFacts(key, 'gateway-gw', world),
    refusal: { reason: 'AddressNotUsable', message },
  } as const;
  const { reports } = contextIn(world);
  return contextIn(world, { reports: { ...reports, gateway: () => report } });
}

describe('an address in the status of a Gateway', () => {
  test('is taken away only when the ledger’s entry was read again', () => {
    const context = refusedIn({ ledger: 'other' });
    const request = writeGatewayStatus(key, context);
    assert.ok(request);
    assert.deepEqual(premiseOfStatus(key, request, context), [`IPAddress//${address}`]);
  });

  test('is taken away at once where the cluster has no ledger', () => {
    const context = refusedIn({ ledger: 'not served' });
    const request = writeGatewayStatus(key, context);
    assert.ok(request);
    assert.deepEqual(premiseOfStatus(key, request, context), []);
  });

  test('needs nothing to be read when it stays', () => {
    const context = refusedIn({ holder: 'gw' });
    const request = { method: 'PATCH', path: '', body: { status: { addresses: asked } } } as const;
    assert.deepEqual(premiseOfStatus(key, request, context), []);
  });
});
