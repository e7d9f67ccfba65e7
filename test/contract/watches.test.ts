import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { TestWatch, WatchEvent } from '../support/server.ts';
import { contract, GATEWAY_API, refused } from './contract.ts';

const END_OF_INITIAL = 'k8s.io/initial-events-end';

function of(type: string, name: string): (event: WatchEvent) => boolean {
  return (event) => event.type === type && event.object.metadata.name === name;
}

function seen(watch: TestWatch): string[] {
  return watch.events.map(({ type, object }) => `${type} ${object.metadata.name ?? ''}`.trim());
}

contract('Watches', (shared) => {
  const all = shared.target('v1', 'ConfigMap');
  const one = (name: string) => shared.target('v1', 'ConfigMap', name);
  const version = async () => (await shared.api.list(all)).metadata.resourceVersion;
  const labelled = (name: string, labels: object) => ({
    ...shared.configMap(name),
    metadata: { name, namespace: shared.namespace, labels },
  });

  it('tell of creation, change and deletion after a resource version, in order', async () => {
    const watch = await shared.api.watch(all, { resourceVersion: await version() });
    const created = await shared.api.create(shared.configMap('story'));
    const changed = await shared.api.patch(one('story'), { data: { a: '1' } });
    await shared.api.delete(one('story'));
    const last = await watch.next(of('DELETED', 'story'));
    const events = watch.events.filter(({ object }) => object.metadata.name === 'story');
    assert.deepEqual(
      events.map(({ type }) => type),
      ['ADDED', 'MODIFIED', 'DELETED'],
    );
    assert.equal(events[0]?.object.metadata.resourceVersion, created.metadata.resourceVersion);
    assert.equal(events[1]?.object.metadata.resourceVersion, changed.metadata.resourceVersion);
    assert(Number(last.object.metadata.resourceVersion) > Number(changed.metadata.resourceVersion));
    watch.stop();
  });

  it('resume where another one ended', async () => {
    const from = await version();
    await shared.api.create(shared.configMap('missed'));
    const watch = await shared.api.watch(all, { resourceVersion: from });
    await watch.next(of('ADDED', 'missed'));
    watch.stop();
  });

  it('without a resource version begin with what is there', async () => {
    await shared.api.create(shared.configMap('there'));
    const watch = await shared.api.watch(all);
    await watch.next(of('ADDED', 'there'));
    watch.stop();
  });

  it('stream the list and mark its end with a bookmark', async () => {
    await shared.api.create(shared.configMap('listed'));
    const query = { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: 'true' };
    const watch = await shared.api.watch(all, query);
    const end = await watch.next(({ type }) => type === 'BOOKMARK');
    assert.equal(end.object.metadata.annotations?.[END_OF_INITIAL], 'true');
    assert(Number(end.object.metadata.resourceVersion) > 0);
    const listed = (await shared.api.list(all)).items.map(({ metadata }) => `ADDED ${metadata.name}`);
    assert.deepEqual(seen(watch).slice(0, -1).sort(), listed.sort());
    await shared.api.patch(one('listed'), { data: { a: '1' } });
    await watch.next(of('MODIFIED', 'listed'));
    watch.stop();
  });

  it('are 422 for initial events without a match, and for a match without them', async () => {
    await refused(shared.api.watch(all, { sendInitialEvents: 'true' }), { code: 422 });
    await refused(shared.api.watch(all, { resourceVersion: '1', resourceVersionMatch: 'NotOlderThan' }), { code: 422 });
  });

  it('with a label selector show an object that stops matching as deleted, with its last matching state', async () => {
    const watch = await shared.api.watch(all, { resourceVersion: await version(), labelSelector: 'watched=yes' });
    await shared.api.create(labelled('in-and-out', {}));
    await shared.api.patch(one('in-and-out'), { metadata: { labels: { watched: 'yes' } } });
    await watch.next(of('ADDED', 'in-and-out'));
    await shared.api.patch(one('in-and-out'), { data: { a: '1' } });
    await watch.next(of('MODIFIED', 'in-and-out'));
    const left = await shared.api.patch(one('in-and-out'), { metadata: { labels: null } });
    const gone = await watch.next(of('DELETED', 'in-and-out'));
    assert.deepEqual(gone.object.metadata.labels, { watched: 'yes' });
    assert.equal(gone.object.metadata.resourceVersion, left.metadata.resourceVersion);
    watch.stop();
  });

  it('with a field selector follow one object', async () => {
    const watch = await shared.api.watch(all, {
      resourceVersion: await version(),
      fieldSelector: 'metadata.name=single',
    });
    await shared.api.create(shared.configMap('other'));
    await shared.api.create(shared.configMap('single'));
    await watch.next(of('ADDED', 'single'));
    assert.deepEqual(seen(watch), ['ADDED single']);
    watch.stop();
  });

  it('over all namespaces see every one', async () => {
    const everywhere = { apiVersion: 'v1', kind: 'ConfigMap' };
    const watch = await shared.api.watch(everywhere, { resourceVersion: await version() });
    await shared.api.create(shared.configMap('anywhere'));
    await watch.next(of('ADDED', 'anywhere'));
    watch.stop();
  });

  it('see nothing of a write that changed nothing', async () => {
    await shared.api.create(shared.configMap('still', { data: { a: '1' } }));
    const watch = await shared.api.watch(all, {
      resourceVersion: await version(),
      fieldSelector: 'metadata.name=still',
    });
    await shared.api.patch(one('still'), { data: { a: '1' } });
    await shared.api.patch(one('still'), { data: { a: '2' } });
    await watch.next(of('MODIFIED', 'still'));
    assert.equal(watch.events.length, 1);
    watch.stop();
  });

  it('end after timeoutSeconds', async () => {
    const watch = await shared.api.watch(all, { resourceVersion: await version(), timeoutSeconds: '1' });
    await watch.end();
  });

  it('see the deletion mark as a change, and the last finalizer as the deletion', async () => {
    const name = 'finalized';
    await shared.api.create({
      ...shared.configMap(name),
      metadata: { name, namespace: shared.namespace, finalizers: ['a.example/b'] },
    });
    const watch = await shared.api.watch(all, {
      resourceVersion: await version(),
      fieldSelector: `metadata.name=${name}`,
    });
    await shared.api.delete(one(name));
    await watch.next(of('MODIFIED', name));
    await shared.api.patch(one(name), { metadata: { finalizers: null } });
    await watch.next(of('DELETED', name));
    assert.deepEqual(seen(watch), [`MODIFIED ${name}`, `DELETED ${name}`]);
    watch.stop();
  });

  it('of a version that is too old say so with a 410 event, and end', async () => {
    shared.server.compact?.();
    // Of a custom resource a real server knows nothing from before its definition.
    const watch = await shared.api.watch(shared.target(GATEWAY_API, 'Gateway'), { resourceVersion: '1' });
    const { type, object } = await watch.next();
    assert.deepEqual([type, (object as unknown as { code: number }).code], ['ERROR', 410]);
    await watch.end();
  });
});
