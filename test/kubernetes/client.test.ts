import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { KubernetesClient } from '../../src/kubernetes/client.ts';
import { Credentials } from '../../src/kubernetes/credentials.ts';
import { KubeConfig } from '../../src/kubernetes/kube-config.ts';

/** A client of a server on loopback that gives this answer to everything. */
async function clientOf(t: TestContext, answer: (response: ServerResponse) => void): Promise<KubernetesClient> {
  const server = createServer((_request, response) => answer(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser({ name: 'c', server: url, skipTLSVerify: false }, { name: 'u' });
  const credentials = new Credentials(kubeConfig, () => 0);
  const client = new KubernetesClient({ server: url, credentials, userAgent: 'test' });
  t.after(async () => {
    await client.close();
    server.close();
  });
  return client;
}

describe('an answer of 200', () => {
  for (const text of ['<html>Please log in</html>', '', '7', '"text"', 'null', '{"kind":']) {
    test(`that is ${text === '' ? 'empty' : text} is none of an API server`, async (t) => {
      const client = await clientOf(t, (response) => response.end(text));
      const result = await client.request({ method: 'GET', path: '/api/v1/services' });
      assert.ok('failure' in result);
      assert.deepEqual([result.failure.kind, result.failure.code], ['retry', 200]);
      assert.match(result.failure.message, /no Kubernetes API server/);
    });
  }

  test('that is an object is one', async (t) => {
    const client = await clientOf(t, (response) => response.end('{"items":[]}'));
    assert.deepEqual(await client.request({ method: 'GET', path: '/' }), { body: { items: [] } });
  });
});

describe('a refusal', () => {
  for (const [text, message] of [
    ['{"kind":"Status","message":"no room"}', 'no room'],
    ['upstream is gone', 'upstream is gone'],
    ['', 'HTTP 503'],
  ]) {
    test(`with the body "${text}" is told as "${message}"`, async (t) => {
      const client = await clientOf(t, (response) => response.writeHead(503).end(text));
      const result = await client.request({ method: 'GET', path: '/' });
      assert.ok('failure' in result);
      assert.equal(result.failure.message, message);
    });
  }
});
