import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Fixture, together, useServer } from '../support/fixture.ts';
import {
  condition,
  type GatewayObject,
  gateway,
  type ListenerStatus,
  route,
  routeVerdicts,
  type ServiceObject,
  verdict,
} from './objects.ts';

async function listener(f: Fixture, name: string, of = 'gw'): Promise<ListenerStatus> {
  const { status } = await f.get<GatewayObject>('Gateway', of);
  const found = status?.listeners?.find((own) => own.name === name);
  assert.ok(found, `listener ${name} in ${JSON.stringify(status)}`);
  return found;
}

const made = { selector: ['app', 'web'] } as const;

describe('Listeners', together, () => {
  const { fixture } = useServer();

  for (const protocol of ['HTTP', 'TLS', 'example.com/quic']) {
    test(`of protocol ${protocol} are refused, and those beside them served`, async (t) => {
      const f = await fixture(t);
      const tls = protocol === 'TLS' ? { tls: { mode: 'Passthrough' } } : {};
      const listeners = [
        { name: 'bad', port: 443, protocol, ...tls },
        { name: 'tcp', port: 8080 },
      ];
      await f.create(gateway(f, 'gw', { listeners }), route(f, 'made', made));
      await f.run();
      const bad = await listener(f, 'bad');
      assert.equal(verdict(bad, 'Accepted'), 'False/UnsupportedProtocol');
      assert.match(condition(bad, 'Accepted').message, new RegExp(`${protocol}.*use TCP or UDP`));
      assert.equal(condition(bad, 'Programmed').status, 'False');
      assert.deepEqual(bad.supportedKinds, []);
      const good = await listener(f, 'tcp');
      assert.equal(verdict(good, 'Accepted'), 'True/Accepted');
      assert.equal(good.attachedRoutes, 1);
      const { status } = await f.get<GatewayObject>('Gateway', 'gw');
      assert.equal(verdict(status, 'Accepted'), 'True/ListenersNotValid');
      assert.match(condition(status, 'Accepted').message, /"bad"/);
      assert.equal(verdict(status, 'Programmed'), 'True/Programmed');
    });
  }

  test('none of which is valid make a Gateway that is not accepted', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw', { listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] }));
    await f.run();
    const { status } = await f.get<GatewayObject>('Gateway', 'gw');
    assert.equal(verdict(status, 'Accepted'), 'False/ListenersNotValid');
    assert.equal(condition(status, 'Programmed').status, 'False');
  });

  test('of one port and both protocols are two valid ones', async (t) => {
    const f = await fixture(t);
    const listeners = [
      { name: 'tcp', port: 53 },
      { name: 'udp', port: 53, protocol: 'UDP' },
    ];
    await f.create(
      gateway(f, 'gw', { listeners }),
      route(f, 'dns', { selector: ['app', 'dns'], backendRefs: [{ name: 'dns', port: 53 }] }),
      route(f, 'dns', { kind: 'UDPRoute', selector: ['app', 'dns'], backendRefs: [{ name: 'dns', port: 53 }] }),
    );
    await f.run();
    for (const name of ['tcp', 'udp']) {
      assert.equal(verdict(await listener(f, name), 'Accepted'), 'True/Accepted');
      assert.equal(verdict(await listener(f, name), 'Conflicted'), 'False/NoConflicts');
    }
    const { spec, metadata } = await f.get<ServiceObject>('Service', 'dns');
    assert.deepEqual(
      spec.ports.map(({ port, protocol }) => `${port}/${protocol}`),
      ['53/TCP', '53/UDP'],
    );
    assert.equal(metadata.annotations?.['parent-tcp-route'], 'dns');
    assert.equal(metadata.annotations?.['parent-udp-route'], 'dns');
  });

  test('of one port and one protocol are not let in, or both refused', async (t) => {
    const f = await fixture(t);
    const listeners = [
      { name: 'a', port: 80 },
      { name: 'b', port: 80 },
      { name: 'c', port: 81 },
    ];
    const refusal = await f.create(gateway(f, 'gw', { listeners })).catch((error: Error) => error);
    if (refusal instanceof Error) {
      assert.match(refusal.message, /port and protocol|unique/);
      return;
    }
    await f.run();
    for (const name of ['a', 'b']) assert.equal(condition(await listener(f, name), 'Conflicted').status, 'True');
    assert.equal(verdict(await listener(f, 'c'), 'Accepted'), 'True/Accepted');
  });

  test('whose allowedRoutes name a kind that is not served say so', async (t) => {
    const f = await fixture(t);
    const kinds = [{ kind: 'TCPRoute' }, { kind: 'HTTPRoute' }];
    await f.create(
      gateway(f, 'gw', {
        listeners: [
          { name: 'some', port: 1, allowedRoutes: { kinds } },
          { name: 'none', port: 2, allowedRoutes: { kinds: [{ kind: 'HTTPRoute' }] } },
        ],
      }),
    );
    await f.run();
    assert.equal(verdict(await listener(f, 'some'), 'ResolvedRefs'), 'False/InvalidRouteKinds');
    assert.deepEqual(
      (await listener(f, 'some')).supportedKinds.map(({ kind }) => kind),
      ['TCPRoute'],
    );
    assert.deepEqual((await listener(f, 'none')).supportedKinds, []);
  });

  test('count the routes that attach, also unresolved ones, and forget those that go', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), route(f, 'a', made), route(f, 'b', { behaviour: 'duplicate' }));
    await f.run();
    assert.equal((await listener(f, 'tcp')).attachedRoutes, 2);
    assert.equal((await listener(f, 'udp')).attachedRoutes, 0);
    await f.delete('TCPRoute', 'a');
    await f.settle();
    assert.equal((await listener(f, 'tcp')).attachedRoutes, 1);
  });

  test('of a Gateway with parameters that cannot be used are not served', async (t) => {
    const f = await fixture(t);
    const parametersRef = { group: 'example.com', kind: 'Parameters', name: 'mine' };
    await f.create(gateway(f, 'gw', { spec: { infrastructure: { parametersRef } } }), route(f, 'made', made));
    await f.run();
    const { status } = await f.get<GatewayObject>('Gateway', 'gw');
    assert.equal(verdict(status, 'Accepted'), 'False/InvalidParameters');
    assert.match(condition(status, 'Accepted').message, /spec\.infrastructure\.parametersRef.*"mine"/);
  });

  test('of a Gateway with a name of 200 characters and dots are served', async (t) => {
    const f = await fixture(t);
    const name = `${'long-name.'.repeat(20)}x`.slice(0, 200).replace(/\.$/, 'x');
    await f.create(gateway(f, name), route(f, 'made', { ...made, parentRefs: [{ name, sectionName: 'tcp' }] }));
    await f.run();
    assert.equal((await f.get<ServiceObject>('Service', 'web')).spec.loadBalancerIP, f.address(0));
    assert.deepEqual(await routeVerdicts(f, 'made'), ['True/Accepted', 'True/ResolvedRefs']);
    assert.equal(verdict((await f.get<GatewayObject>('Gateway', name)).status, 'Programmed'), 'True/Programmed');
  });
});
