import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { TestServer } from '../support/test-server.ts';
import { attachToCluster } from './attach.ts';
import { parseAuditLog } from './audit-log.ts';
import { readCrds } from './crds.ts';

const run = promisify(execFile);

async function attach(): Promise<TestServer> {
  const server = await attachToCluster();
  assert.ok(server, 'these tests run under npm run test:cluster only');
  return server;
}

async function kubectl(...args: string[]): Promise<string> {
  return (await run(process.env.TEST_CLUSTER_KUBECTL ?? 'kubectl', args)).stdout;
}

async function untilGone(resource: string): Promise<void> {
  while ((await kubectl('get', resource, '--ignore-not-found', '-o=name')) !== '') await delay(100);
}

describe('the control plane', () => {
  test('is Kubernetes 1.37', async () => {
    const { gitVersion } = JSON.parse(await kubectl('get', '--raw', '/version'));
    assert.match(gitVersion, /^v1\.37\./);
  });

  test('serves the standard channel of the Gateway API', async () => {
    const { resources } = JSON.parse(await kubectl('get', '--raw', '/apis/gateway.networking.k8s.io/v1'));
    const kinds = new Set(resources.map(({ kind }: { kind: string }) => kind));
    for (const kind of ['GatewayClass', 'Gateway', 'ListenerSet', 'TCPRoute', 'UDPRoute', 'ReferenceGrant']) {
      assert.ok(kinds.has(kind), kind);
    }
  });

  test('reports each write once, as soon as it is answered, and none of its own', async () => {
    const server = await attach();
    const before = (await server.writes()).length;
    assert.equal((await server.writes()).length, before);
    await kubectl('create', 'configmap', 'written');
    await kubectl('create', 'namespace', 'written');
    await assert.rejects(kubectl('create', 'configmap', 'written'));
    const writes = (await server.writes()).slice(before);
    assert.deepEqual(
      writes.map(({ userAgent, ...write }) => ({ ...write, program: userAgent.split('/')[0] })),
      [
        {
          verb: 'create',
          resource: 'configmaps',
          namespace: 'default',
          name: 'written',
          code: 201,
          program: 'kubectl',
        },
        { verb: 'create', resource: 'namespaces', namespace: '', name: 'written', code: 201, program: 'kubectl' },
        {
          verb: 'create',
          resource: 'configmaps',
          namespace: 'default',
          name: 'written',
          code: 409,
          program: 'kubectl',
        },
      ],
    );
    await kubectl('delete', 'configmap/written', 'namespace/written', '--wait=false');
    await server.stop();
  });

  test('deletes what is in a namespace with it', async () => {
    await kubectl('create', 'namespace', 'doomed');
    await kubectl('create', 'configmap', 'inside', '--namespace=doomed');
    await kubectl('delete', 'namespace', 'doomed', '--wait=false');
    await untilGone('namespace/doomed');
  });

  test('gives Services addresses of both families', async () => {
    await kubectl('create', 'service', 'clusterip', 'dual', '--tcp=80');
    await kubectl('patch', 'service', 'dual', '--patch={"spec":{"ipFamilyPolicy":"RequireDualStack"}}');
    const { spec } = JSON.parse(await kubectl('get', 'service', 'dual', '-o=json'));
    await kubectl('delete', 'service', 'dual');
    assert.deepEqual(spec.ipFamilies, ['IPv4', 'IPv6']);
  });
});

describe('the CRDs', () => {
  test('can be chosen by kind and served version', async () => {
    const crds = await readCrds({
      channel: 'experimental',
      kinds: ['Gateway', 'TCPRoute'],
      served: { TCPRoute: ['v1alpha2'] },
    });
    const served = crds.map(({ spec }) => [
      spec.names.kind,
      spec.versions.filter(({ served }) => served).map(({ name }) => name),
    ]);
    assert.deepEqual(Object.fromEntries(served), { Gateway: ['v1', 'v1beta1'], TCPRoute: ['v1alpha2'] });
  });

  for (const [name, selection] of [
    ['kind', { kinds: ['Nonsense'] }],
    ['version', { kinds: ['Gateway'], served: { Gateway: ['v9'] } }],
  ] as const) {
    test(`of an unknown ${name} are an error`, async () => {
      await assert.rejects(readCrds(selection), /Nonsense|v9/);
    });
  }
});

test('an audit entry that is not complete yet is left out', () => {
  const entry = JSON.stringify({ stage: 'ResponseComplete', verb: 'patch', responseStatus: { code: 200 } });
  assert.deepEqual(
    parseAuditLog(`${entry}\n${entry.slice(0, 20)}`).map(({ verb, code }) => ({ verb, code })),
    [{ verb: 'patch', code: 200 }],
  );
});
