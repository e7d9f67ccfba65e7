import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { together, useServer } from '../support/fixture.ts';
import type { Manifest } from '../support/objects.ts';
import { eventually } from '../support/server.ts';
import {
  addressOf,
  type GatewayObject,
  gateway,
  ownParent,
  type RouteObject,
  route,
  service,
  serviceNames,
} from './objects.ts';
import { outcomeOf } from './outcome.ts';

const ours = 'gateway-api-controller.thebsdbox.co.uk';

describe('What belongs to others', together, () => {
  const { fixture } = useServer();

  test('two controllers of other names leave each other’s objects alone', async (t) => {
    const fixtures = [await fixture(t), await fixture(t)];
    for (const f of fixtures) {
      await f.create(
        gateway(f, 'gw'),
        service(f, 'web'),
        service(f, 'api'),
        route(f, 'copied', { behaviour: 'duplicate' }),
        route(f, 'dns', { kind: 'UDPRoute', selector: ['app', 'dns'], backendRefs: [{ name: 'dns', port: 53 }] }),
      );
    }
    const before: unknown[] = [];
    for (const f of fixtures) {
      await f.run();
      before.push(await outcomeOf(f));
    }
    const writes = await Promise.all(fixtures.map(async (f) => (await f.writes()).length));
    for (const [index, f] of fixtures.entries()) {
      await f.settle();
      assert.deepEqual(await outcomeOf(f), before[index]);
      assert.deepEqual(await f.quietWrites(writes[index] ?? 0), []);
    }
    assert.deepEqual(before[0], before[1]);
  });

  test('one route may have parents of two controllers, each with its own entry', async (t) => {
    const [a, b] = [await fixture(t), await fixture(t)];
    await b.createClass(b.controllerName, `${b.className}-second`);
    await a.create(
      gateway(a, 'gw'),
      gateway(a, 'theirs', { className: `${b.className}-second`, listeners: [{ name: 'tcp', port: 9090 }] }),
      service(a, 'web'),
      route(a, 'both', {
        behaviour: 'duplicate',
        parentRefs: [
          { name: 'gw', sectionName: 'tcp' },
          { name: 'theirs', sectionName: 'tcp' },
        ],
      }),
    );
    await a.run();
    await b.run();
    const both = await a.get<RouteObject>('TCPRoute', 'both');
    assert.equal(both.status?.parents?.length, 2);
    assert.equal(ownParent(a, both)?.parentRef.name, 'gw');
    assert.equal(ownParent(b, both)?.parentRef.name, 'theirs');
    assert.deepEqual(await a.quietWrites((await a.writes()).length), [], 'they do not fight');
  });

  test('the address of a Node is not handed out, and is free when the Node goes', async (t) => {
    const f = await fixture(t, { pool: null });
    await f.setPool({ 'range-global': f.address(3) });
    const node = `node-${f.namespace}`;
    t.after(() => f.client.delete(f.target('Node', node)).catch(() => {}));
    const status = {
      addresses: [
        { type: 'Hostname', address: node },
        { type: 'InternalIP', address: f.address(3) },
      ],
    };
    await f.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: node } });
    await f.patch('Node', node, { status }, 'status');
    await f.create(gateway(f, 'gw'));
    await f.run();
    assert.equal(await addressOf(f, 'gw'), undefined);
    await f.delete('Node', node);
    await eventually(async () => (await addressOf(f, 'gw')) === f.address(3));
  });

  test('a Service with the Go original’s annotation under update, or with our name, is the user’s', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'));
    const marked = (name: string, annotations: Record<string, string>): Manifest =>
      service(f, name, {
        annotations: { 'gateway-api-controller': f.controllerName, ...annotations },
        labels: { 'ipam-address': f.address(0), implementation: 'thebsdbox' },
      });
    await f.create(
      marked('updated', { 'parent-tcp-route': 'gone' }),
      marked('nameless', {}),
      service(f, 'web-gw-api'),
      service(f, 'imposter', { annotations: { [`${ours}/behaviour`]: 'create', [`${ours}/owner-uid`]: 'x' } }),
    );
    const before = await outcomeOf(f);
    await f.run();
    const after = await outcomeOf(f);
    for (const name of ['updated', 'nameless', 'web-gw-api', 'imposter']) {
      const key = `Service/NAMESPACE/${name}`;
      assert.deepEqual(after[key], before[key], name);
    }
  });

  test('a Service that the Go original made for a route that is there is adopted, not made twice', async (t) => {
    const f = await fixture(t);
    await f.create(
      gateway(f, 'gw', {
        labels: { 'ipam-address': f.address(7), implementation: 'thebsdbox' },
        addresses: [{ type: 'IPAddress', value: f.address(7) }],
      }),
      route(f, 'made', { selector: ['app', 'web'] }),
      service(f, 'web', {
        annotations: { 'gateway-api-controller': f.controllerName, 'parent-tcp-route': 'made' },
        labels: { 'ipam-address': f.address(7), implementation: 'thebsdbox' },
        ports: [{ port: 8080, targetPort: 80 }],
        spec: { type: 'LoadBalancer', loadBalancerIP: f.address(7) },
      }),
    );
    const { uid } = (await f.get<GatewayObject>('Service', 'web')).metadata;
    await f.run();
    const { status } = await f.get<GatewayObject>('Gateway', 'gw');
    assert.equal(status?.addresses?.[0]?.value, f.address(7));
    assert.equal((await f.get<GatewayObject>('Service', 'web')).metadata.uid, uid);
    assert.deepEqual(await serviceNames(f), ['web']);
    await f.delete('TCPRoute', 'made');
    await f.settle();
    assert.deepEqual(await serviceNames(f), []);
  });
});
