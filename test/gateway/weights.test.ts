import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ObjectKey } from '../../src/objects/keys.ts';
import type { Manifest } from './manifests.ts';
import { Simulation } from './simulation.ts';

type Endpoint = Readonly<Record<string, unknown>>;

interface WeightCase {
  readonly name: string;
  /** As `name weight`, or `name:port weight`. */
  readonly refs: readonly string[];
  readonly slices: readonly Manifest[];
  /** Annotations of the Gateway. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** What the status says; nothing where the weights are honoured. */
  readonly says?: string;
}

const dualStack = { 'gateway-api-controller.thebsdbox.co.uk/ip-families': 'dual' };
const local = { 'gateway-api-controller.thebsdbox.co.uk/external-traffic-policy': 'Local' };
const everyEndpoint =
  'kube-proxy gives every ready endpoint the same share, so that they would have to be in proportion';
const toEndpoints = `${everyEndpoint} to the ready endpoints`;

/** Addresses of one family, from that host on. */
function endpoints(count: number, first: number, rest: Endpoint = {}, prefix = '192.0.2.'): readonly Endpoint[] {
  return Array.from({ length: count }, (_, index) => ({ addresses: [`${prefix}${first + index}`], ...rest }));
}

/** A slice of a backend, whose pods have both of its ports unless told. */
function slice(of: string, list: readonly Endpoint[], ports: readonly string[] = ['web', 'admin']): Manifest {
  const [first] = list;
  const isIPv6 = String(first?.addresses).includes(':');
  return {
    kind: 'EndpointSlice',
    metadata: { name: `${of}-${String(first?.addresses).replaceAll(/\W/g, '-')}`, labels: { [serviceLabel]: of } },
    addressType: isIPv6 ? 'IPv6' : 'IPv4',
    endpoints: list,
    ports: ports.map((name) => ({ name, protocol: 'TCP', port: name === 'web' ? 8000 : 9000 })),
  };
}

const serviceLabel = 'kubernetes.io/service-name';
const v6 = (count: number, first: number): readonly Endpoint[] => endpoints(count, first, {}, '2001:db8::');
const dual = [slice('dual', endpoints(3, 1)), slice('dual', v6(1, 1))];
const single = [slice('single', endpoints(3, 11))];
const on = (nodeName: string): Endpoint => ({ nodeName });
const hinted = (zone: string): Endpoint => ({ hints: { forZones: [{ name: zone }] } });
const hintedNode = (node: string): Endpoint => ({ hints: { forNodes: [{ name: node }] } });

const cases: readonly WeightCase[] = [
  { name: 'in proportion', refs: ['dual 1', 'single 1'], slices: [...dual, ...single] },
  {
    name: 'in proportion only with endpoints of a family that the Gateway has not',
    refs: ['dual 4', 'single 3'],
    slices: [...dual, ...single],
    says: `the weights (dual 4, single 3) are not honoured: ${toEndpoints}`,
  },
  {
    name: 'in proportion only with pods that do not have the port',
    refs: ['dual:81 4', 'single 3'],
    slices: [slice('dual', endpoints(1, 1)), slice('dual', endpoints(3, 5), ['web']), ...single],
    says: `the weights (dual 4, single 3) are not honoured: ${toEndpoints}`,
  },
  {
    name: 'in proportion to the pods that have the port',
    refs: ['dual:81 1', 'single 3'],
    slices: [slice('dual', endpoints(1, 1)), slice('dual', endpoints(2, 5), ['web']), ...single],
  },
  {
    name: 'in proportion only where a backend that stands twice counts twice',
    refs: ['single 3', 'single 3', 'dual 3'],
    slices: [slice('dual', endpoints(3, 1)), ...single],
    says: `the weights (single 3, single 3, dual 3) are not honoured: ${toEndpoints}`,
  },
  {
    name: 'in proportion once those of a backend that stands twice are added up',
    refs: ['single 1', 'single 2', 'dual 3'],
    slices: [...dual, ...single],
  },
  {
    name: 'for two backends of which one has some of the other’s pods',
    refs: ['dual 2', 'single 1'],
    slices: [slice('dual', endpoints(2, 1)), slice('single', endpoints(1, 1))],
    says: `the weights (dual 2, single 1) are not honoured: ${toEndpoints}`,
  },
  {
    name: 'for a backend without a ready endpoint',
    refs: ['dual 1', 'single 1'],
    slices: [...dual, slice('single', endpoints(3, 11, { conditions: { ready: false } }))],
    says: `the weights (dual 1, single 1) are not honoured: ${toEndpoints}`,
  },
  { name: 'while there is no endpoint at all', refs: ['dual 2', 'single 1'], slices: [] },
  {
    name: 'in proportion over one family of two',
    refs: ['dual 1', 'single 1'],
    slices: [...dual, ...single, slice('single', v6(2, 11))],
    annotations: dualStack,
    says: `the weights (dual 1, single 1) are not honoured over IPv6: ${toEndpoints}`,
  },
  {
    name: 'in proportion over neither family',
    refs: ['dual 5', 'single 5'],
    slices: [...dual, slice('single', endpoints(1, 11)), slice('single', v6(3, 11))],
    annotations: dualStack,
    says: `the weights (dual 5, single 5) are not honoured: ${toEndpoints}`,
  },
  {
    name: 'in proportion over both families',
    refs: ['dual 3', 'single 3'],
    slices: [...dual, ...single, slice('single', v6(1, 11))],
    annotations: dualStack,
  },
  {
    name: 'in proportion on the whole, but not on each node, under Local',
    refs: ['dual 1', 'single 1'],
    slices: [slice('dual', endpoints(2, 1, on('n1'))), slice('single', endpoints(2, 11, on('n2')))],
    annotations: local,
    says: `the weights (dual 1, single 1) are not honoured: ${toEndpoints} of each node, as externalTrafficPolicy is Local`,
  },
  {
    name: 'in proportion on each node under Local',
    refs: ['dual 1', 'single 1'],
    slices: ['dual', 'single'].map((name, index) =>
      slice(name, [...endpoints(2, index * 10, on('n1')), ...endpoints(1, index * 10 + 5, on('n2'))]),
    ),
    annotations: local,
  },
  {
    name: 'in proportion on the whole, but not in each zone of the hints',
    refs: ['dual 1', 'single 1'],
    slices: [slice('dual', endpoints(2, 1, hinted('z1'))), slice('single', endpoints(2, 11, hinted('z2')))],
    says: `the weights (dual 1, single 1) are not honoured: ${toEndpoints} of each zone, as these have hints for zones`,
  },
  {
    name: 'in proportion on the whole, but not on each node of the hints',
    refs: ['dual 1', 'single 1'],
    slices: [slice('dual', endpoints(2, 1, hintedNode('n1'))), slice('single', endpoints(2, 11, hintedNode('n2')))],
    says: `the weights (dual 1, single 1) are not honoured: ${toEndpoints} of each node, as these have hints for nodes`,
  },
  {
    name: 'in proportion on the whole, where not all have the hints',
    refs: ['dual 1', 'single 1'],
    slices: [slice('dual', endpoints(2, 1, hinted('z1'))), slice('single', endpoints(2, 11))],
  },
];

function refOf(text: string): object {
  const [, name, port = '80', weight] = /^(\w+)(?::(\d+))? (\d+)$/.exec(text) ?? [];
  return { name, port: Number(port), weight: Number(weight) };
}

/** A Gateway with one route to these backends, at rest. */
function simulate({ refs, slices, annotations = {} }: WeightCase): Simulation {
  const simulation = new Simulation({ flags: ['-ipam-configmap', 'default/ipam', '-service-behaviour', 'aggregate'] });
  const ports = ['web', 'admin'].map((name, index) => ({ name, port: 80 + index, targetPort: name }));
  const listeners = [{ name: 'tcp', port: 80, protocol: 'TCP' }];
  const controllerName = 'thebsdbox.co.uk/controller';
  const manifests: readonly Manifest[] = [
    { kind: 'GatewayClass', metadata: { name: 'l4' }, spec: { controllerName } },
    { kind: 'ConfigMap', metadata: { name: 'ipam' }, data: { 'cidr-global': '10.0.0.0/29,fd00::/64' } },
    { kind: 'Gateway', metadata: { name: 'gw', annotations }, spec: { gatewayClassName: 'l4', listeners } },
    ...['dual', 'single'].map((name) => ({ kind: 'Service' as const, metadata: { name }, spec: { ports } })),
    ...slices,
    {
      kind: 'TCPRoute',
      metadata: { name: 'weighted' },
      spec: { parentRefs: [{ name: 'gw' }], rules: [{ backendRefs: refs.map(refOf) }] },
    },
  ];
  for (const manifest of manifests) simulation.put(manifest);
  return simulation.run();
}

const key: ObjectKey<'TCPRoute'> = 'TCPRoute/default/weighted';

describe('weights', () => {
  for (const one of cases) {
    test(`${one.says === undefined ? 'are honoured' : 'are not honoured'}: ${one.name}`, () => {
      const simulation = simulate(one);
      const [entry] = simulation.cluster.get(key)?.status.parents ?? [];
      const accepted = entry?.conditions.find(({ type }) => type === 'Accepted');
      const attached = 'attached to listener "tcp" of Gateway default/gw';
      assert.equal(accepted?.message, one.says === undefined ? attached : `${attached}; ${one.says}`);
      const told = simulation.happenings.filter(({ reason }) => reason === 'WeightNotHonoured');
      assert.equal(told.length > 0, one.says !== undefined);
      simulation.stop();
    });
  }
});
