import assert from 'node:assert/strict';
import { before, it } from 'node:test';
import { contract, refused } from './contract.ts';

contract('Lists', (shared) => {
  const all = shared.target('v1', 'ConfigMap');
  const names = async (query: Record<string, string>) => {
    const { items } = await shared.api.list(all, {
      ...query,
      ...(query.labelSelector ? {} : { labelSelector: 'list' }),
    });
    return items.map(({ metadata }) => metadata.name);
  };

  before(async () => {
    const objects = [
      { name: 'c', labels: { list: 'yes', tier: 'front' } },
      { name: 'a', labels: { list: 'yes', tier: 'back' } },
      { name: 'b', labels: { list: 'yes' } },
    ];
    for (const metadata of objects) {
      await shared.api.create({
        ...shared.configMap(metadata.name),
        metadata: { namespace: shared.namespace, ...metadata },
      });
    }
  });

  it('come in the order of names', async () => {
    assert.deepEqual(await names({}), ['a', 'b', 'c']);
  });

  const selectors: [selector: string, expected: string[]][] = [
    ['list,tier=front', ['c']],
    ['list,tier==front', ['c']],
    ['list,tier!=front', ['a', 'b']],
    ['list,tier', ['a', 'c']],
    ['list,!tier', ['b']],
    ['tier in (front, back),list=yes', ['a', 'c']],
    ['list,tier notin (front)', ['a', 'b']],
  ];
  for (const [labelSelector, expected] of selectors) {
    it(`select by label: ${labelSelector}`, async () => assert.deepEqual(await names({ labelSelector }), expected));
  }

  it('select by name', async () => {
    assert.deepEqual(await names({ fieldSelector: 'metadata.name=b' }), ['b']);
    assert.deepEqual(await names({ fieldSelector: 'metadata.name!=b' }), ['a', 'c']);
    assert.deepEqual(await names({ fieldSelector: `metadata.namespace=${shared.namespace},metadata.name=a` }), ['a']);
  });

  it('are 400 for a selector that cannot be read, or a field that cannot be selected by', async () => {
    await refused(shared.api.list(all, { labelSelector: 'a b' }), { code: 400 });
    await refused(shared.api.list(all, { fieldSelector: 'data.a=b' }), { code: 400 });
  });

  it('select Pods by phase and node', async () => {
    const spec = { containers: [{ name: 'c', image: 'i' }] };
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: shared.namespace }, spec };
    await shared.api.create(pod);
    const pods = shared.target('v1', 'Pod');
    assert.equal(
      (await shared.api.list(pods, { fieldSelector: 'status.phase=Pending,spec.nodeName=' })).items.length,
      1,
    );
    assert.equal((await shared.api.list(pods, { fieldSelector: 'status.phase=Running' })).items.length, 0);
  });

  it('come in pages of one state: what is written meanwhile shows in none of them', async () => {
    const query = { labelSelector: 'list', limit: '2' };
    const first = await shared.api.list(all, query);
    assert.deepEqual(
      first.items.map(({ metadata }) => metadata.name),
      ['a', 'b'],
    );
    assert(first.metadata.continue);
    await shared.api.create({
      ...shared.configMap('late'),
      metadata: { name: 'late', namespace: shared.namespace, labels: { list: 'yes' } },
    });
    const second = await shared.api.list(all, { ...query, continue: first.metadata.continue });
    assert.deepEqual(
      second.items.map(({ metadata }) => metadata.name),
      ['c'],
    );
    assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
    assert(!second.metadata.continue);
    await shared.api.delete(shared.target('v1', 'ConfigMap', 'late'));
  });

  it('tell how many objects remain', async () => {
    const { metadata, items } = await shared.api.list(all, { limit: '1' });
    assert.equal(metadata.remainingItemCount, (await shared.api.list(all)).items.length - items.length);
  });

  it('are 400 for a continue token that is none', async () => {
    await refused(shared.api.list(all, { limit: '1', continue: 'abc' }), { code: 400 });
  });

  it('are 504 for a resource version that is yet to come', async () => {
    await refused(shared.api.list(all, { resourceVersion: '99999999999' }), { code: 504, reason: 'Timeout' });
  });

  it('are 422 with watch options', async () => {
    await refused(shared.api.list(all, { sendInitialEvents: 'true' }), { code: 422 });
    await refused(shared.api.list(all, { resourceVersionMatch: 'Exact' }), { code: 422 });
  });

  it('can be deleted as a whole, by selector', async () => {
    const target = { ...all };
    for (const name of ['x', 'y']) {
      await shared.api.create({
        ...shared.configMap(name),
        metadata: { name, namespace: shared.namespace, labels: { drop: 'yes' } },
      });
    }
    await shared.api.delete(target, {}, { labelSelector: 'drop' });
    assert.deepEqual(await names({ labelSelector: 'drop' }), []);
    assert.deepEqual(await names({}), ['a', 'b', 'c']);
  });
});
