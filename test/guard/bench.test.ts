import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ApiObject, groupsOf, object, servicesOf } from '../bench/objects.ts';
import { parseOptions, UsageError } from '../bench/options.ts';
import { barChart, lineChart } from '../bench/plot.ts';
import { type Snapshot, withCreation, writesBetween } from '../bench/replay.ts';
import { plots } from '../bench/results.ts';
import { median, percentile, spread } from '../bench/statistics.ts';

describe('the statistics of the bench', () => {
  for (const [values, middle] of [
    [[3], 3],
    [[5, 1, 3], 3],
    [[4, 1, 2, 3], 2.5],
  ] as const) {
    test(`the median of ${values.join(', ')} is ${middle}`, () => assert.equal(median(values), middle));
  }

  test('a percentile is a value that was measured', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    assert.deepEqual(
      [0.5, 0.99, 1].map((share) => percentile(values, share)),
      [100, 198, 200],
    );
    assert.deepEqual(spread(values), [1, 200]);
  });
});

describe('the command line of the bench', () => {
  test('has its defaults', () => {
    const { scenarios, target, behaviour, output, repeat } = parseOptions([]);
    assert.deepEqual(
      [scenarios, target, behaviour, output, repeat],
      [['converge'], 'cluster', 'create', 'table', undefined],
    );
    assert.equal(parseOptions(['--scenario', 'all']).scenarios.length, 10);
  });

  for (const [args, message] of [
    [['--scenario', 'converge,nothing'], /--scenario is one of converge, .*, not 'nothing'/],
    [['--gateways', '0'], /--gateways is a whole number/],
    [['--target', 'moon'], /--target is one of cluster, memory/],
    [['--speed', '9'], /--speed/],
  ] as const) {
    test(`refuses ${args.join(' ')}`, () => {
      assert.throws(
        () => parseOptions(args),
        (error) => error instanceof UsageError && message.test(error.message),
      );
    });
  }
});

/** A snapshot of these objects. */
function snapshot(...objects: readonly ApiObject[]): Snapshot {
  const of = (kind: string) =>
    new Map(objects.filter((one) => one.kind === kind).map((one) => [one.metadata.name, one]));
  return {
    IPAddress: of('IPAddress'),
    Gateway: of('Gateway'),
    Service: of('Service'),
    EndpointSlice: of('EndpointSlice'),
    TCPRoute: of('TCPRoute'),
  };
}

describe('the raw replay', () => {
  const [group] = groupsOf({ gateways: 1, routesPerGateway: 1, behaviour: 'create' });
  assert.ok(group);
  const [route] = group.routes;
  assert.ok(route);
  const name = route.metadata.name;
  const before = snapshot(group.gateway, route);
  const after = snapshot(
    object('IPAddress', '10.0.0.1', { spec: { parentRef: { name: group.name } } }),
    {
      ...group.gateway,
      spec: { ...group.gateway.spec, addresses: [{ value: '10.0.0.1' }] },
      status: { addresses: [] },
    },
    {
      ...object('Service', name, { spec: { type: 'LoadBalancer', clusterIP: '10.96.0.7' } }),
      status: { loadBalancer: { ingress: [{ ip: '10.0.0.1' }] } },
    },
    { ...route, status: { parents: [{}] } },
  );

  test('sends one write for each object and purpose: the address first, the status of the route last', () => {
    const [chain] = writesBetween(before, after);
    assert.ok(chain);
    const short = (path: string): string => path.replace(/^.*\/(ipaddresses|gateways|services|tcproutes)/, '$1');
    const sent = [...chain.head, ...chain.tails.flat()].map(({ method, path }) => `${method} ${short(path)}`);
    assert.deepEqual(sent, [
      'POST ipaddresses',
      `PATCH gateways/${group.name}`,
      `PATCH gateways/${group.name}/status`,
      'POST services',
      `PATCH services/${name}/status`,
      `PATCH tcproutes/${name}/status`,
    ]);
  });

  test('leaves to the server what the server fills in, and patches only what differs', () => {
    const [chain] = writesBetween(before, after);
    const created = chain?.tails[0]?.[0]?.body as ApiObject;
    assert.deepEqual([created.spec, created.status], [{ type: 'LoadBalancer' }, undefined]);
    assert.deepEqual(chain?.head[1]?.body, { spec: { addresses: [{ value: '10.0.0.1' }] } });
  });

  test('sends nothing between equal states', () => {
    const [chain] = writesBetween(after, after);
    assert.deepEqual([chain?.head, chain?.tails.flat()], [[], []]);
  });

  test('creates the objects first, where they come under a running controller', () => {
    const [chain] = withCreation(writesBetween(before, after), before);
    const first = chain?.head.slice(0, 2).map(({ method, path }) => `${method} ${path.split('/').at(-1)}`);
    assert.deepEqual(first, ['POST gateways', 'POST tcproutes']);
  });

  test('expects one Service a route, and one a Gateway under aggregate', () => {
    const shape = { gateways: 10, routesPerGateway: 3 };
    assert.equal(servicesOf({ ...shape, behaviour: 'create' }), 30);
    assert.equal(servicesOf({ ...shape, behaviour: 'aggregate' }), 10);
  });
});

describe('the plots of the bench', () => {
  test('lines go from 0 to a round number, and straight growth is a straight line', () => {
    const points = [
      [1_000, 4],
      [3_000, 12],
      [10_000, 40],
    ] as const;
    const svg = lineChart({ title: 'a < b', xTitle: 'x', yTitle: 'y', series: [{ name: 's', points }] });
    const [, line = ''] = /<polyline points="([^"]+)"/.exec(svg) ?? [];
    const [[x1, y1], [x2, y2], [x3, y3]] = line.split(' ').map((pair) => pair.split(',').map(Number)) as [
      number,
      number,
    ][] as [[number, number], [number, number], [number, number]];
    assert.ok(Math.abs((y2 - y1) / (x2 - x1) - (y3 - y2) / (x3 - x2)) < 0.01);
    assert.match(svg, /a &lt; b/);
  });

  test('bars are as high as their values, and the target stands across', () => {
    const svg = barChart({
      title: 't',
      yTitle: 'y',
      names: ['one', 'two'],
      groups: [{ name: 'g', values: [1, 2] }],
      target: { name: 'goal', value: 1.5 },
    });
    const [one = 0, two = 0] = [
      ...svg.matchAll(/<rect x="[\d.]+" y="[\d.]+" width="[\d.]+" height="([\d.]+)" fill/g),
    ].map(([, height]) => Number(height));
    assert.ok(Math.abs(two - 2 * one) < 0.2, `${one} and ${two}`);
    assert.match(svg, /stroke-dasharray/);
  });

  test('there is one for each kind of figure that is there', () => {
    const common = { gateways: 1_000, routes: 1_000, convergeSeconds: 2, replaySeconds: 1, ratio: 2, target: 'memory' };
    const grown = {
      ...common,
      cpuSeconds: 1,
      rssMiB: 200,
      settledHeapMiB: 50,
      restartRssMiB: 180,
      restartReadySeconds: 1,
    };
    const large = { ...common, scenario: 'large', growth: [grown, { ...grown, gateways: 3_000 }] };
    const names = plots([{ ...common, scenario: 'converge' }, large]).map(([name]) => name);
    assert.deepEqual(names, ['memory-seconds', 'memory-ratio', 'memory-growth-time', 'memory-growth-memory']);
  });
});
