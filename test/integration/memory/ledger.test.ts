import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseConfig } from '../../../src/config.ts';
import { ledgerManifest } from '../../../src/gateway/ledger.ts';
import { eventually, type Manifest, type TestObject } from '../../support/server.ts';
import { addressOf, gateway } from '../objects.ts';
import { memoryOnly, useMemory } from './memory.ts';

const ours = { userAgent: 'gateway-api-controller' };

describe('An entry of the ledger', memoryOnly, () => {
  test('is left to a Gateway that the controller has not heard of yet', async (t) => {
    const { f, server } = await useMemory(t);
    await f.run();
    server.faults.add({
      match: { ...ours, resource: 'gateways' },
      effect: { type: 'silenceWatch' },
    });
    await f.create(gateway(f, 'late'));
    const { metadata } = await f.get<TestObject>('Gateway', 'late');
    const owner = { uid: metadata.uid, namespace: f.namespace, name: 'late' };
    // As another replica does, that leads and has heard of it.
    await f.create(ledgerManifest(f.address(5), owner, parseConfig(f.flags)) as unknown as Manifest);
    await eventually(async () => (await addressOf(f, 'late')) !== undefined);
    assert.equal(await addressOf(f, 'late'), f.address(5));
    const writes = (await f.writes()).filter(({ resource }) => resource === 'ipaddresses');
    assert.deepEqual(writes, [], 'neither marked nor deleted');
  });

  test('is read again before its address is taken out of a status', async (t) => {
    const { f, server } = await useMemory(t);
    const asked = [{ type: 'IPAddress', value: f.address(5) }];
    await f.create(gateway(f, 'first', { addresses: asked }));
    const { controller } = await f.run();
    await f.create(gateway(f, 'second', { addresses: asked }));
    await f.settle();
    server.faults.add({ match: { ...ours, resource: 'ipaddresses' }, effect: { type: 'silenceWatch' } });
    const { metadata } = await f.get<TestObject>('Gateway', 'second');
    const owner = { uid: metadata.uid, namespace: f.namespace, name: 'second' };
    await f.delete('IPAddress', f.address(5));
    await f.create(ledgerManifest(f.address(5), owner, parseConfig(f.flags)) as unknown as Manifest);
    await f.patch('Gateway', 'second', { status: { addresses: asked } }, 'status');
    await eventually(async () => controller.pool.held(metadata.uid).length > 0);
    assert.equal(await addressOf(f, 'second'), f.address(5));
  });
});
