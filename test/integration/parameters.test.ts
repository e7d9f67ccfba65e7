import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Fixture, together, useServer } from '../support/fixture.ts';
import { eventually } from '../support/server.ts';
import {
  addressOf,
  type ClassObject,
  condition,
  type GatewayObject,
  gateway,
  route,
  service,
  serviceNames,
  verdict,
} from './objects.ts';

const parametersRef = { group: '', kind: 'ConfigMap', name: 'options' };
const infrastructure = { parametersRef };

async function setOptions(f: Fixture, data: Readonly<Record<string, string>>, name = 'options'): Promise<void> {
  const metadata = { name, namespace: f.namespace };
  const there = await f.client.find({ apiVersion: 'v1', kind: 'ConfigMap', ...metadata });
  const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
  await (there === undefined ? f.client.create(manifest) : f.client.replace(manifest));
}

/** Waits for what no watch of a test's own tells of: that the controller has seen an edit of a ConfigMap. */
async function becomes(f: Fixture, name: string, wanted: string): Promise<void> {
  await eventually(async () => verdict((await f.get<GatewayObject>('Gateway', name)).status, 'Accepted') === wanted);
  await f.settle();
}

async function servicesBecome(f: Fixture, names: readonly string[]): Promise<void> {
  await eventually(async () => JSON.stringify(await serviceNames(f)) === JSON.stringify(names));
  await f.settle();
}

describe('Parameters', together, () => {
  const { fixture } = useServer();

  test('of a Gateway come before the class’s, these before the flag; edits are followed', async (t) => {
    const f = await fixture(t);
    await setOptions(f, { serviceBehaviour: 'duplicate' });
    await setOptions(f, { serviceBehaviour: 'aggregate' }, 'for-class');
    const ref = { ...parametersRef, name: 'for-class', namespace: f.namespace };
    await f.patch('GatewayClass', f.className, { spec: { parametersRef: ref } });
    await f.create(gateway(f, 'gw', { spec: { infrastructure } }), service(f, 'web'), route(f, 'route'));
    await f.run('-service-behaviour=update');
    assert.deepEqual(await serviceNames(f), ['web', 'web-gw-api']);
    await setOptions(f, {});
    await servicesBecome(f, [`gw-${f.className}`, 'web']);
    await setOptions(f, {}, 'for-class');
    await servicesBecome(f, ['web']);
    assert.equal((await f.get<{ spec: { type: string } }>('Service', 'web')).spec.type, 'LoadBalancer');
  });

  test('that are missing, late, broken, mended and deleted: the Gateway follows, and keeps what it has', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw', { spec: { infrastructure } }), service(f, 'web'), route(f, 'route'));
    await f.run();
    const { status } = await f.get<GatewayObject>('Gateway', 'gw');
    assert.equal(verdict(status, 'Accepted'), 'False/InvalidParameters');
    assert.match(condition(status, 'Accepted').message, /ConfigMap \S+\/options does not exist/);
    assert.deepEqual([await addressOf(f, 'gw'), await serviceNames(f)], [undefined, ['web']]);
    await setOptions(f, { serviceBehaviour: 'duplicate' });
    await becomes(f, 'gw', 'True/Accepted');
    assert.equal(await addressOf(f, 'gw'), f.address(0));
    assert.deepEqual(await serviceNames(f), ['web', 'web-gw-api']);
    const copy = await f.get('Service', 'web-gw-api');
    await setOptions(f, { serviceBehavior: 'create' });
    await becomes(f, 'gw', 'False/InvalidParameters');
    const broken = await f.get<GatewayObject>('Gateway', 'gw');
    assert.match(condition(broken.status, 'Accepted').message, /options: key "serviceBehavior" is unknown/);
    assert.deepEqual(await f.get('Service', 'web-gw-api'), copy);
    await setOptions(f, { serviceBehaviour: 'duplicate' });
    await becomes(f, 'gw', 'True/Accepted');
    await f.delete('ConfigMap', 'options');
    await becomes(f, 'gw', 'False/InvalidParameters');
    assert.deepEqual(await f.get('Service', 'web-gw-api'), copy);
    assert.equal(await addressOf(f, 'gw'), f.address(0));
  });

  test('of a class wake all its Gateways', async (t) => {
    const f = await fixture(t);
    const ref = { ...parametersRef, namespace: f.namespace };
    await f.patch('GatewayClass', f.className, { spec: { parametersRef: ref } });
    await f.create(gateway(f, 'a'), gateway(f, 'b'));
    await f.run();
    const refused = await f.get<ClassObject>('GatewayClass', f.className);
    assert.equal(verdict(refused.status, 'Accepted'), 'False/InvalidParameters');
    await setOptions(f, { ipFamilies: 'auto' });
    await becomes(f, 'a', 'True/Accepted');
    await becomes(f, 'b', 'True/Accepted');
    const accepted = await f.get<ClassObject>('GatewayClass', f.className);
    assert.equal(verdict(accepted.status, 'Accepted'), 'True/Accepted');
  });

  test('cost no write at rest, and none after a restart', async (t) => {
    const f = await fixture(t);
    await setOptions(f, { serviceBehaviour: 'duplicate' });
    await f.create(gateway(f, 'gw', { spec: { infrastructure } }), service(f, 'web'), route(f, 'route'));
    await f.create(
      gateway(f, 'without', { spec: { infrastructure: { parametersRef: { ...parametersRef, name: 'x' } } } }),
    );
    const first = await f.run();
    const since = (await f.writes()).length;
    assert.deepEqual(await f.quietWrites(since, 1_000), []);
    await first.stop();
    await f.run();
    assert.deepEqual(await f.quietWrites(since), []);
  });

  test('that a live Gateway begins to name are read before anything is decided', async (t) => {
    const f = await fixture(t);
    await setOptions(f, { serviceBehaviour: 'duplicate' });
    await f.create(gateway(f, 'gw'), service(f, 'web'), route(f, 'route', { behaviour: 'duplicate' }));
    await f.run();
    const since = (await f.writes()).length;
    await f.patch('Gateway', 'gw', { spec: { infrastructure } });
    await f.settle();
    const writes = await f.quietWrites(since);
    assert.deepEqual(writes, ['patch gateways/status gw'], 'only the generation that was looked at');
    assert.equal(verdict((await f.get<GatewayObject>('Gateway', 'gw')).status, 'Accepted'), 'True/Accepted');
  });

  test('of other controllers’ Gateways are not read', async (t) => {
    const f = await fixture(t, { hasClass: false });
    await f.createClass('somebody.else/controller');
    await setOptions(f, { serviceBehaviour: 'duplicate' });
    await f.create(gateway(f, 'gw', { spec: { infrastructure } }));
    const { controller } = await f.run();
    assert.equal(controller.cluster.isRead(`ConfigMap/${f.namespace}/options`), false);
  });
});
