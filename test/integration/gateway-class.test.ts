import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gatewaysExist } from '../../src/gateway/gateway-class.ts';
import { together, useServer } from '../support/fixture.ts';
import {
  addressOf,
  type ClassObject,
  condition,
  type GatewayObject,
  gateway,
  route,
  type ServiceObject,
  serviceNames,
  verdict,
} from './objects.ts';

const made = { selector: ['app', 'web'] } as const;

describe('A GatewayClass', together, () => {
  const { fixture } = useServer();

  test('of ours is accepted, with the generation that was looked at', async (t) => {
    const f = await fixture(t);
    await f.run();
    const { metadata, status } = await f.get<ClassObject>('GatewayClass', f.className);
    assert.equal(verdict(status, 'Accepted'), 'True/Accepted');
    assert.equal(condition(status, 'Accepted').observedGeneration, metadata.generation);
    await f.patch('GatewayClass', f.className, { spec: { description: 'another generation' } });
    await f.settle();
    const edited = await f.get<ClassObject>('GatewayClass', f.className);
    assert.equal(edited.metadata.generation, 2);
    assert.equal(condition(edited.status, 'Accepted').observedGeneration, 2);
    assert.equal(
      condition(edited.status, 'Accepted').lastTransitionTime,
      condition(status, 'Accepted').lastTransitionTime,
    );
  });

  test('of another controller is never written to, nor are its Gateways and their routes', async (t) => {
    const f = await fixture(t, { hasClass: false });
    const cluster = await f.createClass('somebody.else/controller');
    await f.create(gateway(f, 'gw'), route(f, 'made', made));
    const before = await f.get<GatewayObject>('Gateway', 'gw');
    await f.run();
    assert.deepEqual(await f.quietWrites(0), []);
    assert.deepEqual(await f.get('GatewayClass', f.className), cluster);
    assert.deepEqual(await f.get('Gateway', 'gw'), before);
    assert.deepEqual(await serviceNames(f), []);
  });

  test('that is not there gives its Gateways nothing; when it arrives, they follow', async (t) => {
    const f = await fixture(t, { hasClass: false });
    await f.create(gateway(f, 'gw'), route(f, 'made', made));
    await f.run();
    assert.equal((await f.get<GatewayObject>('Gateway', 'gw')).spec.addresses, undefined);
    assert.deepEqual(await f.quietWrites(0), []);
    await f.createClass();
    await f.settle();
    assert.equal(await addressOf(f, 'gw'), f.address(0));
    assert.deepEqual(await serviceNames(f), ['web']);
  });

  test('with parameters is refused, and says which field to mend', async (t) => {
    const f = await fixture(t);
    await f.patch('GatewayClass', f.className, {
      spec: { parametersRef: { group: 'example.com', kind: 'Parameters', name: 'mine' } },
    });
    await f.create(gateway(f, 'gw'));
    await f.run();
    const { status } = await f.get<ClassObject>('GatewayClass', f.className);
    assert.equal(verdict(status, 'Accepted'), 'False/InvalidParameters');
    assert.match(condition(status, 'Accepted').message, /spec\.parametersRef.*"mine"/);
    assert.equal(await addressOf(f, 'gw'), undefined);
  });

  test('that is deleted takes nothing away; recreated, the Gateways go on as they were', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), route(f, 'made', made));
    await f.run();
    const [before, service] = [await f.get<GatewayObject>('Gateway', 'gw'), await f.get('Service', 'web')];
    const since = (await f.writes()).length;
    await f.deleteByForce('GatewayClass', f.className);
    await f.settle();
    const touched = (await f.quietWrites(since)).filter((write) => !write.includes('gatewayclasses'));
    assert.deepEqual(touched, []);
    assert.deepEqual(await f.get('Gateway', 'gw'), before);
    assert.deepEqual(await f.get('Service', 'web'), service);

    await f.create(gateway(f, 'late'));
    await f.settle();
    assert.equal(await addressOf(f, 'late'), undefined);

    await f.createClass();
    await f.settle();
    assert.deepEqual(await f.get('Gateway', 'gw'), before);
    assert.deepEqual(await f.get('Service', 'web'), service);
    assert.equal(await addressOf(f, 'late'), f.address(1));
  });

  test('that is deleted while the controller is down takes nothing away either', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), route(f, 'made', made));
    await (await f.run()).stop();
    await f.deleteByForce('GatewayClass', f.className);
    const since = (await f.writes()).length;
    await f.run();
    await f.createClass();
    await f.create(gateway(f, 'other'));
    await f.settle();
    assert.equal(await addressOf(f, 'gw'), f.address(0));
    assert.equal(await addressOf(f, 'other'), f.address(1));
    assert.equal((await f.get<ServiceObject>('Service', 'web')).spec.loadBalancerIP, f.address(0));
    const touched = (await f.quietWrites(since)).filter((write) => / (gw|web|made)$/.test(write));
    assert.deepEqual(touched, []);
  });

  test('tells which release of the Gateway API is there, and what it supports, sorted', async (t) => {
    const f = await fixture(t);
    await f.run();
    const { status } = await f.get<ClassObject>('GatewayClass', f.className);
    assert.equal(verdict(status, 'SupportedVersion'), 'True/SupportedVersion');
    assert.match(condition(status, 'SupportedVersion').message, /v1\.6\.3/);
    const names = (status?.supportedFeatures ?? []).map(({ name }) => name);
    assert.deepEqual(names, names.toSorted());
    for (const name of ['Gateway', 'ReferenceGrant', 'TCPRoute', 'UDPRoute']) assert.ok(names.includes(name), name);
    assert.ok(!names.some((name) => name.startsWith('HTTP')));
  });

  test('has the finalizer from its first Gateway to its last, beside those of others', async (t) => {
    const f = await fixture(t);
    const others = ['example.com/other'];
    await f.patch('GatewayClass', f.className, { metadata: { finalizers: others } });
    await f.run();
    assert.deepEqual((await f.get<ClassObject>('GatewayClass', f.className)).metadata.finalizers, others);
    await f.create(gateway(f, 'gw'), gateway(f, 'other'));
    await f.settle();
    const used = await f.get<ClassObject>('GatewayClass', f.className);
    assert.deepEqual(used.metadata.finalizers, [...others, gatewaysExist]);
    await f.delete('Gateway', 'gw');
    await f.settle();
    assert.deepEqual((await f.get<ClassObject>('GatewayClass', f.className)).metadata.finalizers, [
      ...others,
      gatewaysExist,
    ]);
    await f.delete('Gateway', 'other');
    await f.settle();
    assert.deepEqual((await f.get<ClassObject>('GatewayClass', f.className)).metadata.finalizers, others);
  });

  test('that is deleted while Gateways use it stays for them, and goes with the last', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), route(f, 'made', made));
    await f.run();
    const before = await f.get<GatewayObject>('Gateway', 'gw');
    await f.delete('GatewayClass', f.className);
    await f.settle();
    const { metadata, status } = await f.get<ClassObject>('GatewayClass', f.className);
    assert.deepEqual([metadata.finalizers, metadata.deletionTimestamp !== undefined], [[gatewaysExist], true]);
    assert.equal(condition(status, 'Accepted').observedGeneration, metadata.generation);
    assert.deepEqual(await f.get('Gateway', 'gw'), before);
    assert.deepEqual(await serviceNames(f), ['web']);
    await f.delete('Gateway', 'gw');
    await f.settle();
    assert.equal(await f.find('GatewayClass', f.className), undefined);
    assert.deepEqual(await serviceNames(f), []);
  });

  test('whose last Gateway went while the controller was down is let go by the next one', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'));
    await (await f.run()).stop();
    await f.delete('GatewayClass', f.className);
    await f.delete('Gateway', 'gw');
    await f.run();
    assert.equal(await f.find('GatewayClass', f.className), undefined);
  });

  test('that becomes another controller’s leaves no mark of ours on its Gateways', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), route(f, 'made', made));
    await f.run();
    await f.deleteByForce('GatewayClass', f.className);
    await f.createClass('somebody.else/controller');
    await f.settle();
    const { spec, metadata } = await f.get<GatewayObject>('Gateway', 'gw');
    assert.equal(spec.addresses, undefined);
    assert.deepEqual([metadata.labels ?? {}, metadata.annotations ?? {}], [{}, {}]);
    assert.deepEqual(await serviceNames(f), []);
  });
});
