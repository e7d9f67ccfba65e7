import assert from 'node:assert/strict';
import { it } from 'node:test';
import { at } from '../support/server.ts';
import { contract, GATEWAY_API, refused } from './contract.ts';

const WAITING = {
  lastTransitionTime: '1970-01-01T00:00:00Z',
  message: 'Waiting for controller',
  reason: 'Pending',
  status: 'Unknown',
};

function listener(name: string, port: unknown, rest: object = {}): object {
  return { name, port, protocol: 'TCP', ...rest };
}

function gatewaySpec(listeners: object[], rest: object = {}): object {
  return { gatewayClassName: 'any', listeners, ...rest };
}

const ONE = [listener('a', 80)];
const addresses = (...values: object[]) => gatewaySpec(ONE, { addresses: values });
const RULES = [{ backendRefs: [{ name: 's', port: 80 }] }];

contract('Gateway API objects', (shared) => {
  it('get the defaults of a Gateway, and wait for a controller', async () => {
    const manifest = {
      ...shared.custom('Gateway', gatewaySpec([...ONE, listener('b', 80, { protocol: 'UDP' })])),
      status: { addresses: [] },
    };
    const gateway = await shared.api.create(manifest);
    assert.deepEqual(at(gateway, 'spec', 'listeners', 0, 'allowedRoutes'), { namespaces: { from: 'Same' } });
    assert.deepEqual(gateway.status, {
      conditions: [
        { ...WAITING, type: 'Accepted' },
        { ...WAITING, type: 'Programmed' },
      ],
    });
    assert.equal(gateway.metadata.generation, 1);
  });

  it('take a Gateway that asks for any address, or several', async () => {
    const gateway = await shared.api.create(
      shared.custom('Gateway', addresses({}, { value: '192.0.2.1' }, { value: 'fd00::1' })),
    );
    assert.deepEqual(at(gateway, 'spec', 'addresses'), [
      { type: 'IPAddress' },
      { type: 'IPAddress', value: '192.0.2.1' },
      { type: 'IPAddress', value: 'fd00::1' },
    ]);
  });

  it('get the defaults of a route, and no status', async () => {
    const route = await shared.api.create(shared.custom('TCPRoute', { parentRefs: [{ name: 'g' }], rules: RULES }));
    assert.deepEqual(route.spec, {
      parentRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'g' }],
      rules: [{ backendRefs: [{ group: '', kind: 'Service', name: 's', port: 80, weight: 1 }] }],
    });
    assert.equal(route.status, undefined);
  });

  it('take a route whose backend is no Service without a port, and sections of one parent', async () => {
    const parentRefs = [
      { name: 'g', sectionName: 'a' },
      { name: 'g', sectionName: 'b' },
      { name: 'g', namespace: 'other' },
    ];
    await shared.api.create(
      shared.custom('UDPRoute', { parentRefs, rules: [{ backendRefs: [{ group: 'a.b', kind: 'C', name: 'd' }] }] }),
    );
  });

  it('are 400 with unknown fields under fieldValidation=Strict', async () => {
    const gateway = shared.custom('Gateway', gatewaySpec([listener('a', 80, { bogus: 1 })], { other: 1 }));
    await refused(shared.api.create(gateway, { fieldValidation: 'Strict' }), {
      code: 400,
      message: /strict decoding error: unknown field "spec.listeners\[0\].bogus", unknown field "spec.other"/,
    });
    const service = shared.service({ ports: [{ port: 80 }], bogus: 1 });
    await refused(shared.api.create(service, { fieldValidation: 'Strict' }), {
      code: 400,
      message: /unknown field "spec.bogus"/,
    });
  });

  it('lose unknown fields and nulls', async () => {
    const gateway = await shared.api.create(
      shared.custom('Gateway', { ...gatewaySpec([listener('a', 80, { bogus: 1 })]), bogus: 1, addresses: null }),
    );
    assert.deepEqual(Object.keys(gateway.spec ?? {}).sort(), ['gatewayClassName', 'listeners']);
    assert.equal(at(gateway, 'spec', 'listeners', 0, 'bogus'), undefined);
  });

  it('count a generation for a change of the spec, and for nothing else', async () => {
    const manifest = shared.custom('Gateway', gatewaySpec(ONE));
    await shared.api.create(manifest);
    const target = shared.target(GATEWAY_API, 'Gateway', manifest.metadata.name);
    const generation = async (patch: object, subresource = '') =>
      (await shared.api.patch(target, patch, { subresource })).metadata.generation;
    assert.equal(await generation({ metadata: { labels: { a: 'b' } } }), 1);
    assert.equal(await generation({ spec: { gatewayClassName: 'other' } }), 2);
    assert.equal(await generation({ spec: { gatewayClassName: 'other' } }), 2);
    assert.equal(await generation({ status: { addresses: [{ value: '192.0.2.1' }] } }, 'status'), 2);
  });

  it('of class GatewayClass keep their controllerName for ever', async () => {
    const name = shared.name('class');
    const target = { apiVersion: GATEWAY_API, kind: 'GatewayClass', name };
    shared.cleanUp(target);
    const created = await shared.api.create({ ...target, metadata: { name }, spec: { controllerName: 'a.example/b' } });
    assert.deepEqual(created.status, { conditions: [{ ...WAITING, type: 'Accepted' }] });
    const change = shared.api.patch(target, { spec: { controllerName: 'a.example/c' } });
    await refused(change, { code: 422, causes: ['spec.controllerName: FieldValueInvalid'] });
    await refused(
      shared.api.create({ ...target, metadata: { name: `${name}-x` }, spec: { controllerName: 'nopath' } }),
      { code: 422 },
    );
  });

  it('are read and written alike in every version that is served', async () => {
    const manifest = shared.custom('Gateway', gatewaySpec(ONE));
    const created = await shared.api.create(manifest);
    const beta = { ...shared.target('gateway.networking.k8s.io/v1beta1', 'Gateway', manifest.metadata.name) };
    assert.deepEqual(await shared.api.get(beta), { ...created, apiVersion: beta.apiVersion });
    const changed = await shared.api.patch(beta, { spec: { gatewayClassName: 'beta' } });
    assert.equal(changed.apiVersion, beta.apiVersion);
    const target = shared.target(GATEWAY_API, 'Gateway', manifest.metadata.name);
    assert.equal(at(await shared.api.get(target), 'spec', 'gatewayClassName'), 'beta');
  });

  it('are 404 in a version that is not served', async () => {
    await assert.rejects(shared.api.list(shared.target('gateway.networking.k8s.io/v1alpha2', 'TCPRoute')));
    const answer = await shared.api.raw(
      'GET',
      `/apis/gateway.networking.k8s.io/v1alpha2/namespaces/${shared.namespace}/tcproutes`,
    );
    assert.equal(answer.code, 404);
  });

  it('must name their kind and version', async () => {
    const { apiVersion: _version, kind: _kind, ...bare } = shared.custom('Gateway', gatewaySpec(ONE));
    const path = `/apis/${GATEWAY_API}/namespaces/${shared.namespace}/gateways`;
    const answer = await shared.api.raw('POST', path, JSON.stringify(bare), { 'content-type': 'application/json' });
    assert.equal(answer.code, 400);
  });
});
