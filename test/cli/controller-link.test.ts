import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { askController } from '../../src/cli/controller-link.ts';
import type { ApiResult } from '../../src/kubernetes/client.ts';
import { splitAddress, urlAt } from '../../src/observability/http.ts';

const place = { url: '', namespace: 'ours' };
const key = 'Gateway/default/gw' as const;
const report = { key, state: 'ServiceReady.Announced', since: 1, depth: 0, events: [], guard: 'isAnythingCarried' };

/** A Pod as the API server lists it. */
function pod(
  name: string,
  port?: { readonly name: string; readonly containerPort: number },
  phase = 'Running',
): object {
  return { metadata: { name }, spec: { containers: [{ ports: port === undefined ? [] : [port] }] }, status: { phase } };
}

/** An API server that knows these Pods, and answers their proxies so. */
function apiServer(pods: readonly object[], proxies: Readonly<Record<string, ApiResult>>) {
  const asked: string[] = [];
  const request = async ({ path }: { readonly path: string }): Promise<ApiResult> => {
    asked.push(path);
    if (path.includes('?labelSelector=')) return { body: { items: pods } };
    const [, name = ''] = /\/pods\/([^/]+)\/proxy\//.exec(path) ?? [];
    return proxies[name] ?? failure(404, 'no such pod');
  };
  return { request, asked };
}

function failure(code: number, message: string): ApiResult {
  return { failure: { kind: 'refused', code, message } };
}

describe('explain reaches the controller by the proxy to its Pod', () => {
  test('at the port that is called metrics', async () => {
    const api = apiServer([pod('one', { name: 'metrics', containerPort: 9090 })], { 'one:9090': { body: report } });
    const reached = await askController(key, place, api);
    assert.ok('actor' in reached);
    assert.equal(reached.actor.guard, 'isAnythingCarried');
    assert.deepEqual(api.asked, [
      '/api/v1/namespaces/ours/pods?labelSelector=app.kubernetes.io%2Fname%3Dgateway-api-controller',
      '/api/v1/namespaces/ours/pods/one:9090/proxy/debug/actors/Gateway/default/gw',
    ]);
  });

  test('of the replica that leads: a standby does not know, and one that is not running is not asked', async () => {
    const pods = [pod('pending', undefined, 'Pending'), pod('standby'), pod('leader')];
    const api = apiServer(pods, { 'standby:8080': failure(503, 'not leading'), 'leader:8080': { body: report } });
    assert.ok('actor' in (await askController(key, place, api)));
    assert.equal(api.asked.filter((path) => path.includes('/proxy/')).length, 2);
  });

  const unreachable: readonly (readonly [string, readonly object[], Readonly<Record<string, ApiResult>>, RegExp])[] = [
    ['there is no Pod', [], {}, /no running Pod with label .* in namespace ours/],
    ['no replica leads', [pod('one')], { 'one:8080': failure(503, 'not leading') }, /Pod ours\/one: not leading/],
    [
      'it answers nonsense',
      [pod('one')],
      { 'one:8080': { body: 'hello' } },
      /Pod ours\/one answers with something else/,
    ],
  ];
  for (const [name, pods, proxies, why] of unreachable) {
    test(`and says why not where ${name}`, async () => {
      const reached = await askController(key, place, apiServer(pods, proxies));
      assert.ok('unreachable' in reached);
      assert.match(reached.unreachable, why);
    });
  }

  test('and takes the word of the one that leads that it has no such actor', async () => {
    const proxies = { 'leader:8080': failure(404, 'no such actor\n'), 'standby:8080': failure(503, 'not leading') };
    const reached = await askController(key, place, apiServer([pod('leader'), pod('standby')], proxies));
    assert.deepEqual(reached, { unknownAt: 'Pod ours/leader' });
  });

  test('and says so where Pods may not be listed', async () => {
    const request = async (): Promise<ApiResult> => failure(403, 'pods is forbidden');
    const reached = await askController(key, place, { request });
    assert.deepEqual(reached, { unreachable: 'Pods in namespace ours: pods is forbidden' });
  });
});

describe('The port of -metrics-bind-address', () => {
  for (const [address, url] of [
    [':8080', 'http://127.0.0.1:8080/'],
    ['0.0.0.0:8080', 'http://127.0.0.1:8080/'],
    ['192.0.2.1:8080', 'http://192.0.2.1:8080/'],
    ['localhost:8080', 'http://localhost:8080/'],
    ['[::]:8080', 'http://[::1]:8080/'],
    ['[::1]:8080', 'http://[::1]:8080/'],
    ['[2001:db8::1]:8080', 'http://[2001:db8::1]:8080/'],
  ] as const) {
    test(`is found in the same Pod where that is ${address}`, () => {
      const { host, port } = splitAddress(address);
      assert.equal(urlAt(host, port), url);
    });
  }
});
