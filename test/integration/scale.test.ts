import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Fixture, useServer } from '../support/fixture.ts';
import type { Manifest, TestObject } from '../support/objects.ts';
import { gateway, route, type ServiceObject } from './objects.ts';

const count = 200;
const atOnce = 16;

/** A linear congruential generator: the same order for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function shuffle<T>(items: readonly T[], next: () => number): T[] {
  return items
    .map((item) => ({ item, rank: next() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

async function createAll(f: Fixture, manifests: readonly Manifest[]): Promise<void> {
  const left = [...manifests];
  const work = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) await f.client.create(next);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

async function listAll<T>(f: Fixture, kind: string): Promise<readonly T[]> {
  const { items } = await f.client.list(f.target(kind));
  return items as readonly TestObject[] as unknown as readonly T[];
}

function pair(f: Fixture, index: number): Manifest[] {
  const name = `n${index}`;
  return [
    gateway(f, name, { listeners: [{ name: 'tcp', port: 8080 }] }),
    route(f, name, {
      selector: ['app', name],
      parentRefs: [{ name }],
      backendRefs: [{ name, port: 80 }],
    }),
  ];
}

describe('Scale', () => {
  const { fixture } = useServer();

  test(`${count} Gateways and ${count} routes at once, in any order`, async (t) => {
    const seed = Number(process.env.TEST_SEED ?? Date.now() % 2 ** 31);
    t.diagnostic(`TEST_SEED=${seed}`);
    const f = await fixture(t);
    const first = await f.start();
    const manifests = Array.from({ length: count }, (_, index) => pair(f, index)).flat();
    await createAll(f, shuffle(manifests, random(seed)));
    await f.settle(40_000);

    const gateways = await listAll<{ status: { addresses: { value: string }[] } }>(f, 'Gateway');
    const addresses = gateways.flatMap(({ status }) => status.addresses.map(({ value }) => value));
    assert.equal(new Set(addresses).size, count);
    const services = await listAll<ServiceObject>(f, 'Service');
    assert.equal(services.length, count);
    assert.deepEqual(services.map(({ spec }) => spec.loadBalancerIP ?? '').sort(), addresses.toSorted());

    const settled = (await f.writes()).length;
    t.diagnostic(`${settled} writes for ${2 * count} objects`);
    assert.deepEqual(await f.quietWrites(settled, 1_500), [], 'no write at rest');
    await first.stop();
    await f.run();
    assert.deepEqual(await f.quietWrites(settled, 1_000), [], 'no write after a restart');
  });
});
