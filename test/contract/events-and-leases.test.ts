import assert from 'node:assert/strict';
import { it } from 'node:test';
import { at } from '../support/server.ts';
import { contract, refused } from './contract.ts';

const TIME = '2026-01-02T03:04:05.000000Z';

contract('Events', (shared) => {
  const { namespace } = shared;
  const event = (rest: object = {}) => ({
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: shared.name('event'), namespace },
    eventTime: TIME,
    reportingController: 'a.example/b',
    reportingInstance: 'one',
    action: 'Do',
    reason: 'Done',
    type: 'Normal',
    note: 'it is done',
    regarding: { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace },
    ...rest,
  });

  it('of events.k8s.io are seen as core Events too', async () => {
    const created = await shared.api.create(event());
    const core = await shared.api.get(shared.target('v1', 'Event', created.metadata.name));
    assert.equal(at(core, 'message'), 'it is done');
    assert.equal(at(core, 'involvedObject', 'name'), 'a');
    assert.equal(at(core, 'reportingComponent'), 'a.example/b');
    assert.equal(core.metadata.uid, created.metadata.uid);
    const found = await shared.api.list(shared.target('v1', 'Event'), {
      fieldSelector: `involvedObject.name=a,metadata.name=${created.metadata.name}`,
    });
    assert.equal(found.items.length, 1);
  });

  it('become a series, and change in nothing else', async () => {
    const { metadata } = await shared.api.create(event());
    const target = shared.target('events.k8s.io/v1', 'Event', metadata.name);
    const series = { count: 2, lastObservedTime: TIME };
    assert.deepEqual(at(await shared.api.patch(target, { series }), 'series'), series);
    await refused(shared.api.patch(target, { note: 'other' }), { code: 422 });
  });

  const bad: { title: string; rest: object; code?: number; cause?: string }[] = [
    {
      title: 'a note of more than 1024 characters',
      rest: { note: 'x'.repeat(1025) },
      cause: 'message: FieldValueInvalid',
    },
    { title: 'no reason', rest: { reason: '' }, cause: 'reason: FieldValueRequired' },
    { title: 'no action', rest: { action: '' }, cause: 'action: FieldValueRequired' },
    { title: 'no reporting instance', rest: { reportingInstance: '' }, cause: 'reportingInstance: FieldValueRequired' },
    {
      title: 'a reporting instance of 129 characters',
      rest: { reportingInstance: 'x'.repeat(129) },
      cause: 'reportingInstance: FieldValueInvalid',
    },
    {
      title: 'a reporting controller with a blank',
      rest: { reportingController: 'a b' },
      cause: 'reportingController: FieldValueInvalid',
    },
    { title: 'an unknown type', rest: { type: 'Other' }, cause: 'type: FieldValueInvalid' },
    { title: 'a time of milliseconds', rest: { eventTime: '2026-01-02T03:04:05.123Z' }, code: 400 },
    { title: 'a time of whole seconds', rest: { eventTime: '2026-01-02T03:04:05Z' }, code: 400 },
  ];
  for (const { title, rest, code = 422, cause } of bad) {
    it(`are ${code} with ${title}`, async () => {
      await refused(shared.api.create(event(rest)), { code, causes: cause === undefined ? [] : [cause] });
    });
  }

  it('about an object without a namespace live in default or kube-system', async () => {
    const regarding = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'GatewayClass', name: 'a' };
    await refused(shared.api.create(event({ regarding })), {
      code: 422,
      causes: ['involvedObject.namespace: FieldValueInvalid'],
    });
    const metadata = { name: shared.name('event'), namespace: 'default' };
    await shared.api.create(event({ regarding, metadata }));
    await shared.api.delete({ apiVersion: 'events.k8s.io/v1', kind: 'Event', ...metadata });
  });
});

contract('Leases', (shared) => {
  const lease = (spec: object, name = shared.name('lease')) => ({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: shared.namespace },
    spec,
  });

  it('are updated only under their last resource version', async () => {
    const created = await shared.api.create(
      lease({ holderIdentity: 'one', leaseDurationSeconds: 15, renewTime: TIME }),
    );
    const spec = { holderIdentity: 'two' };
    await refused(shared.api.replace(lease(spec, created.metadata.name)), { code: 422 });
    const updated = await shared.api.replace({ ...created, spec });
    await refused(shared.api.replace({ ...created, spec: { holderIdentity: 'three' } }), { code: 409 });
    assert.deepEqual(updated.spec, spec);
  });

  it('take times of microseconds only', async () => {
    await refused(shared.api.create(lease({ renewTime: '2026-01-02T03:04:05.123Z' })), { code: 400 });
    await refused(shared.api.create(lease({ acquireTime: '2026-01-02T03:04:05Z' })), { code: 400 });
  });

  it('last longer than no time', async () => {
    await refused(shared.api.create(lease({ leaseDurationSeconds: 0 })), {
      code: 422,
      causes: ['spec.leaseDurationSeconds: FieldValueInvalid'],
    });
  });
});

contract('EndpointSlices', (shared) => {
  const slice = (rest: object, name = shared.name('slice')) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace: shared.namespace },
    addressType: 'IPv4',
    ...rest,
  });

  it('get the defaults of a port, and count their generation with labels too', async () => {
    const created = await shared.api.create(
      slice({ endpoints: [{ addresses: ['192.0.2.1'] }], ports: [{ port: 80 }] }),
    );
    assert.deepEqual(at(created, 'ports'), [{ name: '', port: 80, protocol: 'TCP' }]);
    assert.deepEqual(at(created, 'endpoints'), [{ addresses: ['192.0.2.1'], conditions: {} }]);
    const target = shared.target('discovery.k8s.io/v1', 'EndpointSlice', created.metadata.name);
    const ready = await shared.api.patch(target, {
      endpoints: [{ addresses: ['192.0.2.1'], conditions: { ready: true } }],
    });
    const labelled = await shared.api.patch(target, { metadata: { labels: { a: 'b' } } });
    assert.deepEqual(
      [created, ready, labelled].map(({ metadata }) => metadata.generation),
      [1, 2, 3],
    );
  });

  const bad: { title: string; rest: object; cause: string }[] = [
    { title: 'no address type', rest: { addressType: undefined }, cause: 'addressType: FieldValueRequired' },
    {
      title: 'an IPv6 address among IPv4',
      rest: { endpoints: [{ addresses: ['fd00::1'] }] },
      cause: 'endpoints[0].addresses: FieldValueInvalid',
    },
    {
      title: 'an endpoint without address',
      rest: { endpoints: [{ addresses: [] }] },
      cause: 'endpoints[0].addresses: FieldValueRequired',
    },
    {
      title: 'two ports of one name',
      rest: { ports: [{ port: 1 }, { port: 2 }] },
      cause: 'ports[1].name: FieldValueDuplicate',
    },
  ];
  for (const { title, rest, cause } of bad) {
    it(`are 422 with ${title}`, async () => {
      await refused(shared.api.create(slice(rest)), { code: 422, causes: [cause] });
    });
  }

  it('keep their address type for ever', async () => {
    const { metadata } = await shared.api.create(slice({}));
    const target = shared.target('discovery.k8s.io/v1', 'EndpointSlice', metadata.name);
    await refused(shared.api.patch(target, { addressType: 'IPv6' }), {
      code: 422,
      causes: ['addressType: FieldValueInvalid'],
    });
  });
});
