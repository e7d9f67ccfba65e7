import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Fixture, together, useServer } from '../support/fixture.ts';
import type { Manifest } from '../support/objects.ts';
import {
  condition,
  gateway,
  ownParent,
  type RouteObject,
  type RouteOptions,
  route,
  routeVerdicts,
  service,
} from './objects.ts';

interface BadRoute {
  readonly name: string;
  readonly options: RouteOptions;
  /** What is there beside the Gateway `gw`. */
  readonly beside?: (f: Fixture) => readonly Manifest[];
  /** `Accepted` and `ResolvedRefs`. */
  readonly verdicts: readonly [string, string];
  readonly message: RegExp;
}

const selector = ['app', 'x'] as const;
const web = (f: Fixture): readonly Manifest[] => [service(f, 'web')];
const duplicate = { behaviour: 'duplicate' } as const;

const bad: readonly BadRoute[] = [
  {
    name: 'a listener that is not there',
    options: { selector, parentRefs: [{ name: 'gw', sectionName: 'nothing' }] },
    verdicts: ['False/NoMatchingParent', 'True/ResolvedRefs'],
    message: /no listener with sectionName "nothing"; it has "tcp" \(TCP 8080\)/,
  },
  {
    name: 'a port that no listener has',
    options: { selector, parentRefs: [{ name: 'gw', port: 4 }] },
    verdicts: ['False/NoMatchingParent', 'True/ResolvedRefs'],
    message: /no listener with port 4/,
  },
  {
    name: 'a listener of another protocol',
    options: { selector, parentRefs: [{ name: 'gw', sectionName: 'udp' }] },
    verdicts: ['False/NotAllowedByListeners', 'True/ResolvedRefs'],
    message: /listener "udp" does not take a TCPRoute/,
  },
  {
    name: 'a listener that is refused itself',
    options: { selector, parentRefs: [{ name: 'gw', sectionName: 'http' }] },
    verdicts: ['False/NotAllowedByListeners', 'True/ResolvedRefs'],
    message: /listener "http"/,
  },
  {
    name: 'a backendRef of another kind',
    options: { ...duplicate, backendRefs: [{ group: 'example.com', kind: 'Bucket', name: 'web', port: 80 }] },
    beside: web,
    verdicts: ['True/Accepted', 'False/InvalidKind'],
    message: /"web" is a Bucket/,
  },
  {
    name: 'a Service that is not there',
    options: duplicate,
    verdicts: ['True/Accepted', 'False/BackendNotFound'],
    message: /Service .*\/web does not exist: create it/,
  },
  {
    name: 'a port that the Service has not',
    options: { ...duplicate, backendRefs: [{ name: 'web', port: 81 }] },
    beside: web,
    verdicts: ['True/Accepted', 'False/BackendNotFound'],
    message: /Service .*\/web has no port 81\/TCP; it has 80\/TCP/,
  },
  {
    name: 'a port that the Service has for another protocol only',
    options: duplicate,
    beside: (f) => [service(f, 'web', { ports: [{ port: 80, protocol: 'UDP' }] })],
    verdicts: ['True/Accepted', 'False/BackendNotFound'],
    message: /no port 80\/TCP; it has 80\/UDP/,
  },
  {
    name: 'a Service in another namespace',
    options: { ...duplicate, backendRefs: [{ name: 'web', namespace: 'kube-system', port: 80 }] },
    verdicts: ['True/Accepted', 'False/RefNotPermitted'],
    message: /kube-system\/web is in another namespace/,
  },
  {
    name: 'several backendRefs under create',
    options: {
      selector,
      backendRefs: [
        { name: 'a', port: 80 },
        { name: 'b', port: 80 },
      ],
    },
    verdicts: ['False/UnsupportedValue', 'True/ResolvedRefs'],
    message: /create.*one backendRef.*has 2/,
  },
  {
    name: 'a behaviour that is unknown',
    options: { behaviour: 'nonsense' },
    beside: web,
    verdicts: ['False/UnsupportedValue', 'True/ResolvedRefs'],
    message: /serviceBehaviour is "nonsense"/,
  },
  {
    name: 'a selector key without a value',
    options: { labels: { selectorkey: 'app' } },
    verdicts: ['False/UnsupportedValue', 'True/ResolvedRefs'],
    message: /selectorkey is set without selectorvalue/,
  },
  {
    name: 'a selector value without a key',
    options: { labels: { selectorvalue: 'app' } },
    verdicts: ['False/UnsupportedValue', 'True/ResolvedRefs'],
    message: /selectorvalue is set without selectorkey/,
  },
  {
    name: 'behaviour create without selector labels',
    options: { behaviour: 'create' },
    verdicts: ['False/UnsupportedValue', 'True/ResolvedRefs'],
    message: /selectorkey and selectorvalue/,
  },
  {
    name: 'a Service of the wanted name that is not ours',
    options: { selector },
    beside: web,
    verdicts: ['True/Accepted', 'False/ServiceNameTaken'],
    message: /Service .*\/web is there and not ours/,
  },
  {
    name: 'a copy whose name is taken by somebody’s Service',
    options: duplicate,
    beside: (f) => [service(f, 'web'), service(f, 'web-gw-api')],
    verdicts: ['True/Accepted', 'False/ServiceNameTaken'],
    message: /Service .*\/web-gw-api is there and not ours/,
  },
  {
    name: 'a backend without a weight above 0',
    options: { selector, backendRefs: [{ name: 'web', port: 80, weight: 0 }] },
    verdicts: ['False/UnsupportedValue', 'True/ResolvedRefs'],
    message: /weight above 0/,
  },
];

/** The Services that are there, as they are. */
async function services(f: Fixture): Promise<unknown> {
  return (await f.client.list(f.target('Service'))).items;
}

describe('A bad route', together, () => {
  const { fixture } = useServer();

  for (const { name, options, beside = () => [], verdicts, message } of bad) {
    test(`${name}: says so, touches nothing, and the good route beside it works`, async (t) => {
      const f = await fixture(t);
      const listeners = [
        { name: 'tcp', port: 8080 },
        { name: 'udp', port: 5353, protocol: 'UDP' },
        { name: 'http', port: 80, protocol: 'HTTP' },
      ];
      await f.create(gateway(f, 'gw', { listeners }), ...beside(f), route(f, 'bad', options));
      const before = await services(f);
      await f.run();
      assert.deepEqual(await routeVerdicts(f, 'bad'), verdicts);
      const parent = ownParent(f, await f.get<RouteObject>('TCPRoute', 'bad'));
      const told = ['Accepted', 'ResolvedRefs']
        .map((type) => condition(parent, type))
        .filter(({ status }) => status === 'False')
        .map((own) => own.message)
        .join();
      assert.match(told, message);
      assert.deepEqual(await services(f), before);
      const selects = { selector: ['app', 'dns'], backendRefs: [{ name: 'dns', port: 53 }] } as const;
      await f.create(route(f, 'good', { kind: 'UDPRoute', ...selects }));
      await f.settle();
      assert.deepEqual(await routeVerdicts(f, 'good', 'UDPRoute'), ['True/Accepted', 'True/ResolvedRefs']);
    });
  }

  test('a Gateway that is not there was never ours: no status', async (t) => {
    const f = await fixture(t);
    await f.create(route(f, 'bad', { selector, parentRefs: [{ name: 'missing' }] }));
    await f.run();
    assert.equal((await f.get<RouteObject>('TCPRoute', 'bad')).status?.parents, undefined);
  });

  test('a backendRef without port says so, where the API server lets it in', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), service(f, 'web'));
    const bare = route(f, 'bad', { ...duplicate, backendRefs: [{ name: 'web' }] });
    const refusal = await f.client.create(bare).then(
      () => undefined,
      (error: Error) => error,
    );
    await f.run();
    if (refusal !== undefined) {
      assert.match(refusal.message, /[Pp]ort/);
      return;
    }
    const parent = ownParent(f, await f.get<RouteObject>('TCPRoute', 'bad'));
    assert.match(condition(parent, 'Accepted').message, /port is missing/);
  });

  test('mended, it is served', async (t) => {
    const f = await fixture(t);
    await f.create(gateway(f, 'gw'), service(f, 'web'), route(f, 'bad', { behaviour: 'nonsense' }));
    await f.run();
    await f.patch('TCPRoute', 'bad', { metadata: { labels: { serviceBehaviour: 'duplicate' } } });
    await f.settle();
    assert.deepEqual(await routeVerdicts(f, 'bad'), ['True/Accepted', 'True/ResolvedRefs']);
    await f.patch('TCPRoute', 'bad', { metadata: { labels: { serviceBehaviour: 'nonsense' } } });
    await f.settle();
    assert.equal(await f.find('Service', 'web-gw-api'), undefined, 'broken again, its Service goes');
  });
});
