import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Fixture, together, useServer } from '../support/fixture.ts';
import { announce, endpointSlice, gateway, route, routeVerdicts, service } from './objects.ts';

async function createVariety(f: Fixture): Promise<void> {
  await f.create(
    gateway(f, 'gw', {
      listeners: [
        { name: 'tcp', port: 8080 },
        { name: 'copy', port: 8081 },
        { name: 'own', port: 8082 },
        { name: 'udp', port: 5353, protocol: 'UDP' },
        { name: 'http', port: 80, protocol: 'HTTP' },
      ],
    }),
    gateway(f, 'empty'),
    service(f, 'web'),
    service(f, 'api'),
    route(f, 'made', { selector: ['app', 'web'], backendRefs: [{ name: 'made', port: 8000 }] }),
    route(f, 'copied', { parentRefs: [{ name: 'gw', sectionName: 'copy' }], behaviour: 'duplicate' }),
    route(f, 'updated', {
      parentRefs: [{ name: 'gw', sectionName: 'own' }],
      behaviour: 'update',
      backendRefs: [{ name: 'api', port: 80 }],
    }),
    route(f, 'dns', { kind: 'UDPRoute', selector: ['app', 'dns'], backendRefs: [{ name: 'dns', port: 53 }] }),
    route(f, 'refused', { parentRefs: [{ name: 'gw', sectionName: 'nothing' }] }),
  );
}

describe('Writes', together, () => {
  const { fixture } = useServer();

  test('one Gateway and one route from scratch take one write per object and purpose', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), route(f, 'made', { selector: ['app', 'web'] }));
    await f.run();
    assert.deepEqual([...(await f.quietWrites(0))].sort(), [
      `create ipaddresses ${f.address(0)}`,
      'create services web',
      `patch gatewayclasses ${f.className}`,
      `patch gatewayclasses/status ${f.className}`,
      'patch gateways gw',
      'patch gateways/status gw',
      'patch tcproutes/status made',
    ]);
    assert.deepEqual(await routeVerdicts(f, 'made'), ['True/Accepted', 'True/ResolvedRefs']);
  });

  test('the same objects, created under a running controller, take no more', async (t) => {
    const f = await fixture(t);
    await f.run();
    const since = (await f.writes()).length;
    await f.create(gateway(f, 'gw'));
    await f.settle();
    await f.create(route(f, 'made', { selector: ['app', 'web'] }));
    await f.settle();
    assert.deepEqual(
      [...(await f.quietWrites(since))].sort(),
      [
        `create ipaddresses ${f.address(0)}`,
        'create services web',
        `patch gatewayclasses ${f.className}`,
        'patch gateways gw',
        'patch gateways/status gw',
        'patch gateways/status gw',
        'patch tcproutes/status made',
      ],
      'attachedRoutes counts the route: a second status of the Gateway',
    );
  });

  test('a settled cluster sees none', async (t) => {
    const f = await fixture(t);
    await createVariety(f);
    await f.run();
    const since = (await f.writes()).length;
    assert.deepEqual(await f.quietWrites(since, 1_500), []);
  });

  test('a restart makes none', async (t) => {
    const f = await fixture(t);
    await createVariety(f);
    const first = await f.run();
    await f.create(endpointSlice(f, 'made'));
    await announce(
      f,
      'made',
      (await f.get<{ spec: { loadBalancerIP: string } }>('Service', 'made')).spec.loadBalancerIP,
    );
    await f.settle();
    await first.stop();
    const since = (await f.writes()).length;
    for (let round = 0; round < 2; round += 1) {
      const again = await f.run();
      assert.deepEqual(await f.quietWrites(since), []);
      await again.stop();
    }
  });

  test('changes that concern nobody make none', async (t) => {
    const f = await fixture(t);
    await createVariety(f);
    await f.run();
    const since = (await f.writes()).length;
    await f.patch('Service', 'made', { metadata: { annotations: { 'mesh.example/injected': 'yes' } } });
    await f.patch('Gateway', 'gw', { metadata: { labels: { team: 'a' } } });
    await f.create(service(f, 'stranger', { ports: [{ port: 1 }] }), endpointSlice(f, 'stranger'));
    await f.settle();
    assert.deepEqual(await f.quietWrites(since), []);
  });
});
