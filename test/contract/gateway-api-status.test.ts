import assert from 'node:assert/strict';
import { it } from 'node:test';
import { at } from '../support/server.ts';
import { contract, GATEWAY_API, refused } from './contract.ts';

const TIME = '2026-01-02T03:04:05Z';

function condition(type: string, rest: object = {}): object {
  return {
    type,
    status: 'True',
    reason: 'Accepted',
    message: '',
    lastTransitionTime: TIME,
    observedGeneration: 1,
    ...rest,
  };
}

function listenerStatus(name: string): object {
  return { name, attachedRoutes: 0, conditions: [], supportedKinds: [{ kind: 'TCPRoute' }] };
}

contract('The status of a Gateway', (shared) => {
  const target = async () => {
    const manifest = shared.custom('Gateway', {
      gatewayClassName: 'a',
      listeners: [{ name: 'a', port: 80, protocol: 'TCP' }],
    });
    await shared.api.create(manifest);
    return shared.target(GATEWAY_API, 'Gateway', manifest.metadata.name);
  };
  const written = async (status: object) => shared.api.patch(await target(), { status }, { subresource: 'status' });

  it('is kept as it was written, with the defaults of the CRD', async () => {
    const status = {
      addresses: [{ value: '192.0.2.1' }],
      attachedListenerSets: 1,
      conditions: [condition('Accepted')],
      listeners: [listenerStatus('a')],
    };
    assert.deepEqual((await written(status)).status, {
      ...status,
      addresses: [{ type: 'IPAddress', value: '192.0.2.1' }],
      listeners: [
        { ...listenerStatus('a'), supportedKinds: [{ group: 'gateway.networking.k8s.io', kind: 'TCPRoute' }] },
      ],
    });
  });

  it('is not written by a write of the object, nor the object by a write of the status', async () => {
    const gateway = await target();
    await shared.api.patch(gateway, { status: { addresses: [{ value: '192.0.2.1' }] } }, { subresource: 'status' });
    const plain = await shared.api.patch(gateway, { spec: { gatewayClassName: 'b' }, status: { addresses: null } });
    assert.deepEqual(at(plain, 'status', 'addresses'), [{ type: 'IPAddress', value: '192.0.2.1' }]);
    const change = {
      metadata: { labels: { a: 'b' }, annotations: { a: 'b' } },
      spec: { gatewayClassName: 'c' },
      status: { addresses: null },
    };
    const status = await shared.api.patch(gateway, change, { subresource: 'status' });
    assert.equal(at(status, 'spec', 'gatewayClassName'), 'b');
    assert.deepEqual([status.metadata.labels, status.metadata.annotations], [undefined, undefined]);
    assert.equal(at(status, 'status', 'addresses'), undefined);
  });

  it('falls back to waiting when its conditions go', async () => {
    assert.equal(at(await written({ conditions: null }), 'status', 'conditions', 0, 'reason'), 'Pending');
  });

  it('is 409 with an older resource version, also by PUT', async () => {
    const gateway = await target();
    const first = await shared.api.get(gateway);
    await shared.api.patch(gateway, { metadata: { labels: { a: 'b' } } });
    await refused(shared.api.replace(first, { subresource: 'status' }), { code: 409, reason: 'Conflict' });
  });

  it('keeps the resource version where nothing changes', async () => {
    const gateway = await target();
    const first = await shared.api.patch(
      gateway,
      { status: { conditions: [condition('Accepted')] } },
      { subresource: 'status' },
    );
    const second = await shared.api.patch(
      gateway,
      { status: { conditions: [condition('Accepted')] } },
      { subresource: 'status' },
    );
    assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
  });

  it('takes a message of 32768 characters and none longer', async () => {
    await written({ conditions: [condition('Accepted', { message: 'x'.repeat(32_768) })] });
    await refused(written({ conditions: [condition('Accepted', { message: 'x'.repeat(32_769) })] }), {
      code: 422,
      causes: ['status.conditions[0].message: FieldValueTooLong'],
    });
  });

  const bad: { title: string; status: object; cause: string }[] = [
    {
      title: 'a reason with a blank',
      status: { conditions: [condition('A', { reason: 'a b' })] },
      cause: 'status.conditions[0].reason: FieldValueInvalid',
    },
    {
      title: 'an empty reason',
      status: { conditions: [condition('A', { reason: '' })] },
      cause: 'status.conditions[0].reason: FieldValueInvalid',
    },
    {
      title: 'a condition that is maybe',
      status: { conditions: [condition('A', { status: 'Maybe' })] },
      cause: 'status.conditions[0].status: FieldValueNotSupported',
    },
    {
      title: 'a time that is none',
      status: { conditions: [condition('A', { lastTransitionTime: 'now' })] },
      cause: 'status.conditions[0].lastTransitionTime: FieldValueTypeInvalid',
    },
    {
      title: 'a condition of type only',
      status: { conditions: [{ type: 'A' }] },
      cause: 'status.conditions[0].reason: FieldValueRequired',
    },
    {
      title: 'one condition twice',
      status: { conditions: [condition('A'), condition('A')] },
      cause: 'status.conditions[1]: FieldValueDuplicate',
    },
    {
      title: 'nine conditions',
      status: { conditions: Array.from({ length: 9 }, (_, i) => condition(`A${i}`)) },
      cause: 'status.conditions: FieldValueTooMany',
    },
    {
      title: 'an address that is none',
      status: { addresses: [{ value: 'x' }] },
      cause: 'status.addresses[0].value: FieldValueTypeInvalid',
    },
    {
      title: '17 addresses',
      status: { addresses: Array.from({ length: 17 }, (_, i) => ({ value: `192.0.2.${i}` })) },
      cause: 'status.addresses: FieldValueTooMany',
    },
    {
      title: '65 listeners',
      status: { listeners: Array.from({ length: 65 }, (_, i) => listenerStatus(`l${i}`)) },
      cause: 'status.listeners: FieldValueTooMany',
    },
    {
      title: 'a listener without conditions',
      status: { listeners: [{ name: 'a', attachedRoutes: 0 }] },
      cause: 'status.listeners[0].conditions: FieldValueRequired',
    },
  ];
  for (const { title, status, cause } of bad) {
    it(`is 422 with ${title}`, async () => {
      await refused(written(status), { code: 422, causes: [cause] });
    });
  }
});

contract('The status of a route', (shared) => {
  const rules = [{ backendRefs: [{ name: 's', port: 80 }] }];
  const parent = (rest: object = {}) => ({
    controllerName: 'a.example/b',
    parentRef: { name: 'g' },
    conditions: [condition('Accepted')],
    ...rest,
  });
  const written = async (status: object) => {
    const manifest = shared.custom('TCPRoute', { rules });
    await shared.api.create(manifest);
    return shared.api.patch(
      shared.target(GATEWAY_API, 'TCPRoute', manifest.metadata.name),
      { status },
      { subresource: 'status' },
    );
  };

  it('has its parents, with the defaults of a parentRef', async () => {
    const parentRef = { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'g' };
    assert.deepEqual((await written({ parents: [parent()] })).status, { parents: [parent({ parentRef })] });
    assert.deepEqual((await written({ parents: [] })).status, { parents: [] });
  });

  const bad: { title: string; status: object; cause: string }[] = [
    { title: 'no parents', status: {}, cause: 'status.parents: FieldValueRequired' },
    {
      title: 'a controller without a path',
      status: { parents: [parent({ controllerName: 'b' })] },
      cause: 'status.parents[0].controllerName: FieldValueInvalid',
    },
    {
      title: 'a parent without conditions',
      status: { parents: [parent({ conditions: [] })] },
      cause: 'status.parents[0].conditions: FieldValueInvalid',
    },
    {
      title: '33 parents',
      status: { parents: Array.from({ length: 33 }, () => parent()) },
      cause: 'status.parents: FieldValueTooMany',
    },
  ];
  for (const { title, status, cause } of bad) {
    it(`is 422 with ${title}`, async () => {
      await refused(written(status), { code: 422, causes: [cause] });
    });
  }

  it('is there for kinds that have one only', async () => {
    const spec = { from: [{ group: 'a', kind: 'B', namespace: 'c' }], to: [{ group: '', kind: 'Service' }] };
    const grant = shared.custom('ReferenceGrant', spec);
    await shared.api.create(grant);
    const target = shared.target(GATEWAY_API, 'ReferenceGrant', grant.metadata.name);
    await refused(shared.api.patch(target, { status: {} }, { subresource: 'status' }), { code: 404 });
  });
});
