import assert from 'node:assert/strict';
import { it } from 'node:test';
import { at, pathOf } from '../support/server.ts';
import { contract, refused } from './contract.ts';

contract('Objects', (shared) => {
  const { namespace } = shared;
  const configMap = (name: string) => shared.target('v1', 'ConfigMap', name);

  it('get a uid, a creation time and a resource version when they are created', async () => {
    const created = await shared.api.create(shared.configMap('created', { data: { a: '1' } }));
    assert.match(created.metadata.uid, /^[0-9a-f-]{36}$/);
    assert.match(created.metadata.creationTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert(Number(created.metadata.resourceVersion) > 0);
    assert.equal(created.metadata.namespace, namespace);
    assert.equal(created.metadata.generation, undefined);
    assert.deepEqual((await shared.api.get(configMap('created'))).metadata.uid, created.metadata.uid);
  });

  it('get a name from generateName', async () => {
    const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'gen-', namespace } };
    assert.match((await shared.api.create(manifest)).metadata.name, /^gen-[a-z0-9]{5}$/);
  });

  it('are 409 AlreadyExists on a second creation', async () => {
    await shared.api.create(shared.configMap('twice'));
    await refused(shared.api.create(shared.configMap('twice')), { code: 409, reason: 'AlreadyExists' });
  });

  it('are 404 NotFound where they do not exist', async () => {
    const error = await refused(shared.api.get(configMap('absent')), { code: 404, reason: 'NotFound' });
    assert.deepEqual(error.body.details, { name: 'absent', kind: 'configmaps' });
    await refused(shared.api.patch(configMap('absent'), {}), { code: 404 });
    await refused(shared.api.replace(shared.configMap('absent')), { code: 404 });
    await refused(shared.api.delete(configMap('absent')), { code: 404 });
  });

  const badNames = ['Upper', 'under_score', '-dash', 'a'.repeat(254), ''];
  for (const name of badNames) {
    it(`are 422 under the name ${JSON.stringify(name.slice(0, 12))}`, async () => {
      await refused(shared.api.create(shared.configMap(name)), { code: 422, reason: 'Invalid' });
    });
  }

  const badMetadata = [
    { title: 'a label key with a blank', metadata: { labels: { 'a b': 'x' } }, field: 'metadata.labels' },
    { title: 'a label value with a colon', metadata: { labels: { a: 'fd00::1' } }, field: 'metadata.labels' },
    { title: 'a label value of 64 characters', metadata: { labels: { a: 'x'.repeat(64) } }, field: 'metadata.labels' },
    {
      title: 'an annotation key with two slashes',
      metadata: { annotations: { 'a/b/c': '' } },
      field: 'metadata.annotations',
    },
  ];
  for (const { title, metadata, field } of badMetadata) {
    it(`are 422 with ${title}`, async () => {
      const manifest = { ...shared.configMap(), metadata: { ...shared.configMap().metadata, ...metadata } };
      await refused(shared.api.create(manifest), { code: 422, causes: [`${field}: FieldValueInvalid`] });
    });
  }

  it('are 422 with more than 256 KiB of annotations', async () => {
    const metadata = { ...shared.configMap().metadata, annotations: { a: 'x'.repeat(256 * 1024) } };
    await refused(shared.api.create({ ...shared.configMap(), metadata }), {
      code: 422,
      causes: ['metadata.annotations: FieldValueTooLong'],
    });
  });

  it('are 400 with a label that is no text', async () => {
    const metadata = { ...shared.configMap().metadata, labels: { a: 1 } };
    await refused(shared.api.create({ ...shared.configMap(), metadata }), { code: 400, reason: 'BadRequest' });
  });

  it('are 422 with an owner reference that lacks a uid', async () => {
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'a' };
    const metadata = { ...shared.configMap().metadata, ownerReferences: [owner] };
    await refused(shared.api.create({ ...shared.configMap(), metadata }), {
      code: 422,
      causes: ['metadata.ownerReferences[0].uid: FieldValueRequired'],
    });
  });

  it('are 400 in another namespace than that of the path', async () => {
    const path = pathOf({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default' });
    const body = JSON.stringify(shared.configMap());
    assert.equal((await shared.api.raw('POST', path, body, { 'content-type': 'application/json' })).code, 400);
  });

  it('are 409 Conflict when a write names an older resource version', async () => {
    const first = await shared.api.create(shared.configMap('stale'));
    await shared.api.patch(configMap('stale'), { data: { a: '1' } });
    const { resourceVersion } = first.metadata;
    const stale = { ...shared.configMap('stale'), metadata: { name: 'stale', namespace, resourceVersion } };
    await refused(shared.api.replace(stale), {
      code: 409,
      reason: 'Conflict',
      message: /the object has been modified/,
    });
    await refused(shared.api.patch(configMap('stale'), { metadata: { resourceVersion }, data: { a: '2' } }), {
      code: 409,
    });
  });

  it('may be replaced without a resource version if they are built in, and must name it if custom', async () => {
    await shared.api.create(shared.configMap('blind'));
    await shared.api.replace(shared.configMap('blind', { data: { a: '1' } }));
    const grant = shared.custom('ReferenceGrant', {
      from: [{ group: 'a', kind: 'B', namespace: 'c' }],
      to: [{ group: '', kind: 'Service' }],
    });
    await shared.api.create(grant);
    await refused(shared.api.replace(grant), { code: 422, causes: ['metadata.resourceVersion: FieldValueInvalid'] });
  });

  it('keep their resource version over a write that changes nothing', async () => {
    const created = await shared.api.create(shared.configMap('same', { data: { a: '1' } }));
    const patched = await shared.api.patch(configMap('same'), { data: { a: '1' } });
    const replaced = await shared.api.replace(shared.configMap('same', { data: { a: '1' } }));
    assert.equal(patched.metadata.resourceVersion, created.metadata.resourceVersion);
    assert.equal(replaced.metadata.resourceVersion, created.metadata.resourceVersion);
  });

  it('keep uid and creation time whatever a write says', async () => {
    const created = await shared.api.create(shared.configMap('fixed'));
    const patched = await shared.api.patch(configMap('fixed'), {
      metadata: { creationTimestamp: '2001-01-01T00:00:00Z', labels: { a: 'b' } },
    });
    assert.equal(patched.metadata.creationTimestamp, created.metadata.creationTimestamp);
    await refused(shared.api.patch(configMap('fixed'), { metadata: { uid: 'other' } }), { code: 422 });
  });

  it('stay as they were under dryRun', async () => {
    await shared.api.create(shared.configMap('dry'), { dryRun: 'All' });
    await refused(shared.api.get(configMap('dry')), { code: 404 });
    await shared.api.create(shared.configMap('dry'));
    await shared.api.patch(configMap('dry'), { data: { a: '1' } }, { query: { dryRun: 'All' } });
    assert.equal(at(await shared.api.get(configMap('dry')), 'data'), undefined);
  });

  it('are deleted only under the uid and version of the preconditions', async () => {
    const created = await shared.api.create(shared.configMap('guarded'));
    const other = { preconditions: { uid: '00000000-0000-0000-0000-000000000000' } };
    await refused(shared.api.delete(configMap('guarded'), other), { code: 409, reason: 'Conflict' });
    await refused(shared.api.delete(configMap('guarded'), { preconditions: { resourceVersion: '1' } }), { code: 409 });
    await shared.api.delete(configMap('guarded'), { preconditions: { uid: created.metadata.uid } });
    await refused(shared.api.get(configMap('guarded')), { code: 404 });
  });

  it('with finalizers are marked, take no new finalizer, and go with the last one', async () => {
    const manifest = {
      ...shared.configMap('held'),
      metadata: { name: 'held', namespace, finalizers: ['a.example/b'] },
    };
    await shared.api.create(manifest);
    const marked = await shared.api.delete(configMap('held'));
    assert(marked.metadata.deletionTimestamp);
    const again = await shared.api.delete(configMap('held'));
    assert.equal(again.metadata.resourceVersion, marked.metadata.resourceVersion);
    const more = { metadata: { finalizers: ['a.example/b', 'a.example/c'] } };
    await refused(shared.api.patch(configMap('held'), more), {
      code: 422,
      causes: ['metadata.finalizers: FieldValueForbidden'],
    });
    await shared.api.patch(configMap('held'), { metadata: { finalizers: null } });
    await refused(shared.api.get(configMap('held')), { code: 404 });
  });

  it('that are built in take only finalizers that name a group', async () => {
    const metadata = { name: 'short', namespace, finalizers: ['short'] };
    await refused(shared.api.create({ ...shared.configMap('short'), metadata }), {
      code: 422,
      causes: ['metadata.finalizers[0]: FieldValueInvalid'],
    });
  });

  it('lose empty maps and unknown fields of their metadata', async () => {
    const metadata = {
      name: 'bare',
      namespace,
      labels: {},
      annotations: {},
      finalizers: [],
      ownerReferences: [],
      bogus: 1,
    };
    const { metadata: kept } = await shared.api.create({ ...shared.configMap('bare'), metadata });
    for (const field of ['labels', 'annotations', 'finalizers', 'ownerReferences', 'bogus'])
      assert.equal(kept[field], undefined);
  });

  it('count a deletion that waits as a generation, if they count any', async () => {
    const spec = { gatewayClassName: 'x', listeners: [{ name: 'a', port: 80, protocol: 'TCP' }] };
    const gateway = shared.custom('Gateway', spec);
    const { name } = gateway.metadata;
    await shared.api.create({ ...gateway, metadata: { ...gateway.metadata, finalizers: ['a.example/b'] } });
    const marked = await shared.api.delete({ ...gateway, namespace, name });
    assert.equal(marked.metadata.generation, 2);
    await shared.api.patch({ ...gateway, namespace, name }, { metadata: { finalizers: null } });
  });

  it('of most kinds answer their deletion with a Status, Services with themselves', async () => {
    await shared.api.create(shared.configMap('status'));
    const status = await shared.api.delete(configMap('status'));
    assert.deepEqual(
      [status.kind, at(status, 'status'), at(status, 'details', 'name')],
      ['Status', 'Success', 'status'],
    );
    const service = shared.service({ ports: [{ port: 80 }] });
    await shared.api.create(service);
    assert.equal((await shared.api.delete(shared.target('v1', 'Service', service.metadata.name))).kind, 'Service');
  });

  it('that are ConfigMaps hold at most 1 MiB, of texts, under plain keys', async () => {
    await refused(shared.api.create(shared.configMap('big', { data: { a: 'x'.repeat(1024 * 1024 + 1) } })), {
      code: 422,
    });
    await refused(shared.api.create(shared.configMap('key', { data: { 'a b': '' } })), {
      code: 422,
      causes: ['data[a b]: FieldValueInvalid'],
    });
    await refused(shared.api.create(shared.configMap('number', { data: { a: 1 } })), { code: 400 });
    await shared.api.create(shared.configMap('full', { data: { a: 'x'.repeat(1024 * 1024) } }));
  });
});
