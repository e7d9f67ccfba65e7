import assert from 'node:assert/strict';
import { it } from 'node:test';
import { client } from '../support/server.ts';
import { contract } from './contract.ts';

interface ResourceList {
  readonly resources: readonly { readonly name: string; readonly namespaced: boolean; readonly kind: string }[];
}

contract('The API server', (shared) => {
  const json = async <T>(path: string, accept = 'application/json') => {
    const answer = await shared.api.raw('GET', path, null, { accept });
    assert.equal(answer.code, 200);
    return JSON.parse(answer.text) as T;
  };

  it('is healthy and tells its version', async () => {
    for (const path of ['/healthz', '/readyz', '/livez']) assert.equal((await shared.api.raw('GET', path)).text, 'ok');
    const version = await json<{ major: string; minor: string }>('/version');
    assert.deepEqual([version.major, version.minor], ['1', '37']);
  });

  it('lists the kinds of the Gateway API', async () => {
    const { resources } = await json<ResourceList>('/apis/gateway.networking.k8s.io/v1');
    const expected = [
      ['gatewayclasses', false, 'GatewayClass'],
      ['gateways', true, 'Gateway'],
      ['gateways/status', true, 'Gateway'],
      ['tcproutes', true, 'TCPRoute'],
      ['udproutes', true, 'UDPRoute'],
      ['listenersets', true, 'ListenerSet'],
      ['referencegrants', true, 'ReferenceGrant'],
    ];
    const found = resources.map(({ name, namespaced, kind }) => JSON.stringify([name, namespaced, kind]));
    for (const resource of expected) assert(found.includes(JSON.stringify(resource)), JSON.stringify(resource));
    assert(!found.some((resource) => resource.includes('referencegrants/status')));
  });

  it('lists groups with the preferred version first', async () => {
    interface GroupList {
      groups: { name: string; versions: { version: string }[]; preferredVersion: { version: string } }[];
    }
    const { groups } = await json<GroupList>('/apis');
    const group = groups.find(({ name }) => name === 'gateway.networking.k8s.io');
    assert.equal(group?.preferredVersion.version, 'v1');
    assert.deepEqual(
      group?.versions.map(({ version }) => version),
      ['v1', 'v1beta1'],
    );
  });

  it('answers aggregated discovery', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    interface Discovery {
      kind: string;
      items: { metadata: { name?: string }; versions: { version: string; resources: { resource: string }[] }[] }[];
    }
    const { kind, items } = await json<Discovery>('/apis', accept);
    assert.equal(kind, 'APIGroupDiscoveryList');
    const group = items.find(({ metadata }) => metadata.name === 'gateway.networking.k8s.io');
    assert(group?.versions[0]?.resources.some(({ resource }) => resource === 'tcproutes'));
  });

  it('is 404 for kinds and groups that it does not serve', async () => {
    for (const path of [
      '/api/v1/namespaces/default/others',
      '/apis/other.example/v1/things',
      '/apis/gateway.networking.k8s.io/v1/others',
      '/other',
    ]) {
      assert.equal((await shared.api.raw('GET', path)).code, 404, path);
    }
  });

  it('remembers every write that it answered, also those that it refused', async () => {
    const api = client(shared.server, 'writer/1.0');
    const target = shared.target('v1', 'ConfigMap', 'written');
    await api.create(shared.configMap('written'));
    await api.create(shared.configMap('written')).catch(() => undefined);
    await api.patch(target, { data: { a: '1' } });
    await api.get(target);
    await api.delete(target);
    await api.close();
    const mine = (await shared.server.writes()).filter(
      ({ userAgent, namespace }) => userAgent === 'writer/1.0' && namespace === shared.namespace,
    );
    const brief = mine.map(({ verb, resource, name, code }) => [verb, resource, name, code]);
    assert.deepEqual(brief, [
      ['create', 'configmaps', 'written', 201],
      ['create', 'configmaps', 'written', 409],
      ['patch', 'configmaps', 'written', 200],
      ['delete', 'configmaps', 'written', 200],
    ]);
  });

  it('names the subresource of a write, and no namespace for what has none', async () => {
    const service = shared.service({ type: 'LoadBalancer', ports: [{ port: 80 }] }, 'with-status');
    await shared.api.create(service);
    await shared.api.patch(shared.target('v1', 'Service', 'with-status'), { status: {} }, { subresource: 'status' });
    const writes = await shared.server.writes();
    assert(
      writes.some(
        ({ resource, name, namespace }) =>
          resource === 'services/status' && name === 'with-status' && namespace === shared.namespace,
      ),
    );
    assert(writes.some(({ resource, namespace }) => resource === 'namespaces' && namespace === ''));
  });
});
