import assert from 'node:assert/strict';
import { it } from 'node:test';
import { contract, refused } from './contract.ts';

const API = 'networking.k8s.io/v1';

contract('IPAddress objects', (shared) => {
  const parentRef = {
    group: 'gateway.networking.k8s.io',
    resource: 'gateways',
    namespace: shared.namespace,
    name: 'g',
  };
  const byte = () => Math.floor(Math.random() * 254) + 1;
  const fresh = () => `203.0.${byte()}.${byte()}`;
  const create = (name: string, spec: object = { parentRef }) => {
    const target = { apiVersion: API, kind: 'IPAddress', name };
    shared.cleanUp(target);
    return shared.api.create({ ...target, metadata: { name }, spec });
  };

  it('exist once per address', async () => {
    const name = fresh();
    await create(name);
    await refused(create(name, { parentRef: { ...parentRef, name: 'other' } }), { code: 409, reason: 'AlreadyExists' });
  });

  it('keep their parent for ever, and take labels and annotations', async () => {
    const name = fresh();
    const target = { apiVersion: API, kind: 'IPAddress', name };
    const created = await create(name);
    assert.equal(created.metadata.generation, undefined);
    await refused(shared.api.patch(target, { spec: { parentRef: { name: 'other' } } }), {
      code: 422,
      message: /field is immutable/,
      causes: ['spec.parentRef: FieldValueInvalid'],
    });
    const patched = await shared.api.patch(target, { metadata: { labels: { a: 'b' }, annotations: { c: 'd' } } });
    assert.deepEqual(patched.metadata.labels, { a: 'b' });
  });

  it('take the canonical form of an IPv6 address', async () => {
    const part = byte().toString(16);
    assert.equal((await create(`fd00:${part}::1`)).metadata.name, `fd00:${part}::1`);
  });

  for (const name of ['FD00::1', 'fd00:0:0::1', '10.0.0.01', '::ffff:10.0.0.1', '10.0.0', 'name', '10.0.0.0/24']) {
    it(`are refused under the name ${name}`, async () => {
      const request = create(name);
      await assert.rejects(request);
    });
  }

  const bad: { title: string; spec: object; cause: string }[] = [
    { title: 'no parent', spec: {}, cause: 'spec.parentRef: FieldValueRequired' },
    {
      title: 'a parent without a name',
      spec: { parentRef: { resource: 'gateways' } },
      cause: 'spec.parentRef.name: FieldValueRequired',
    },
    {
      title: 'a parent without a resource',
      spec: { parentRef: { name: 'g' } },
      cause: 'spec.parentRef.resource: FieldValueRequired',
    },
  ];
  for (const { title, spec, cause } of bad) {
    it(`are 422 with ${title}`, async () => {
      await refused(create(fresh(), spec), { code: 422, causes: [cause] });
    });
  }
});
