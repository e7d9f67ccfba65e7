import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Change, Cluster } from '../../src/cluster/cluster.ts';
import { isNewer } from '../../src/cluster/versions.ts';
import type { FollowedObject } from '../../src/objects/view.ts';
import { decode } from '../../src/watch/decode.ts';
import { type Manifest, stored } from '../gateway/manifests.ts';

function decoded(manifest: Manifest, version: number): FollowedObject {
  const result = decode(manifest.kind, stored(manifest, version));
  assert.ok(result !== undefined && 'object' in result, JSON.stringify(result));
  return result.object;
}

function service(name: string, spec: object = {}, metadata: object = {}): Manifest {
  return { kind: 'Service', metadata: { name, ...metadata }, spec };
}

/** A cluster with a record of what it tells, as `before > after` of the versions. */
class Bench {
  readonly cluster = new Cluster();
  readonly changes: Change[] = [];

  constructor() {
    this.cluster.onChange((change) => this.changes.push(change));
  }

  apply(manifest: Manifest, version: number): void {
    this.cluster.apply(decoded(manifest, version));
  }

  reject(manifest: Manifest, version = 9): void {
    const result = decode(manifest.kind, { ...stored(manifest, version), spec: 'broken' });
    assert.ok(result !== undefined && 'rejection' in result);
    this.cluster.reject(result.rejection);
  }

  replace(version: number, manifests: readonly (readonly [Manifest, number])[]): void {
    const objects = manifests.map(([manifest, own]) => decoded(manifest, own));
    this.cluster.replace({ kind: 'Service', namespace: '', resourceVersion: String(version), objects, rejections: [] });
  }

  version(name: string): string | undefined {
    return this.cluster.get(`Service/default/${name}`)?.metadata.resourceVersion;
  }
}

describe('a resourceVersion', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['2', '1', true],
    ['1', '1', false],
    ['10', '9', true],
    ['9', '10', false],
    ['9007199254740993', '9007199254740992', true],
    ['340282366920938463463374607431768211456', '340282366920938463463374607431768211455', true],
    ['1', '', true],
    ['', '1', false],
    ['', '', false],
  ];
  for (const [a, b, newer] of cases) {
    test(`"${a}" is ${newer ? '' : 'not '}newer than "${b}"`, () => assert.equal(isNewer(a, b), newer));
  }
});

describe('the cluster', () => {
  test('keeps the newer object, in whatever order they come', () => {
    const bench = new Bench();
    bench.apply(service('a'), 5);
    bench.apply(service('a'), 4);
    bench.apply(service('a'), 5);
    assert.equal(bench.version('a'), '5');
    assert.equal(bench.changes.length, 1);
    bench.apply(service('a'), 12);
    assert.equal(bench.version('a'), '12');
    assert.equal(bench.changes.at(-1)?.before?.metadata.resourceVersion, '5');
  });

  test('is not brought back to life by a late answer about an object that is gone', () => {
    const bench = new Bench();
    bench.apply(service('a'), 5);
    bench.cluster.remove('Service/default/a', 'service-a');
    bench.apply(service('a'), 8);
    assert.equal(bench.version('a'), undefined);
    bench.apply(service('a', {}, { uid: 'another' }), 9);
    assert.equal(bench.version('a'), '9');
  });

  test('keeps a new object of the name when the old one is told to be gone', () => {
    const bench = new Bench();
    bench.apply(service('a', {}, { uid: 'new' }), 9);
    bench.cluster.remove('Service/default/a', 'old');
    assert.equal(bench.version('a'), '9');
    assert.equal(bench.changes.length, 1);
  });

  test('drops with a list what is not there any more, and keeps what is newer than the list', () => {
    const bench = new Bench();
    bench.apply(service('gone'), 3);
    bench.apply(service('newer'), 30);
    bench.apply(service('stays'), 4);
    bench.apply(service('fresh'), 20);
    bench.apply({ kind: 'ConfigMap', metadata: { name: 'other' } }, 1);
    bench.replace(10, [
      [service('stays'), 4],
      [service('fresh'), 8],
      [service('came'), 9],
    ]);
    const versions = ['gone', 'newer', 'stays', 'fresh', 'came'].map((name) => bench.version(name));
    assert.deepEqual(versions, [undefined, '30', '4', '20', '9']);
    assert.ok(bench.cluster.get('ConfigMap/default/other'));
  });

  test('drops with a list of one namespace nothing of another', () => {
    const bench = new Bench();
    bench.apply({ kind: 'ConfigMap', metadata: { name: 'a' } }, 1);
    bench.apply({ kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default2' } }, 1);
    bench.cluster.replace({
      kind: 'ConfigMap',
      namespace: 'default',
      resourceVersion: '5',
      objects: [],
      rejections: [],
    });
    assert.equal(bench.cluster.get('ConfigMap/default/a'), undefined);
    assert.ok(bench.cluster.get('ConfigMap/default2/a'));
  });

  test('drops with a list of one name in all namespaces nothing of another name, and has read that name', () => {
    const bench = new Bench();
    for (const [name, namespace] of [
      ['a', 'default'],
      ['a', 'default2'],
      ['b', 'default'],
    ] as const) {
      bench.apply({ kind: 'ConfigMap', metadata: { name, namespace } }, 1);
    }
    const objects = [decoded({ kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default2' } }, 1)];
    const only = { kind: 'ConfigMap', namespace: '', name: 'a' } as const;
    bench.cluster.replace({ ...only, resourceVersion: '5', objects, rejections: [] });
    assert.deepEqual([...bench.cluster.keysOf('ConfigMap')], ['ConfigMap/default2/a', 'ConfigMap/default/b']);
    assert.deepEqual(
      [bench.cluster.isRead('ConfigMap/elsewhere/a'), bench.cluster.isRead('ConfigMap/default/b')],
      [true, false],
    );
  });

  test('is served a kind once that was listed', () => {
    const bench = new Bench();
    assert.equal(bench.cluster.isServed('Service'), false);
    bench.replace(1, []);
    assert.equal(bench.cluster.isServed('Service'), true);
  });

  test('keeps the last good object of what cannot be decoded, and says so', () => {
    const bench = new Bench();
    bench.apply(service('a'), 5);
    bench.reject(service('a'));
    assert.equal(bench.version('a'), '5');
    assert.match(bench.cluster.unreadable('Service/default/a') ?? '', /^spec: /);
    assert.equal(bench.changes.length, 2);
    bench.apply(service('a'), 10);
    assert.equal(bench.cluster.unreadable('Service/default/a'), undefined);
  });

  test('takes no older object for a sign that it can be decoded again', () => {
    const bench = new Bench();
    bench.reject(service('a'), 9);
    bench.apply(service('a'), 8);
    assert.match(bench.cluster.unreadable('Service/default/a') ?? '', /^spec: /);
    assert.equal(bench.version('a'), '8', 'what was known of it');
    bench.replace(7, []);
    assert.match(bench.cluster.unreadable('Service/default/a') ?? '', /^spec: /, 'a list from before it');
  });

  test('takes no older object, and none that is gone, for one that cannot be decoded now', () => {
    const bench = new Bench();
    bench.apply(service('a'), 10);
    bench.reject(service('a'), 9);
    assert.equal(bench.cluster.unreadable('Service/default/a'), undefined);
    bench.cluster.remove('Service/default/a', 'service-a');
    bench.reject(service('a'), 11);
    assert.equal(bench.cluster.unreadable('Service/default/a'), undefined);
  });

  test('forgets a rejection with the object', () => {
    const bench = new Bench();
    bench.reject(service('a'));
    assert.deepEqual([...bench.cluster.keysOf('Service')], ['Service/default/a']);
    bench.cluster.remove('Service/default/a', 'service-a');
    assert.equal(bench.cluster.unreadable('Service/default/a'), undefined);
    bench.reject(service('b'));
    bench.replace(20, []);
    assert.equal(bench.cluster.unreadable('Service/default/b'), undefined);
  });

  test('keeps of a newer version those parts of the last one that are the same', () => {
    const { cluster } = new Bench();
    const seen = (version: number, port: number) => {
      cluster.apply(decoded(service('a', { ports: [{ port }] }, { labels: { app: 'a' } }), version));
      return cluster.get('Service/default/a');
    };
    const [first, second, third] = [seen(1, 80), seen(2, 80), seen(3, 81)];
    assert.notEqual(first, second);
    assert.equal(second?.metadata.resourceVersion, '2');
    assert.equal(first?.spec, second?.spec);
    assert.equal(first?.metadata.labels, third?.metadata.labels);
    assert.equal(third?.spec.ports[0]?.port, 81);
  });

  test('says why a kind cannot be followed, and when that is news', () => {
    const { cluster } = new Bench();
    assert.equal(cluster.setUnavailable('Service', 'HTTP 403'), true);
    assert.equal(cluster.setUnavailable('Service', 'HTTP 403'), false);
    assert.equal(cluster.unavailable('Service'), 'HTTP 403');
    assert.equal(cluster.setUnavailable('Service', undefined), true);
    assert.equal(cluster.unavailable('Service'), undefined);
  });
});

describe('the reverse index', () => {
  const route = (name: string, spec: object): Manifest => ({ kind: 'TCPRoute', metadata: { name }, spec });
  const spec = { parentRefs: [{ name: 'gw' }], rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] };

  test('finds the routes of a Gateway, and those that name a Service or its copy', () => {
    const bench = new Bench();
    bench.apply(route('a', spec), 1);
    const names = (found: readonly FollowedObject[]): string[] => found.map(({ metadata }) => metadata.name);
    assert.deepEqual(names(bench.cluster.routesOf('Gateway/default/gw')), ['a']);
    assert.deepEqual(names(bench.cluster.routesNaming('Service/default/web')), ['a']);
    assert.deepEqual(names(bench.cluster.routesNaming('Service/default/web-gw-api')), ['a']);
    bench.apply(route('a', { ...spec, parentRefs: [{ name: 'other', namespace: 'blue' }] }), 2);
    assert.deepEqual(names(bench.cluster.routesOf('Gateway/default/gw')), []);
    assert.deepEqual(names(bench.cluster.routesOf('Gateway/blue/other')), ['a']);
    bench.cluster.remove('TCPRoute/default/a', 'tcproute-a');
    assert.deepEqual(names(bench.cluster.routesNaming('Service/default/web')), []);
  });

  test('tells with a change of all that was named before or is named now', () => {
    const bench = new Bench();
    bench.apply(route('a', spec), 1);
    bench.apply(route('a', { ...spec, parentRefs: [{ name: 'other' }] }), 2);
    const tokens = bench.changes.at(-1)?.tokens ?? [];
    assert.ok(tokens.includes('Gateway/default/gw') && tokens.includes('Gateway/default/other'));
  });

  test('leaves out routes that are being deleted', () => {
    const bench = new Bench();
    const deleted = { ...route('a', spec), metadata: { name: 'a', deletionTimestamp: '2026-01-01T00:00:00Z' } };
    bench.apply(deleted, 1);
    assert.deepEqual(bench.cluster.routesOf('Gateway/default/gw'), []);
  });

  test('finds Services by an address in any notation and place', () => {
    const bench = new Bench();
    bench.apply(service('spec', { loadBalancerIP: 'FD00:0:0::1' }), 1);
    bench.apply(service('external', { externalIPs: ['fd00::1'] }), 2);
    bench.apply({ ...service('ingress'), status: { loadBalancer: { ingress: [{ ip: 'fd00:0::1' }] } } }, 3);
    bench.apply(service('other', { loadBalancerIP: 'ten' }), 4);
    const names = bench.cluster.servicesAt('fd00::1').map(({ metadata }) => metadata.name);
    assert.deepEqual(names.toSorted(), ['external', 'ingress', 'spec']);
  });

  test('finds the Services that name a route, whoever wrote that', () => {
    const bench = new Bench();
    bench.apply(service('a', {}, { annotations: { 'parent-udp-route': 'dns' } }), 1);
    assert.equal(bench.cluster.servicesNaming('UDPRoute/default/dns').length, 1);
    assert.equal(bench.cluster.servicesNaming('TCPRoute/default/dns').length, 0);
  });

  test('knows a Service to have a ready endpoint while one slice of it says so, and not where slices cannot be read', () => {
    const bench = new Bench();
    const slice = (name: string, ready: boolean): Manifest => ({
      kind: 'EndpointSlice',
      metadata: { name, labels: { 'kubernetes.io/service-name': 'web' } },
      endpoints: [{ conditions: { ready } }],
    });
    assert.equal(bench.cluster.hasReadyEndpoint('Service/default/web'), false);
    bench.apply(slice('a', false), 1);
    bench.apply(slice('b', true), 2);
    assert.equal(bench.cluster.hasReadyEndpoint('Service/default/web'), true);
    bench.apply(slice('b', false), 3);
    assert.equal(bench.cluster.hasReadyEndpoint('Service/default/web'), false);
    bench.cluster.setUnavailable('EndpointSlice', 'HTTP 403');
    assert.equal(bench.cluster.hasReadyEndpoint('Service/default/web'), undefined);
  });

  test('finds the entries of the ledger that name a Gateway', () => {
    const bench = new Bench();
    const parentRef = { group: 'gateway.networking.k8s.io', resource: 'gateways', namespace: 'default', name: 'gw' };
    bench.apply({ kind: 'IPAddress', metadata: { name: '10.0.0.1' }, spec: { parentRef } }, 1);
    assert.equal(bench.cluster.ledgerOf('Gateway/default/gw').length, 1);
    assert.equal(bench.cluster.ledgerOf('Gateway/default/other').length, 0);
    assert.equal([...bench.cluster.all('IPAddress')].length, 1);
  });
});
