import assert from 'node:assert/strict';
import { it } from 'node:test';
import { at } from '../support/server.ts';
import { contract, refused } from './contract.ts';

const JSON_PATCH = { type: 'application/json-patch+json' };
const STRATEGIC = { type: 'application/strategic-merge-patch+json' };

contract('Patches', (shared) => {
  const patched = async (data: object, patch: object, options: object = {}) => {
    const { metadata } = await shared.api.create(shared.configMap(shared.name(), { data }));
    return shared.api.patch(shared.target('v1', 'ConfigMap', metadata.name), patch, options);
  };

  it('of type merge set, keep and remove members', async () => {
    const object = await patched({ a: '1', b: '2' }, { data: { a: null, c: '3' } });
    assert.deepEqual(at(object, 'data'), { b: '2', c: '3' });
  });

  it('of type JSON patch add, replace, remove, copy, move and test', async () => {
    const operations = [
      { op: 'test', path: '/data/a', value: '1' },
      { op: 'add', path: '/data/x~1y', value: 'z' },
      { op: 'copy', from: '/data/a', path: '/data/copied' },
      { op: 'move', from: '/data/b', path: '/data/moved' },
      { op: 'replace', path: '/data/a', value: '9' },
      { op: 'remove', path: '/data/x~1y' },
    ];
    const object = await patched({ a: '1', b: '2' }, operations, JSON_PATCH);
    assert.deepEqual(at(object, 'data'), { a: '9', copied: '1', moved: '2' });
  });

  it('of type JSON patch are 422 where a test fails or a path is absent', async () => {
    await refused(patched({ a: '1' }, [{ op: 'test', path: '/data/a', value: '2' }], JSON_PATCH), { code: 422 });
    await refused(patched({ a: '1' }, [{ op: 'remove', path: '/data/b' }], JSON_PATCH), { code: 422 });
  });

  it('of type strategic merge merge the ports of a Service by their number', async () => {
    const ports = [
      { name: 'a', port: 80 },
      { name: 'b', port: 81 },
    ];
    const { metadata } = await shared.api.create(shared.service({ ports }));
    const patch = {
      spec: {
        ports: [
          { port: 81, targetPort: 8081 },
          { port: 82, name: 'c' },
        ],
      },
    };
    const object = await shared.api.patch(shared.target('v1', 'Service', metadata.name), patch, STRATEGIC);
    const all = at(object, 'spec', 'ports');
    assert(Array.isArray(all));
    assert.deepEqual(
      new Map(all.map((port) => [at(port, 'name'), at(port, 'targetPort')])),
      new Map<unknown, unknown>([
        ['a', 80],
        ['b', 8081],
        ['c', 82],
      ]),
    );
  });

  it('of type strategic merge are 415 for custom resources', async () => {
    const target = shared.target('gateway.networking.k8s.io/v1', 'Gateway', 'any');
    const spec = { gatewayClassName: 'x', listeners: [{ name: 'a', port: 80, protocol: 'TCP' }] };
    await shared.api.create(shared.custom('Gateway', spec, 'any'));
    await refused(shared.api.patch(target, { spec: {} }, STRATEGIC), { code: 415, reason: 'UnsupportedMediaType' });
  });

  it('of an unknown type are 415', async () => {
    await refused(patched({}, {}, { type: 'application/json' }), { code: 415 });
  });

  it('without a resource version never conflict', async () => {
    const { metadata } = await shared.api.create(shared.configMap());
    const target = shared.target('v1', 'ConfigMap', metadata.name);
    const keys = Array.from({ length: 10 }, (_, index) => `k${index}`);
    await Promise.all(keys.map((key) => shared.api.patch(target, { data: { [key]: '1' } })));
    assert.deepEqual(Object.keys(at(await shared.api.get(target), 'data') ?? {}).sort(), keys);
  });
});

contract('Server-side apply', (shared) => {
  const apply = (name: string, manager: string, configuration: object, force = 'false') => {
    const manifest = { apiVersion: 'v1', kind: 'Service', metadata: { name }, ...configuration };
    const query = { fieldManager: manager, force };
    return shared.api.patch(shared.target('v1', 'Service', name), manifest, {
      type: 'application/apply-patch+yaml',
      query,
    });
  };
  const metadata = (name: string, labels: object) => ({ metadata: { name, labels } });
  const spec = { ports: [{ name: 'x', port: 80 }] };

  it('creates an object that is not there', async () => {
    assert.deepEqual(at(await apply('new', 'one', { spec }), 'spec', 'ports', 0, 'protocol'), 'TCP');
  });

  it('removes what its manager applied before and leaves out now', async () => {
    await apply('left', 'one', {
      ...metadata('left', { a: '1', b: '2' }),
      spec: { ports: [...spec.ports, { name: 'y', port: 81 }] },
    });
    const object = await apply('left', 'one', { ...metadata('left', { a: '1' }), spec });
    assert.deepEqual(object.metadata.labels, { a: '1' });
    assert.equal(at(object, 'spec', 'ports', 1), undefined);
  });

  it('is 409 where it would change a field of another manager, unless forced', async () => {
    await apply('taken', 'one', { ...metadata('taken', { a: '1' }), spec });
    const error = await refused(apply('taken', 'two', metadata('taken', { a: '2' })), {
      code: 409,
      reason: 'Conflict',
    });
    assert.deepEqual(at(error.body, 'details', 'causes'), [
      { reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.metadata.labels.a' },
    ]);
    assert.deepEqual((await apply('taken', 'two', metadata('taken', { a: '2' }), 'true')).metadata.labels, { a: '2' });
  });

  it('keeps a field that another manager has applied too', async () => {
    await apply('shared', 'one', { ...metadata('shared', { a: '1' }), spec });
    await apply('shared', 'two', metadata('shared', { a: '1' }));
    assert.deepEqual((await apply('shared', 'one', { metadata: { name: 'shared' }, spec })).metadata.labels, {
      a: '1',
    });
    assert.equal((await apply('shared', 'two', { metadata: { name: 'shared' } })).metadata.labels, undefined);
  });

  it('sees other writes as owners', async () => {
    await apply('patched', 'one', { spec: { ...spec, selector: { a: '1' } } });
    await shared.api.patch(
      shared.target('v1', 'Service', 'patched'),
      { spec: { selector: { a: '2' } } },
      { query: { fieldManager: 'hand' } },
    );
    const again = apply('patched', 'one', { spec: { ...spec, selector: { a: '1' } } });
    await refused(again, { code: 409, causes: ['.spec.selector: FieldManagerConflict'] });
  });

  it('is 422 without a manager', async () => {
    const target = shared.target('v1', 'Service', 'none');
    const manifest = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'none' }, spec };
    await refused(shared.api.patch(target, manifest, { type: 'application/apply-patch+yaml' }), { code: 422 });
  });
});
