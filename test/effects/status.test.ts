import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EffectContext } from '../../src/effects/context.ts';
import { isTold, premiseOfStatus, writeGatewayStatus } from '../../src/effects/status.ts';
import { gatewayFacts } from '../../src/gateway/facts.ts';
import type { GatewayState } from '../../src/objects/states.ts';
import { address, gateway, gatewayClass, type Situation, worldOf } from '../machines/worlds.ts';
import { contextIn } from './context.ts';

const key = 'Gateway/default/gw';
const asked = [{ type: 'IPAddress', value: address }];
const message = `address ${address} is held by Gateway default/other`;

/** `gw`, which asks for the address, has this status, and is in this state by what its actor says. */
function reportedIn(state: GatewayState, status: object, situation: Omit<Situation, 'manifests'>): EffectContext {
  const told = { ...gateway({ addresses: asked }), status };
  const world = worldOf({ manifests: [gatewayClass(), told], ...situation });
  const report = {
    uid: 'gateway-gw',
    state,
    facts: gatewayFacts(key, 'gateway-gw', world),
    refusal: { reason: 'AddressNotUsable', message },
  } as const;
  const { reports } = contextIn(world);
  return contextIn(world, { reports: { ...reports, gateway: () => report } });
}

/** `gw` is told of the address in its status, and is refused by the pool. */
function refusedIn(situation: Omit<Situation, 'manifests'>): EffectContext {
  return reportedIn('Pending.AddressNotUsable', { addresses: asked }, situation);
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

describe('a status is as its actor wants it', () => {
  const written = (): object => {
    const { body } = writeGatewayStatus(key, refusedIn({ holder: 'other' })) ?? assert.fail('nothing is written');
    return (body as { readonly status: object }).status;
  };

  test('when it is what that would write', () => {
    assert.equal(isTold(key, reportedIn('Pending.AddressNotUsable', written(), { holder: 'other' })), true);
  });

  test('not when anything in it differs', () => {
    const status = { ...written(), addresses: asked };
    assert.equal(isTold(key, reportedIn('Pending.AddressNotUsable', status, { holder: 'other' })), false);
  });

  test('not when the state tells none: what stands there may be what the Gateway claims', () => {
    const context = reportedIn('Pending.WaitingForClass', written(), { holder: 'other' });
    assert.equal(writeGatewayStatus(key, context), undefined);
    assert.equal(isTold(key, context), false);
  });

  test('not of a Gateway that has no actor', () => {
    const { world } = refusedIn({ holder: 'other' });
    assert.equal(isTold(key, contextIn(world)), false);
  });
});
