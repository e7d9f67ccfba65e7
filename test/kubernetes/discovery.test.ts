import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ApiRequest, ApiResult } from '../../src/kubernetes/client.ts';
import { discover } from '../../src/kubernetes/discovery.ts';

const gatewayApi = '/apis/gateway.networking.k8s.io';

function serverOf(served: Readonly<Record<string, readonly string[]>>, broken?: string) {
  const asked: string[] = [];
  const request = async ({ path }: ApiRequest): Promise<ApiResult> => {
    asked.push(path);
    if (path === broken) return { failure: { kind: 'retry', code: 503, message: 'not now' } };
    const names = served[path];
    if (names === undefined) return { failure: { kind: 'absent', code: 404, message: 'none' } };
    return { body: { resources: names.map((name) => ({ name })) } };
  };
  return { asked, client: { request, watch: () => assert.fail('no watch'), close: async () => {} } };
}

describe('discovery', () => {
  test('takes the newest version that is served, kind by kind', async () => {
    const { client } = serverOf({
      '/api/v1': ['services', 'services/status'],
      [`${gatewayApi}/v1`]: ['gateways', 'gateways/status', 'gatewayclasses'],
      [`${gatewayApi}/v1beta1`]: ['gateways', 'gatewayclasses'],
      [`${gatewayApi}/v1alpha2`]: ['tcproutes'],
    });
    const found = await discover(client, ['GatewayClass', 'Gateway', 'TCPRoute', 'UDPRoute', 'Service']);
    assert.ok('served' in found);
    assert.deepEqual(
      [...found.served],
      [
        ['GatewayClass', 'v1'],
        ['Gateway', 'v1'],
        ['TCPRoute', 'v1alpha2'],
        ['Service', 'v1'],
      ],
    );
  });

  test('asks for each group and version once', async () => {
    const { client, asked } = serverOf({
      [`${gatewayApi}/v1`]: ['gateways', 'gatewayclasses', 'tcproutes', 'udproutes'],
    });
    await discover(client, ['GatewayClass', 'Gateway', 'TCPRoute', 'UDPRoute']);
    assert.deepEqual(asked, [`${gatewayApi}/v1`]);
  });

  test('says so where the server cannot be asked, rather than that a kind is absent', async () => {
    const { client } = serverOf({}, `${gatewayApi}/v1`);
    const found = await discover(client, ['Gateway']);
    assert.ok('failure' in found);
    assert.equal(found.failure.code, 503);
  });

  test('takes what does not even serve the core group for no API server', async () => {
    const found = await discover(serverOf({}).client, ['Gateway', 'Service']);
    assert.ok('failure' in found);
    assert.match(found.failure.message, /no Kubernetes API server/);
  });

  for (const body of [{}, { resources: 7 }, []]) {
    test(`takes who answers ${JSON.stringify(body)} for no API server`, async () => {
      const client = { request: async () => ({ body }), watch: () => assert.fail('no watch'), close: async () => {} };
      const found = await discover(client, ['Service']);
      assert.ok('failure' in found);
      assert.match(found.failure.message, /no Kubernetes API server: it serves no list at \/api\/v1/);
    });
  }

  for (const body of [{ resources: [] }, { resources: [{}] }, { resources: [{ name: 7 }] }]) {
    test(`finds nothing in ${JSON.stringify(body)}`, async () => {
      const client = { request: async () => ({ body }), watch: () => assert.fail('no watch'), close: async () => {} };
      const found = await discover(client, ['Service']);
      assert.ok('served' in found && found.served.size === 0);
    });
  }
});
