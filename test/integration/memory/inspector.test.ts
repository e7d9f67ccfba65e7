import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { portOf } from '../../../src/observability/http.ts';
import { openStream } from '../../inspector/stream.ts';
import { eventually } from '../../support/server.ts';
import { memoryOnly, useMemory } from './memory.ts';

describe('The inspector', memoryOnly, () => {
  test('tells the page that the pool is to be drawn anew when a Node comes with an address of it', async (t) => {
    const { f } = await useMemory(t);
    const { controller } = await f.run('-inspect', '127.0.0.1:0');
    assert.ok(controller.servers.inspect);
    const stream = await openStream(t, `http://127.0.0.1:${portOf(controller.servers.inspect)}/events`);
    await eventually(async () => stream.status() !== undefined);
    assert.doesNotMatch(stream.text(), /event: pool/);
    const status = { addresses: [{ type: 'InternalIP', address: f.address(3) }] };
    await f.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, status });
    await eventually(async () => /event: pool/.test(stream.text()));
  });
});
