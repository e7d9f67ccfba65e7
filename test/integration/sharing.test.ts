import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Fixture, together, useServer } from '../support/fixture.ts';
import {
  condition,
  gateway,
  ownParent,
  type RouteObject,
  type RouteOptions,
  route,
  routeVerdicts,
  type ServiceObject,
  service,
  serviceNames,
} from './objects.ts';

const accepted = ['True/Accepted', 'True/ResolvedRefs'];
const listeners = [
  { name: 'a', port: 1001 },
  { name: 'b', port: 1002 },
  { name: 'u', port: 1001, protocol: 'UDP' },
];
const on = (sectionName: string) => ({ parentRefs: [{ name: 'gw', sectionName }] });

interface Merging {
  readonly behaviour: string;
  /** Of the Service that carries the address. */
  readonly name: string;
  readonly options: RouteOptions;
  /** Ports that are the user's. */
  readonly own: readonly string[];
  readonly target: number;
  /** Services that are there before and after. */
  readonly left: readonly string[];
}

const merging: readonly Merging[] = [
  { behaviour: 'create', name: 'web', options: { selector: ['app', 'web'] }, own: [], target: 80, left: [] },
  {
    behaviour: 'duplicate',
    name: 'web-gw-api',
    options: { behaviour: 'duplicate' },
    own: [],
    target: 8000,
    left: ['web'],
  },
  {
    behaviour: 'update',
    name: 'web',
    options: { behaviour: 'update' },
    own: ['80>8000/TCP'],
    target: 8000,
    left: ['web'],
  },
];

async function ports(f: Fixture, name = 'web'): Promise<readonly string[]> {
  const { spec } = await f.get<ServiceObject>('Service', name);
  return spec.ports.map(({ port, targetPort, protocol }) => `${port}>${targetPort}/${protocol}`);
}

/** Creation times have whole seconds: names in order decide between routes of one second. */
describe('Routes that share', together, () => {
  const { fixture } = useServer();

  test('a listener: all attach, the oldest serves, the next takes over when it goes', async (t) => {
    const f = await fixture(t);
    const to = (name: string) => ({ selector: ['app', name] as const, backendRefs: [{ name, port: 80 }] });
    await f.create(
      gateway(f, 'gw', { listeners }),
      route(f, 'a-first', { ...on('a'), ...to('one') }),
      route(f, 'b-second', { ...on('a'), ...to('two') }),
    );
    await f.run();
    assert.deepEqual(await serviceNames(f), ['one']);
    assert.deepEqual(await routeVerdicts(f, 'b-second'), accepted);
    const second = ownParent(f, await f.get<RouteObject>('TCPRoute', 'b-second'));
    assert.match(condition(second, 'Accepted').message, /older route .*a-first/);
    await f.delete('TCPRoute', 'a-first');
    await f.settle();
    assert.deepEqual(await serviceNames(f), ['two']);
    const now = ownParent(f, await f.get<RouteObject>('TCPRoute', 'b-second'));
    assert.doesNotMatch(condition(now, 'Accepted').message, /older/);
  });

  for (const { behaviour, name, options, own, target, left } of merging) {
    test(`a Service, by ${behaviour}: the ports are merged, and go one by one`, async (t) => {
      const f = await fixture(t);
      await f.create(...left.map((original) => service(f, original)));
      await f.create(
        gateway(f, 'gw', { listeners }),
        route(f, 'r1', { ...options, ...on('a') }),
        route(f, 'r2', { ...options, ...on('b') }),
      );
      await f.run();
      assert.deepEqual(await ports(f, name), [...own, `1001>${target}/TCP`, `1002>${target}/TCP`]);
      assert.deepEqual(await routeVerdicts(f, 'r1'), accepted);
      assert.deepEqual(await routeVerdicts(f, 'r2'), accepted);
      const { metadata } = await f.get<ServiceObject>('Service', name);
      await f.delete('TCPRoute', 'r1');
      await f.settle();
      assert.deepEqual(await ports(f, name), [...own, `1002>${target}/TCP`]);
      assert.equal((await f.get<ServiceObject>('Service', name)).metadata.uid, metadata.uid, 'the same Service');
      await f.delete('TCPRoute', 'r2');
      await f.settle();
      assert.deepEqual(await serviceNames(f), left);
      if (left.includes(name)) assert.deepEqual(await ports(f), own);
    });
  }

  test('a name across kinds, TCPRoute and UDPRoute: the one does not undo the other’s', async (t) => {
    const f = await fixture(t);
    const to = (name: string) => ({ selector: ['app', name] as const, backendRefs: [{ name, port: 80 }] });
    await f.create(
      gateway(f, 'gw', { listeners }),
      route(f, 'same', { ...on('a'), ...to('by-tcp') }),
      route(f, 'same', { kind: 'UDPRoute', ...on('u'), ...to('by-udp') }),
    );
    const first = await f.run();
    assert.deepEqual(await serviceNames(f), ['by-tcp', 'by-udp']);
    await f.delete('TCPRoute', 'same');
    await f.settle();
    assert.deepEqual(await serviceNames(f), ['by-udp']);
    await f.create(route(f, 'same', { ...on('a'), ...to('by-tcp') }));
    await f.settle();
    await first.stop();
    await f.delete('UDPRoute', 'same');
    await f.run();
    assert.deepEqual(await serviceNames(f), ['by-tcp']);
    assert.deepEqual(await routeVerdicts(f, 'same'), accepted);
  });

  test('a name across kinds and one copied Service', async (t) => {
    const f = await fixture(t);
    const both = [
      { name: 't', port: 80, targetPort: 8000, protocol: 'TCP' },
      { name: 'u', port: 80, targetPort: 8001, protocol: 'UDP' },
    ];
    await f.create(
      gateway(f, 'gw', { listeners }),
      service(f, 'web', { ports: both }),
      route(f, 'same', { ...on('a'), behaviour: 'duplicate' }),
      route(f, 'same', { kind: 'UDPRoute', ...on('u'), behaviour: 'duplicate' }),
    );
    await f.run();
    assert.deepEqual(await ports(f, 'web-gw-api'), ['1001>8000/TCP', '1001>8001/UDP']);
    await f.delete('UDPRoute', 'same');
    await f.settle();
    assert.deepEqual(await ports(f, 'web-gw-api'), ['1001>8000/TCP']);
  });

  test('a Service but not its selector: the oldest has it, the other is told whose it is', async (t) => {
    const f = await fixture(t);
    await f.create(
      gateway(f, 'gw', { listeners }),
      route(f, 'r1', { ...on('a'), selector: ['app', 'one'] }),
      route(f, 'r2', { ...on('b'), selector: ['app', 'two'] }),
    );
    await f.run();
    assert.deepEqual(await ports(f), ['1001>80/TCP']);
    assert.deepEqual(await routeVerdicts(f, 'r2'), ['True/Accepted', 'False/ServiceNameTaken']);
    const second = ownParent(f, await f.get<RouteObject>('TCPRoute', 'r2'));
    assert.match(condition(second, 'ResolvedRefs').message, /route .*\/r1 uses Service .*\/web with another selector/);
    await f.delete('TCPRoute', 'r1');
    await f.settle();
    assert.deepEqual(await routeVerdicts(f, 'r2'), accepted);
    assert.deepEqual((await f.get<ServiceObject>('Service', 'web')).spec.selector, { app: 'two' });
  });

  test('a Service for two Gateways: the oldest has it', async (t) => {
    const f = await fixture(t);
    await f.create(
      gateway(f, 'gw', { listeners }),
      gateway(f, 'other', { listeners: [{ name: 'o', port: 1 }] }),
      service(f, 'web'),
      route(f, 'r1', { ...on('a'), behaviour: 'duplicate' }),
      route(f, 'r2', { parentRefs: [{ name: 'other' }], behaviour: 'duplicate' }),
    );
    await f.run();
    assert.deepEqual(await ports(f, 'web-gw-api'), ['1001>8000/TCP']);
    assert.deepEqual(await routeVerdicts(f, 'r2'), ['True/Accepted', 'False/ServiceNameTaken']);
  });

  test('nothing: one route on two Gateways serves the first, and the second says why not', async (t) => {
    const f = await fixture(t);
    await f.create(
      gateway(f, 'gw'),
      gateway(f, 'other'),
      route(f, 'r1', {
        selector: ['app', 'web'],
        parentRefs: [
          { name: 'gw', sectionName: 'tcp' },
          { name: 'other', sectionName: 'tcp' },
        ],
      }),
    );
    await f.run();
    const { status } = await f.get<RouteObject>('TCPRoute', 'r1');
    const verdicts = status?.parents?.map((parent) => condition(parent, 'Accepted').reason);
    assert.deepEqual(verdicts, ['Accepted', 'UnsupportedValue']);
    assert.match(condition(status?.parents?.[1], 'Accepted').message, /Gateway .*\/gw/);
  });
});
