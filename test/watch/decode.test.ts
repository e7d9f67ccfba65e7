import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { kinds } from '../../src/kubernetes/kinds.ts';
import type { Kind } from '../../src/objects/keys.ts';
import { decode } from '../../src/watch/decode.ts';

const everyKind = Object.keys(kinds) as Kind[];
const metadata = {
  name: 'x',
  namespace: 'blue',
  uid: 'u',
  resourceVersion: '7',
  creationTimestamp: '2026-01-01T00:00:00Z',
};

/** A whole object of each kind, with every field that we read. */
const whole: Readonly<Record<Kind, object>> = {
  GatewayClass: {
    metadata: { ...metadata, finalizers: ['a.example/b'] },
    spec: { controllerName: 'a/b', parametersRef: { group: '', kind: 'ConfigMap', name: 'p' } },
    status: {
      conditions: [{ type: 'Accepted', status: 'True', reason: 'r', message: 'm', lastTransitionTime: 't' }],
      supportedFeatures: [{ name: 'Gateway' }],
    },
  },
  Gateway: {
    metadata: { ...metadata, labels: { a: 'b' }, annotations: { c: 'd' } },
    spec: {
      gatewayClassName: 'l4',
      listeners: [
        {
          name: 'tcp',
          port: 80,
          protocol: 'TCP',
          allowedRoutes: {
            namespaces: { from: 'Selector', selector: { matchLabels: { a: 'b' } } },
            kinds: [{ kind: 'TCPRoute' }],
          },
        },
      ],
      addresses: [{ type: 'IPAddress', value: '10.0.0.1' }],
      infrastructure: { labels: { a: 'b' }, parametersRef: { group: '', kind: 'ConfigMap', name: 'p' } },
    },
    status: {
      addresses: [{ value: '10.0.0.2' }],
      conditions: [],
      listeners: [{ name: 'tcp', supportedKinds: [{ kind: 'TCPRoute' }], attachedRoutes: 1, conditions: [] }],
    },
  },
  TCPRoute: routeOf('TCPRoute'),
  UDPRoute: routeOf('UDPRoute'),
  ListenerSet: {
    metadata,
    spec: {
      parentRef: { name: 'gw' },
      listeners: [{ name: 'tcp', port: 80, protocol: 'TCP', allowedRoutes: { namespaces: { from: 'All' } } }],
    },
    status: { conditions: [], listeners: [{ name: 'tcp', attachedRoutes: 1, conditions: [] }] },
  },
  ReferenceGrant: {
    metadata,
    spec: {
      from: [{ group: 'gateway.networking.k8s.io', kind: 'TCPRoute', namespace: 'green' }],
      to: [{ group: '', kind: 'Service', name: 'web' }],
    },
  },
  Service: {
    metadata,
    spec: {
      type: 'LoadBalancer',
      selector: { a: 'b' },
      ports: [{ name: 'p', port: 80, targetPort: 'http' }],
      externalIPs: ['10.0.0.3'],
    },
    status: { loadBalancer: { ingress: [{ ip: '10.0.0.1' }, { hostname: 'a.example' }] } },
  },
  EndpointSlice: {
    metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'web' } },
    endpoints: [{ conditions: { ready: true } }],
  },
  CustomResourceDefinition: {
    metadata: { ...metadata, annotations: { 'gateway.networking.k8s.io/bundle-version': 'v1.6.3' } },
  },
  Namespace: { metadata },
  Node: { metadata, status: { addresses: [{ type: 'InternalIP', address: '10.0.0.1' }] } },
  ConfigMap: { metadata, data: { 'cidr-global': '10.0.0.0/8' } },
  IPAddress: {
    metadata,
    spec: { parentRef: { group: 'gateway.networking.k8s.io', resource: 'gateways', namespace: 'blue', name: 'gw' } },
  },
};

function routeOf(kind: string): object {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1alpha2',
    kind,
    metadata,
    spec: {
      parentRefs: [{ name: 'gw', sectionName: 'tcp', port: 80 }],
      rules: [{ backendRefs: [{ name: 'web', port: 80, weight: 2 }] }],
    },
    status: { parents: [{ parentRef: { name: 'gw' }, controllerName: 'a/b', conditions: [] }] },
  };
}

/** Puts a value at one place of an object, wherever that is. */
function spoil(object: unknown, path: readonly number[], value: unknown): unknown {
  if (path.length === 0 || typeof object !== 'object' || object === null) return value;
  const keys = Object.keys(object);
  const key = keys[(path[0] ?? 0) % Math.max(keys.length, 1)];
  if (key === undefined) return value;
  const inner = spoil((object as Record<string, unknown>)[key], path.slice(1), value);
  if (Array.isArray(object)) return object.map((item, index) => (String(index) === key ? inner : item));
  return { ...object, [key]: inner };
}

const garbage = fc.oneof(fc.constantFrom(null, true, 0, -1.5, '', 'x', [], {}, [null], { a: [1] }), fc.jsonValue());
const kind = fc.constantFrom(...everyKind);

describe('decoding', () => {
  for (const each of everyKind) {
    test(`takes a whole ${each}`, () => {
      const decoded = decode(each, whole[each]);
      assert.ok(decoded !== undefined && 'object' in decoded, JSON.stringify(decoded));
      assert.equal(decoded.object.kind, each);
      assert.equal(decoded.object.metadata.name, 'x');
    });
  }

  test('never throws, whatever stands in whatever place of an object', () => {
    fc.assert(
      fc.property(kind, fc.array(fc.nat(9), { maxLength: 7 }), garbage, (of, path, value) => {
        const decoded = decode(of, spoil(whole[of], path, value));
        if (decoded !== undefined && 'rejection' in decoded) {
          assert.equal(decoded.rejection.kind, of);
          assert.ok(decoded.rejection.message.length > 0);
          assert.ok(decoded.rejection.addresses.every((address) => typeof address === 'string'));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('never throws at anything at all', () => {
    fc.assert(
      fc.property(kind, fc.anything({ withNullPrototype: true }), (of, raw) => void decode(of, raw)),
      { numRuns: 500 },
    );
  });

  test('names what cannot be decoded, the field that is wrong, and the addresses and the class that stand there', () => {
    const spec = {
      gatewayClassName: 'l4',
      listeners: [{ name: 'a', port: '80', protocol: 'TCP' }],
      addresses: [{ value: '10.0.0.1' }, null, 7],
    };
    const decoded = decode('Gateway', { metadata, spec, status: { addresses: [{ value: '10.0.0.2' }] } });
    assert.ok(decoded !== undefined && 'rejection' in decoded);
    const { message, ...rest } = decoded.rejection;
    assert.match(message, /^spec\.(listeners\.0\.port|addresses\.1): /);
    assert.deepEqual(rest, {
      kind: 'Gateway',
      namespace: 'blue',
      name: 'x',
      resourceVersion: '7',
      uid: 'u',
      addresses: ['10.0.0.1', '10.0.0.2'],
      gatewayClass: 'l4',
    });
  });

  for (const raw of [
    undefined,
    null,
    7,
    'text',
    [],
    {},
    { metadata: {} },
    { metadata: { name: '' } },
    { metadata: { name: 7 } },
  ]) {
    test(`gives ${JSON.stringify(raw)} up, which has no name`, () => assert.equal(decode('Service', raw), undefined));
  }
});

describe('defaults of the API', () => {
  const gatewayOf = (spec: object) => {
    const decoded = decode('Gateway', { metadata, spec: { gatewayClassName: 'l4', ...spec } });
    assert.ok(decoded !== undefined && 'object' in decoded && decoded.object.kind === 'Gateway');
    return decoded.object;
  };

  test('a listener allows routes of its own namespace', () => {
    const { listeners } = gatewayOf({ listeners: [{ name: 'a', port: 1, protocol: 'TCP' }] }).spec;
    assert.equal(listeners[0]?.allowedRoutes.from, 'Same');
    assert.equal(listeners[0]?.allowedRoutes.kinds, undefined);
  });

  test('an address is an IPAddress, and empty where it says nothing', () => {
    assert.deepEqual(gatewayOf({ addresses: [{}] }).spec.addresses, [{ type: 'IPAddress', value: '' }]);
  });

  test('lists and maps that are null are empty, as Go writes them', () => {
    const { spec, status } = gatewayOf({ listeners: null, addresses: null });
    assert.deepEqual([spec.listeners, spec.addresses, status.conditions], [[], [], []]);
    const decoded = decode('ConfigMap', { metadata: { ...metadata, labels: null }, data: null });
    assert.ok(decoded !== undefined && 'object' in decoded && decoded.object.kind === 'ConfigMap');
    assert.deepEqual([decoded.object.data, decoded.object.metadata.labels], [{}, {}]);
  });

  test('a status that is empty, or has null in it, is none', () => {
    for (const status of [undefined, {}, { conditions: null }]) {
      const decoded = decode('GatewayClass', { metadata, spec: { controllerName: 'a/b' }, status });
      assert.ok(decoded !== undefined && 'object' in decoded, JSON.stringify(status));
    }
  });

  test("a route without spec, as the Go original's UDPRoute, has no parents", () => {
    const decoded = decode('UDPRoute', { apiVersion: 'gateway.networking.k8s.io/v1alpha2', metadata });
    assert.ok(decoded !== undefined && 'object' in decoded && decoded.object.kind === 'UDPRoute');
    assert.deepEqual([decoded.object.spec, decoded.object.version], [{ parentRefs: [], rules: [] }, 'v1alpha2']);
  });

  test('a backendRef is a Service of weight 1, a port of a Service is TCP', () => {
    const raw = { apiVersion: 'a/v1', metadata, spec: { rules: [{ backendRefs: [{ name: 'web' }] }] } };
    const decoded = decode('TCPRoute', raw);
    assert.ok(decoded !== undefined && 'object' in decoded && decoded.object.kind === 'TCPRoute');
    const [ref] = decoded.object.spec.rules[0]?.backendRefs ?? [];
    assert.deepEqual([ref?.group, ref?.kind, ref?.weight, ref?.port], ['', 'Service', 1, undefined]);
  });

  const endpoints: readonly (readonly [string, unknown, boolean])[] = [
    ['ready', [{ conditions: { ready: true } }], true],
    ['not ready', [{ conditions: { ready: false } }], false],
    ['of unknown readiness counts as ready', [{ conditions: {} }], true],
    ['with ready null counts as ready', [{ conditions: { ready: null } }], true],
    ['without conditions counts as ready', [{}], true],
    ['ready among others', [{ conditions: { ready: false } }, { conditions: { ready: true } }], true],
    ['none', [], false],
    ['null', null, false],
  ];
  for (const [name, list, expected] of endpoints) {
    test(`an endpoint: ${name}`, () => {
      const decoded = decode('EndpointSlice', { metadata, endpoints: list });
      assert.ok(decoded !== undefined && 'object' in decoded && decoded.object.kind === 'EndpointSlice');
      assert.equal(decoded.object.hasReadyEndpoint, expected);
    });
  }
});
