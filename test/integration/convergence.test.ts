import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Fixture, together, useServer } from '../support/fixture.ts';
import type { Manifest } from '../support/objects.ts';
import { endpointSlice, gateway, route, service } from './objects.ts';
import { freshOutcome, outcomeOf } from './outcome.ts';

interface Scenario {
  readonly name: string;
  readonly start: (f: Fixture) => readonly Manifest[];
  /** What happens under the running controller. */
  readonly change: (f: Fixture) => Promise<void>;
  /** Everything as it is in the end, the oldest first. */
  readonly end: (f: Fixture) => readonly Manifest[];
}

const made = { selector: ['app', 'web'] } as const;
const to = (name: string, port = 80) => ({ backendRefs: [{ name, port }] });
const at = (name: string, sectionName = 'tcp') => ({ parentRefs: [{ name, sectionName }] });

const behaviours = [
  ['create', made],
  ['duplicate', { behaviour: 'duplicate' }],
  ['update', { behaviour: 'update' }],
] as const;

const scenarios: readonly Scenario[] = [
  ...behaviours.flatMap(([name, options]): Scenario[] => {
    const backends = (f: Fixture): Manifest[] =>
      name === 'create' ? [] : [service(f, 'web'), service(f, 'api', { ports: [{ port: 80, targetPort: 8111 }] })];
    return [
      {
        name: `${name}: the Gateway is created last`,
        start: (f) => [...backends(f), route(f, 'r', options)],
        change: (f) => f.create(gateway(f, 'gw')),
        end: (f) => [...backends(f), route(f, 'r', options), gateway(f, 'gw')],
      },
      {
        name: `${name}: the backend Services are created last`,
        start: (f) => [gateway(f, 'gw'), route(f, 'r', options)],
        change: (f) => f.create(...backends(f)),
        end: (f) => [gateway(f, 'gw'), route(f, 'r', options), ...backends(f)],
      },
      {
        name: `${name}: the listener is renamed, and the route follows later`,
        start: (f) => [gateway(f, 'gw'), ...backends(f), route(f, 'r', options)],
        change: async (f) => {
          await f.patch('Gateway', 'gw', { spec: { listeners: [{ name: 'new', port: 8080, protocol: 'TCP' }] } });
          await f.settle();
          await f.patch('TCPRoute', 'r', { spec: at('gw', 'new') });
        },
        end: (f) => [
          gateway(f, 'gw', { listeners: [{ name: 'new', port: 8080 }] }),
          ...backends(f),
          route(f, 'r', { ...options, ...at('gw', 'new') }),
        ],
      },
      {
        name: `${name}: the listener changes its port`,
        start: (f) => [
          gateway(f, 'gw', { listeners: [{ name: 'tcp', port: 1 }] }),
          ...backends(f),
          route(f, 'r', options),
        ],
        change: (f) => f.patch('Gateway', 'gw', { spec: { listeners: [{ name: 'tcp', port: 2, protocol: 'TCP' }] } }),
        end: (f) => [
          gateway(f, 'gw', { listeners: [{ name: 'tcp', port: 2 }] }),
          ...backends(f),
          route(f, 'r', options),
        ],
      },
      {
        name: `${name}: the route moves to another Gateway`,
        start: (f) => [gateway(f, 'gw'), gateway(f, 'other'), ...backends(f), route(f, 'r', options)],
        change: (f) => f.patch('TCPRoute', 'r', { spec: at('other') }),
        end: (f) => [
          gateway(f, 'gw'),
          gateway(f, 'other'),
          ...backends(f),
          route(f, 'r', { ...options, ...at('other') }),
        ],
      },
      {
        name: `${name}: the backendRef changes`,
        start: (f) => [gateway(f, 'gw'), ...backends(f), route(f, 'r', options)],
        change: (f) => f.patch('TCPRoute', 'r', { spec: { rules: [to('api')] } }),
        end: (f) => [gateway(f, 'gw'), ...backends(f), route(f, 'r', { ...options, ...to('api') })],
      },
      {
        name: `${name}: the route is deleted`,
        start: (f) => [gateway(f, 'gw'), ...backends(f), route(f, 'r', options)],
        change: (f) => f.delete('TCPRoute', 'r'),
        end: (f) => [gateway(f, 'gw'), ...backends(f)],
      },
      {
        name: `${name}: the Gateway is deleted and created again`,
        start: (f) => [gateway(f, 'gw'), ...backends(f), route(f, 'r', options)],
        change: async (f) => {
          await f.delete('Gateway', 'gw');
          await f.settle();
          await f.create(gateway(f, 'gw'));
        },
        end: (f) => [gateway(f, 'gw'), ...backends(f), route(f, 'r', options)],
      },
    ];
  }),
  ...behaviours.flatMap(([from, first]) =>
    behaviours
      .filter(([into]) => into !== from && from !== 'create' && into !== 'create')
      .map(
        ([into, second]): Scenario => ({
          name: `the behaviour changes from ${from} to ${into}`,
          start: (f) => [gateway(f, 'gw'), service(f, 'web'), route(f, 'r', first)],
          change: (f) => f.patch('TCPRoute', 'r', { metadata: { labels: { serviceBehaviour: into } } }),
          end: (f) => [gateway(f, 'gw'), service(f, 'web'), route(f, 'r', second)],
        }),
      ),
  ),
  {
    name: 'the behaviour changes from create to duplicate of another Service',
    start: (f) => [gateway(f, 'gw'), service(f, 'api'), route(f, 'r', made)],
    change: async (f) => {
      const labels = { selectorkey: null, selectorvalue: null, serviceBehaviour: 'duplicate' };
      await f.patch('TCPRoute', 'r', { metadata: { labels }, spec: { rules: [to('api')] } });
    },
    end: (f) => [gateway(f, 'gw'), service(f, 'api'), route(f, 'r', { behaviour: 'duplicate', ...to('api') })],
  },
  {
    name: 'the behaviour changes from update to create of another Service',
    start: (f) => [gateway(f, 'gw'), service(f, 'web'), route(f, 'r', { behaviour: 'update' })],
    change: async (f) => {
      const labels = { selectorkey: 'app', selectorvalue: 'new', serviceBehaviour: null };
      await f.patch('TCPRoute', 'r', { metadata: { labels }, spec: { rules: [to('new')] } });
    },
    end: (f) => [gateway(f, 'gw'), service(f, 'web'), route(f, 'r', { selector: ['app', 'new'], ...to('new') })],
  },
  {
    name: 'the selector of a made Service changes',
    start: (f) => [gateway(f, 'gw'), route(f, 'r', made)],
    change: (f) => f.patch('TCPRoute', 'r', { metadata: { labels: { selectorkey: 'tier', selectorvalue: 'front' } } }),
    end: (f) => [gateway(f, 'gw'), route(f, 'r', { selector: ['tier', 'front'] })],
  },
  {
    name: 'a backend port appears later',
    start: (f) => [
      gateway(f, 'gw'),
      service(f, 'web', { ports: [{ port: 81 }] }),
      route(f, 'r', { behaviour: 'duplicate' }),
    ],
    change: (f) => f.patch('Service', 'web', { spec: { ports: [{ port: 80, targetPort: 8000 }] } }),
    end: (f) => [gateway(f, 'gw'), service(f, 'web'), route(f, 'r', { behaviour: 'duplicate' })],
  },
  {
    name: 'two routes shared a listener, and the older one goes',
    start: (f) => [
      gateway(f, 'gw'),
      service(f, 'web'),
      route(f, 'a', { behaviour: 'update' }),
      route(f, 'b', { selector: ['app', 'b'], ...to('b') }),
    ],
    change: (f) => f.delete('TCPRoute', 'a'),
    end: (f) => [gateway(f, 'gw'), service(f, 'web'), route(f, 'b', { selector: ['app', 'b'], ...to('b') })],
  },
  {
    name: 'the address of the Gateway changes from IPv4 to IPv6',
    start: (f) => [gateway(f, 'gw'), service(f, 'web'), route(f, 'r', { behaviour: 'duplicate' })],
    change: async (f) => {
      await f.delete('Gateway', 'gw');
      await f.settle();
      await f.create(gateway(f, 'gw', { addresses: [{ type: 'IPAddress', value: f.address6(7) }] }));
    },
    end: (f) => [
      gateway(f, 'gw', { addresses: [{ type: 'IPAddress', value: f.address6(7) }] }),
      service(f, 'web'),
      route(f, 'r', { behaviour: 'duplicate' }),
    ],
  },
  {
    name: 'a foreign Service of the wanted name goes',
    start: (f) => [gateway(f, 'gw'), service(f, 'web'), endpointSlice(f, 'web'), route(f, 'r', made)],
    change: async (f) => {
      await f.delete('Service', 'web');
      await f.delete('EndpointSlice', 'web-slice');
    },
    end: (f) => [gateway(f, 'gw'), route(f, 'r', made)],
  },
];

describe('The outcome is the same as if everything had been there from the start', together, () => {
  const { fixture } = useServer();

  for (const { name, start, change, end } of scenarios) {
    test(name, async (t) => {
      const live = await fixture(t);
      await live.create(...start(live));
      const controller = await live.run();
      await change(live);
      await live.settle();
      const outcome = await outcomeOf(live);
      await controller.stop();
      const fresh = await fixture(t);
      assert.deepEqual(outcome, await freshOutcome(fresh, end(fresh)));
    });
  }
});
