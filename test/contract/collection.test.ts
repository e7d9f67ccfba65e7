import assert from 'node:assert/strict';
import { it } from 'node:test';
import { eventually, type TestObject } from '../support/server.ts';
import { contract, refused } from './contract.ts';

contract('The garbage collector', (shared) => {
  const { namespace } = shared;
  const target = (name: string) => shared.target('v1', 'ConfigMap', name);
  const owner = ({ apiVersion, kind, metadata }: TestObject, rest: object = {}) => ({
    apiVersion,
    kind,
    name: metadata.name,
    uid: metadata.uid,
    ...rest,
  });
  const owned = (name: string, ownerReferences: object[]) => {
    return shared.api.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, ownerReferences } });
  };
  const gone = (name: string) => eventually(async () => (await shared.api.find(target(name))) === undefined, 30_000);

  it('deletes what belongs to a deleted object', async () => {
    const parent = await shared.api.create(shared.service({ ports: [{ port: 80 }] }));
    await owned('child', [owner(parent)]);
    await shared.api.delete(shared.target('v1', 'Service', parent.metadata.name));
    await gone('child');
  });

  it('deletes what belongs to a deleted custom resource', async () => {
    const parent = await shared.api.create(
      shared.custom('TCPRoute', { rules: [{ backendRefs: [{ name: 's', port: 80 }] }] }),
    );
    await owned('child-of-custom', [owner(parent)]);
    await shared.api.delete({ ...parent, namespace, name: parent.metadata.name });
    await gone('child-of-custom');
  });

  it('deletes an object whose owner has another uid, or is not in its namespace', async () => {
    const parent = await shared.api.create(shared.configMap('parent'));
    await owned('wrong-uid', [owner(parent, { uid: '00000000-0000-0000-0000-000000000001' })]);
    await owned('elsewhere', [
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'kube-root', uid: '00000000-0000-0000-0000-000000000002' },
    ]);
    await gone('wrong-uid');
    await gone('elsewhere');
  });

  it('keeps an object that has another living owner', async () => {
    const [first, second] = [
      await shared.api.create(shared.configMap('first')),
      await shared.api.create(shared.configMap('second')),
    ];
    await owned('two-owners', [owner(first), owner(second)]);
    await shared.api.delete(target('first'));
    await eventually(async () => {
      const { metadata } = await shared.api.get(target('two-owners'));
      return Array.isArray(metadata.ownerReferences) && metadata.ownerReferences.length === 1;
    }, 30_000);
  });

  it('waits with the owner in foreground deletion for what blocks it', async () => {
    const parent = await shared.api.create(shared.configMap('foreground'));
    const metadata = {
      name: 'blocking',
      namespace,
      finalizers: ['a.example/b'],
      ownerReferences: [owner(parent, { blockOwnerDeletion: true })],
    };
    await shared.api.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
    const marked = await shared.api.delete(target('foreground'), { propagationPolicy: 'Foreground' });
    assert.deepEqual(marked.metadata.finalizers, ['foregroundDeletion']);
    await eventually(
      async () => (await shared.api.get(target('blocking'))).metadata.deletionTimestamp !== undefined,
      30_000,
    );
    assert((await shared.api.get(target('foreground'))).metadata.deletionTimestamp);
    await shared.api.patch(target('blocking'), { metadata: { finalizers: null } });
    await gone('foreground');
  });

  it('leaves orphans alone', async () => {
    const parent = await shared.api.create(shared.configMap('orphaning'));
    await owned('orphan', [owner(parent)]);
    await shared.api.delete(target('orphaning'), { propagationPolicy: 'Orphan' });
    await gone('orphaning');
    assert.equal((await shared.api.get(target('orphan'))).metadata.ownerReferences, undefined);
  });
});

contract('Namespaces', (shared) => {
  const fresh = async () => {
    const name = shared.name('ns');
    const namespace = { apiVersion: 'v1', kind: 'Namespace', name };
    shared.cleanUp(namespace);
    const created = await shared.api.create({ ...namespace, metadata: { name } });
    return { name, namespace, created };
  };
  const configMap = (namespace: string, metadata: object = {}) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace, ...metadata },
  });

  it('carry their name as a label, and are active', async () => {
    const { name, namespace, created } = await fresh();
    assert.deepEqual(created.metadata.labels, { 'kubernetes.io/metadata.name': name });
    assert.deepEqual(created.status, { phase: 'Active' });
    const patched = await shared.api.patch(namespace, { metadata: { labels: null } });
    assert.deepEqual(patched.metadata.labels, { 'kubernetes.io/metadata.name': name });
  });

  it('that do not exist are 404 for what is created in them, and empty when listed', async () => {
    const error = await refused(shared.api.create(configMap(shared.name('absent'))), { code: 404, reason: 'NotFound' });
    assert.match(error.message, /namespaces ".*" not found/);
    assert.deepEqual(
      (await shared.api.list({ apiVersion: 'v1', kind: 'ConfigMap', namespace: shared.name('absent') })).items,
      [],
    );
  });

  it('take their contents with them, and nothing new while they end', async () => {
    const { name, namespace } = await fresh();
    await shared.api.create(configMap(name, { finalizers: ['a.example/b'] }));
    const marked = await shared.api.delete(namespace);
    assert.deepEqual(marked.status, { phase: 'Terminating' });
    const late = shared.api.create(configMap(name, { name: 'late' }));
    await refused(late, { code: 403, reason: 'Forbidden', causes: ['metadata.namespace: NamespaceTerminating'] });
    const held = { apiVersion: 'v1', kind: 'ConfigMap', namespace: name, name: 'a' };
    await eventually(async () => (await shared.api.get(held)).metadata.deletionTimestamp !== undefined, 30_000);
    await shared.api.patch(held, { metadata: { finalizers: null } });
    await eventually(async () => (await shared.api.find(namespace)) === undefined, 30_000);
  });
});
