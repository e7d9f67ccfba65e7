import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Fixture, together, useServer } from '../support/fixture.ts';
import { addressOf, condition, type GatewayObject, gateway, route, serviceNames, verdict } from './objects.ts';

/** What `gw` has; a message may tell that it lies outside the pool. */
async function held(f: Fixture): Promise<unknown> {
  const { metadata, spec, status } = await f.get<GatewayObject>('Gateway', 'gw');
  return { labels: metadata.labels, spec, addresses: status?.addresses, programmed: verdict(status, 'Programmed') };
}

describe('The pool', together, () => {
  const { fixture } = useServer();

  test('that appears later wakes the Gateways that wait for it', async (t) => {
    const f = await fixture(t, { pool: null });
    await f.create(gateway(f, 'gw'), route(f, 'made', { selector: ['app', 'web'] }));
    await f.run();
    const { status, spec } = await f.get<GatewayObject>('Gateway', 'gw');
    assert.equal(verdict(status, 'Programmed'), 'False/AddressNotAssigned');
    assert.match(condition(status, 'Programmed').message, new RegExp(`ConfigMap ${f.namespace}/ipam.*create it`));
    assert.equal(spec.addresses, undefined, 'no empty address in the spec');
    await f.setPool({ 'cidr-global': f.range });
    await f.settle();
    assert.equal(await addressOf(f, 'gw'), f.address(0));
    assert.deepEqual(await serviceNames(f), ['web']);
  });

  test('that is edited later wakes them too, the oldest first', async (t) => {
    const f = await fixture(t);
    await f.setPool({ 'range-global': f.address(1) });
    await f.create(gateway(f, 'a'));
    await f.run();
    await f.create(gateway(f, 'b'));
    await f.settle();
    const { status } = await f.get<GatewayObject>('Gateway', 'b');
    assert.equal(verdict(status, 'Programmed'), 'False/AddressNotAssigned');
    assert.match(condition(status, 'Programmed').message, /all 1 addresses .* in use/);
    await f.setPool({ 'range-global': `${f.address(1)}-${f.address(2)}` });
    await f.settle();
    assert.equal(await addressOf(f, 'b'), f.address(2));
  });

  test('that is edited, or deleted, takes nothing away', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'));
    await f.run();
    const before = await held(f);
    await f.setPool({ 'range-global': f.address(200) });
    await f.settle();
    await f.delete('ConfigMap', 'ipam');
    await f.settle();
    assert.deepEqual(await held(f), before);
  });

  test('restarted with another pool keeps what is held', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'));
    await (await f.run()).stop();
    await f.setPool({ 'range-global': f.address(200) });
    const before = await held(f);
    await f.run();
    assert.deepEqual(await held(f), before);
  });

  test('of a namespace beats the global one, cidr- comes before range-, entries in their order', async (t) => {
    const f = await fixture(t);
    const other = await f.addNamespace('other');
    await f.setPool({
      'cidr-global': `${f.address(0)}/30`,
      [`range-${f.namespace}`]: `${f.address(64)}-${f.address(65)}`,
      [`cidr-${other}`]: `${f.address(130)}/32, ${f.address(128)}/32`,
      [`range-${other}`]: f.address(99),
    });
    await f.run();
    for (const name of ['a', 'b', 'c']) {
      await f.create(gateway(f, name), gateway(f, name, { namespace: other }));
      await f.settle();
    }
    const own = await Promise.all(['a', 'b', 'c'].map((name) => addressOf(f, name)));
    assert.deepEqual(own, [f.address(64), f.address(65), undefined], 'not from the global CIDR');
    const theirs = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => (await f.get<GatewayObject>('Gateway', name, other)).status?.addresses),
    );
    assert.deepEqual(
      theirs.map((addresses) => addresses?.[0]?.value),
      [f.address(130), f.address(128), f.address(99)],
    );
  });

  test('hands out no address that stands on somebody’s Service', async (t) => {
    const f = await fixture(t);
    await f.client.create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'taken', namespace: f.namespace },
      spec: { type: 'LoadBalancer', loadBalancerIP: f.address(0), ports: [{ port: 1 }] },
    } as Parameters<typeof f.client.create>[0]);
    await f.create(gateway(f, 'gw'));
    await f.run();
    assert.equal(await addressOf(f, 'gw'), f.address(1));
  });

  test('of IPv6 works: the label is legal, the Service is IPv6', async (t) => {
    const f = await fixture(t);
    await f.setPool({ 'cidr-global': f.range6 });
    await f.create(gateway(f, 'gw'), route(f, 'made', { selector: ['app', 'web'] }));
    await f.run();
    const { metadata, status } = await f.get<GatewayObject>('Gateway', 'gw');
    assert.equal(status?.addresses?.[0]?.value, f.address6(0));
    assert.match(metadata.labels?.['ipam-address'] ?? '', /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/);
    const made = await f.get<{ metadata: { labels: object }; spec: { loadBalancerIP: string; ipFamilies: string[] } }>(
      'Service',
      'web',
    );
    assert.equal(made.spec.loadBalancerIP, f.address6(0));
    assert.deepEqual(made.spec.ipFamilies, ['IPv6']);
  });

  test('of a megabyte works', async (t) => {
    const f = await fixture(t);
    const entry = `${f.address(250)}/32,`;
    await f.setPool({ 'cidr-global': `${f.address(3)}/32`, 'cidr-elsewhere': entry.repeat(900_000 / entry.length) });
    await f.create(gateway(f, 'gw'));
    await f.run();
    assert.equal(await addressOf(f, 'gw'), f.address(3));
  });
});
