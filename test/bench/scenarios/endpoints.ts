import { setTimeout as delay } from 'node:timers/promises';
import { inFlight } from '../api.ts';
import type { Bench } from '../bench.ts';
import { type ApiObject, backend, gateway, object, route } from '../objects.ts';
import { isRouteSettled } from '../observer.ts';
import { round } from '../statistics.ts';

const name = 'rolling';
const slices = 10;
const perSlice = 100;
/** Endpoints that are replaced by one write of a slice, and such writes a second. */
const perStep = 10;
const stepsPerSecond = 20;
const limitMs = 120_000;
const asked = {
  scenario: 'endpoints',
  gateways: 1,
  routes: 1,
  behaviour: 'aggregate',
  endpoints: slices * perSlice,
} as const;

/**
 * A backend of 1,000 endpoints rolls over under `aggregate`: how many writes of our slices that takes, against the
 * least: each slice that differs in the end, once.
 */
export async function endpoints(bench: Bench) {
  await bench.clean();
  const controller = await bench.startController();
  await controller.synced;
  const { world } = bench;
  await world.post(backend(name));
  await world.createAll(Array.from({ length: slices }, (_, index) => sliceOf(index, 0)));
  await world.post(gateway(name, [8000]));
  await world.post(route({ name, gateway: name, section: 'tcp-8000' }, asked.behaviour));
  const refusal = await controller.during(outcome(bench));
  if (refusal !== undefined) {
    await controller.stop();
    await bench.clean();
    return { ...asked, notServed: refusal };
  }
  await managed(bench, 0);
  await bench.countWrites();
  const startedAt = performance.now();
  const lastSentAt = await rollOver(bench);
  const doneAt = await managed(bench, slices * perSlice);
  const sample = await controller.sample();
  const writes = await bench.countWrites();
  await controller.stop();
  const ours = (await world.list('EndpointSlice')).items.filter(isManaged);
  await bench.clean();
  const sliceWrites = Object.entries(writes.byKind)
    .filter(([kind]) => kind.startsWith('endpointslices'))
    .reduce((sum, [, count]) => sum + count, 0);
  return {
    ...asked,
    sourceWrites: (slices * perSlice) / perStep,
    sliceWrites,
    leastSliceWrites: ours.length,
    rollSeconds: round((lastSentAt - startedAt) / 1000),
    behindSeconds: round((doneAt - lastSentAt) / 1000),
    writes: writes.byKind,
    cpuSeconds: round(sample.cpuSeconds),
    rssMiB: round(sample.peakRssMiB, 1),
    blockedMs: round(sample.blockedMs, 1),
  };
}

/** @returns why the route is not served, or `undefined` where it is. */
async function outcome({ observer }: Bench): Promise<string | undefined> {
  const hasStatus = (seen: ApiObject | undefined): boolean => refusalIn(seen) !== undefined || isDone(seen);
  await observer.see('TCPRoute', name, hasStatus);
  return refusalIn(observer.get('TCPRoute', name));
}

function isDone(seen: ApiObject | undefined): boolean {
  return seen !== undefined && isRouteSettled(seen);
}

function refusalIn(seen: ApiObject | undefined): string | undefined {
  const { parents = [] } = (seen?.status ?? {}) as {
    parents?: { conditions?: { type: string; status: string; message: string }[] }[];
  };
  const conditions = parents.flatMap((parent) => parent.conditions ?? []);
  return conditions.find(({ type, status }) => type === 'Accepted' && status === 'False')?.message;
}

/** One slice as the slice controller would write it; endpoints before `from` are of the new generation. */
function sliceOf(index: number, replaced: number): ApiObject {
  const made = object('EndpointSlice', `${name}-${index}`, {
    labels: {
      'kubernetes.io/service-name': name,
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: Array.from({ length: perSlice }, (_, at) => ({
      addresses: [`10.${at < replaced ? 21 : 20}.${index}.${at + 1}`],
      conditions: { ready: true, serving: true, terminating: false },
    })),
  });
  return made;
}

async function rollOver({ world, report }: Bench): Promise<number> {
  const steps = Array.from({ length: (slices * perSlice) / perStep }, (_, step) => step);
  const startedAt = performance.now();
  await inFlight(steps, 1, async (step) => {
    await delay(Math.max(0, startedAt + (step * 1000) / stepsPerSecond - performance.now()));
    const index = step % slices;
    const replaced = (Math.floor(step / slices) + 1) * perStep;
    await world.patch('EndpointSlice', `${name}-${index}`, { endpoints: sliceOf(index, replaced).endpoints });
    if (step % 20 === 0) report(`endpoints: ${step * perStep} of ${slices * perSlice} replaced`);
  });
  return performance.now();
}

/** Waits until our slices hold all endpoints, so many of them new. @returns when that was seen. */
async function managed({ world }: Bench, replaced: number): Promise<number> {
  const end = performance.now() + limitMs;
  while (performance.now() < end) {
    const { items } = await world.list('EndpointSlice');
    const addresses = items.filter(isManaged).flatMap(addressesOf);
    const fresh = addresses.filter((address) => address.startsWith('10.21.')).length;
    if (addresses.length === slices * perSlice && fresh === replaced) return performance.now();
    await delay(50);
  }
  throw new Error(`our slices do not hold ${slices * perSlice} endpoints, ${replaced} of them new`);
}

function isManaged({ metadata }: ApiObject): boolean {
  return metadata.labels?.['kubernetes.io/service-name'] !== name;
}

function addressesOf(slice: ApiObject): readonly string[] {
  const list = (slice.endpoints ?? []) as readonly { readonly addresses: readonly string[] }[];
  return list.flatMap(({ addresses }) => addresses);
}
