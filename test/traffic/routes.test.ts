import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../support/server.ts';
import { deployment, gateway, route, service } from './manifests.ts';
import { reasonOf, useSite } from './site.ts';

const port = 7000;

describe('a route that changes while traffic flows', () => {
  test('moves from duplicate to aggregate and back, and leaves nothing behind', async (t) => {
    const site = await useSite(t);
    await site.create(
      deployment('web'),
      service('web', 'web'),
      gateway('edge', port),
      route('web', { protocol: 'TCP', gateway: 'edge', behaviour: 'duplicate', backend: 'web', app: 'web' }),
    );
    const endpoint = { protocol: 'TCP', address: await site.addressOf('edge'), port } as const;
    await site.firstAnswer(endpoint);
    const both = ['edge-lab', 'web-gw-api'];
    for (const [behaviour, wanted] of [
      ['aggregate', 'edge-lab'],
      ['duplicate', 'web-gw-api'],
    ] as const) {
      await site.patch('TCPRoute', 'web', { metadata: { labels: { serviceBehaviour: behaviour } } });
      const errors: string[] = [];
      await eventually(async () => {
        const replies = await site.askMany(endpoint, 10);
        errors.push(...replies.flatMap((reply) => ('error' in reply ? [reply.error] : [])));
        const there = await Promise.all(both.map((name) => site.find('Service', name)));
        return both.filter((_, index) => there[index] !== undefined).join() === wanted;
      });
      assert.deepEqual(errors, [], `on the way to ${behaviour}`);
      await site.untilAnsweredBy(await site.podsOf('web'), endpoint);
    }
  });

  for (const behaviour of ['duplicate', 'aggregate'] as const) {
    test(`is not answered any more once it is deleted: ${behaviour}`, async (t) => {
      const site = await useSite(t);
      await site.create(
        deployment('web'),
        service('web', 'web'),
        gateway('edge', port),
        route('web', { protocol: 'TCP', gateway: 'edge', behaviour, backend: 'web', app: 'web' }),
      );
      const endpoint = { protocol: 'TCP', address: await site.addressOf('edge'), port } as const;
      await site.firstAnswer(endpoint);
      await site.delete('TCPRoute', 'web');
      await site.untilUnanswered(endpoint);
    });
  }
});

describe('a backend in another namespace', () => {
  test('is reached while a ReferenceGrant allows it, and not after it is revoked', async (t) => {
    const site = await useSite(t);
    const elsewhere = `${site.namespace}-backend`;
    await site.makeNamespace(elsewhere);
    await site.create(
      { ...deployment('web'), metadata: { name: 'web', namespace: elsewhere } },
      { ...service('web', 'web'), metadata: { name: 'web', namespace: elsewhere } },
      gateway('edge', port),
      route('web', {
        protocol: 'TCP',
        gateway: 'edge',
        behaviour: 'aggregate',
        backend: 'web',
        app: 'web',
        backendNamespace: elsewhere,
      }),
    );
    const endpoint = { protocol: 'TCP', address: await site.addressOf('edge'), port } as const;
    await eventually(async () => (await reasonOf(site, 'TCPRoute', 'web', 'ResolvedRefs')) === 'RefNotPermitted');
    assert.ok('error' in (await site.ask(endpoint)));
    const grant = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'ReferenceGrant',
      metadata: { name: 'allow', namespace: elsewhere },
      spec: {
        from: [{ group: 'gateway.networking.k8s.io', kind: 'TCPRoute', namespace: site.namespace }],
        to: [{ group: '', kind: 'Service' }],
      },
    };
    await site.create(grant);
    await site.firstAnswer(endpoint);
    await site.delete('ReferenceGrant', 'allow', elsewhere);
    await site.untilUnanswered(endpoint);
    assert.equal(await reasonOf(site, 'TCPRoute', 'web', 'ResolvedRefs'), 'RefNotPermitted');
  });
});

describe('a listener of a ListenerSet', () => {
  test("is reached on the address of its Gateway, beside the Gateway's own", async (t) => {
    const site = await useSite(t);
    const allowed = gateway('edge', port);
    const parent = { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'edge' };
    const set = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'ListenerSet',
      metadata: { name: 'more' },
      spec: { parentRef: parent, listeners: [{ name: 'extra', port: port + 1, protocol: 'TCP' }] },
    };
    const options = { protocol: 'TCP', gateway: 'edge', behaviour: 'aggregate', app: 'web' } as const;
    const ofSet = route('of-set', { ...options, backend: 'other' });
    const toSet = { ...parent, kind: 'ListenerSet', name: 'more' };
    await site.create(
      deployment('web'),
      deployment('other'),
      service('web', 'web'),
      service('other', 'other'),
      { ...allowed, spec: { ...(allowed.spec as object), allowedListeners: { namespaces: { from: 'Same' } } } },
      set,
      route('of-gateway', { ...options, backend: 'web' }),
      { ...ofSet, spec: { ...(ofSet.spec as object), parentRefs: [toSet] } },
    );
    const address = await site.addressOf('edge');
    for (const [app, at] of [
      ['web', port],
      ['other', port + 1],
    ] as const) {
      const endpoint = { protocol: 'TCP', address, port: at } as const;
      await site.firstAnswer(endpoint);
      await site.untilAnsweredBy(await site.podsOf(app), endpoint);
    }
  });
});
