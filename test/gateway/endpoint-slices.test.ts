import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { desiredSlices, slicesOutOfStep } from '../../src/gateway/endpoint-slices.ts';
import type { World } from '../../src/gateway/graph.ts';
import { planService } from '../../src/gateway/service-plan.ts';
import { gatewayClass, pinnedGateway, route, wantedService, worldOf } from '../machines/worlds.ts';
import type { Manifest } from './manifests.ts';

const key = 'Service/default/gw-l4';
const users: Manifest = { kind: 'Service', metadata: { name: 'web' }, spec: { ports: [{ port: 80 }] } };
const base = [gatewayClass(), pinnedGateway(), users, route({}, { labels: {} })];

/** A slice of the backend with so many endpoints. */
function slice(name: string, endpoints: number, first = 0): Manifest {
  const addresses = Array.from({ length: endpoints }, (_, index) => {
    const host = first + index;
    return { addresses: [`10.1.${host >> 8}.${host & 255}`], conditions: { ready: true }, nodeName: `n${host % 3}` };
  });
  return {
    kind: 'EndpointSlice',
    metadata: { name, labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    endpoints: addresses,
    ports: [{ name: '', protocol: 'TCP', port: 8000 }],
  };
}

/** A world with the Gateway's own Service, and these slices of its backend. */
function settled(...slices: readonly Manifest[]): World {
  const own = wantedService(key, worldOf({ manifests: base, holder: 'gw' }));
  return worldOf({ manifests: [...base, own, ...slices], holder: 'gw' });
}

function mirrorsIn(world: World): ReturnType<typeof desiredSlices> {
  const plan = planService(key, world);
  const service = world.view.get(key);
  assert.ok(plan.kind === 'aggregate' && service !== undefined);
  return desiredSlices(plan, service, world);
}

describe('The EndpointSlices of a Gateway’s own Service', () => {
  test('have at most 100 endpoints each, and all of them once', () => {
    const slices = [...mirrorsIn(settled(slice('web-1', 250), slice('web-2', 100, 250))).values()];
    assert.deepEqual(
      slices.map(({ endpoints }) => endpoints.length).toSorted((a, b) => a - b),
      [50, 100, 100, 100],
    );
    const addresses = slices.flatMap(({ endpoints }) => endpoints.flatMap(({ addresses: own }) => own));
    assert.equal(new Set(addresses).size, 350);
  });

  test('keep their names when an endpoint changes: one change is one write', () => {
    const before = mirrorsIn(settled(slice('web-1', 90), slice('web-2', 90, 90)));
    const after = mirrorsIn(settled(slice('web-1', 91), slice('web-2', 90, 90)));
    assert.deepEqual([...after.keys()], [...before.keys()]);
    const changed = [...after].filter(
      ([name, { endpoints }]) => endpoints.length !== before.get(name)?.endpoints.length,
    );
    assert.equal(changed.length, 1);
  });

  test('are none for a slice without endpoints, or without a port that is served', () => {
    const other = { ...slice('web-2', 1), ports: [{ name: 'metrics', protocol: 'TCP', port: 9090 }] };
    assert.equal(mirrorsIn(settled(slice('web-1', 0), other)).size, 0);
  });

  test('are written one by one, and not again when they are there', () => {
    const slices = [slice('web-1', 120), slice('web-2', 1, 120)];
    const world = settled(...slices);
    const plan = planService(key, world);
    const service = world.view.get(key);
    assert.ok(plan.kind === 'aggregate' && service !== undefined);
    const missing = slicesOutOfStep(plan, service, world);
    assert.equal(missing.length, 3);
    const there = [...mirrorsIn(world).values()].map((mirror): Manifest => ({ kind: 'EndpointSlice', ...mirror }));
    const then = settled(...slices, ...there);
    const current = then.view.get(key);
    assert.ok(current !== undefined);
    assert.deepEqual(slicesOutOfStep(plan, current, then), []);
  });
});
