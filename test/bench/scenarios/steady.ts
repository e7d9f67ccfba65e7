import type { Bench } from '../bench.ts';
import { type ApiObject, object } from '../objects.ts';
import { isRouteSettled } from '../observer.ts';
import { UsageError } from '../options.ts';
import { percentile, round } from '../statistics.ts';

const edits = 200;
const bystander = 'raw-round-trip';

/**
 * One route is edited at a time: from the edit's sending until a watch sees the Service changed, two writes one after
 * the other. In turns with it a single raw write: from its sending until the same watch sees it.
 */
export async function steady(bench: Bench) {
  const shape = bench.shape();
  if (shape.behaviour !== 'create') throw new UsageError('--scenario steady edits routes of --behaviour create');
  await bench.settle(shape);
  const controller = await bench.startController();
  await controller.synced;
  await bench.countWrites();
  const before = await controller.sample();
  const names = [...(await bench.world.list('TCPRoute')).items].map(({ metadata }) => metadata.name);
  const ports = [{ port: 80, protocol: 'TCP', targetPort: 80 }];
  await bench.world.post(object('Service', bystander, { spec: { ports } }));
  const reactions: number[] = [];
  const roundTrips: number[] = [];
  for (let edit = 0; edit < edits; edit += 1) {
    const name = names[(edit * 7919) % names.length] ?? '';
    reactions.push(await controller.during(editRoute(bench, name, 1_000 + edit)));
    roundTrips.push(await writeRaw(bench, 1_000 + edit));
    if ((edit + 1) % 50 === 0) bench.report(`steady: ${edit + 1} of ${edits} edits`);
  }
  const writes = await bench.countWrites();
  const after = await controller.sample();
  await controller.stop();
  bench.settled = undefined;
  const writesPerEdit = writes.total / edits;
  return {
    scenario: 'steady',
    gateways: shape.gateways,
    routes: names.length,
    edits,
    p50Ms: round(percentile(reactions, 0.5), 2),
    p99Ms: round(percentile(reactions, 0.99), 2),
    rawP50Ms: round(percentile(roundTrips, 0.5), 2),
    rawP99Ms: round(percentile(roundTrips, 0.99), 2),
    /** The edit and the Service's write are on the way; the route's status comes after them. */
    roundTripsP50: round(percentile(reactions, 0.5) / percentile(roundTrips, 0.5), 2),
    roundTripsP99: round(percentile(reactions, 0.99) / percentile(roundTrips, 0.99), 2),
    writes: writes.byKind,
    writesPerEdit: round(writesPerEdit, 2),
    cpuMsPerEdit: round(((after.cpuSeconds - before.cpuSeconds) * 1000) / edits, 2),
    blockedMs: round(after.blockedMs, 1),
    spread: {
      reactionMs: [round(Math.min(...reactions), 2), round(Math.max(...reactions), 2)],
      rawMs: [round(Math.min(...roundTrips), 2), round(Math.max(...roundTrips), 2)],
    },
  };
}

/** @returns milliseconds; the next edit may come when the route's status tells of this one. */
async function editRoute({ observer, world }: Bench, name: string, port: number): Promise<number> {
  const seen = observer.see('Service', name, (service) => targetPort(service) === port);
  const startedAt = performance.now();
  const { metadata } = await world.patch('TCPRoute', name, { spec: { rules: [{ backendRefs: [{ name, port }] }] } });
  const seenAt = await seen;
  await observer.see('TCPRoute', name, (route) => isSettledAt(route, metadata.generation));
  return seenAt - startedAt;
}

async function writeRaw({ observer, world }: Bench, port: number): Promise<number> {
  const seen = observer.see('Service', bystander, (service) => targetPort(service) === port);
  const startedAt = performance.now();
  await world.patch('Service', bystander, { spec: { ports: [{ port: 80, protocol: 'TCP', targetPort: port }] } });
  return (await seen) - startedAt;
}

/** Whether the route is of this generation at least, and its status tells of it. */
export function isSettledAt(route: ApiObject | undefined, generation = 0): boolean {
  return route !== undefined && (route.metadata.generation ?? 0) >= generation && isRouteSettled(route);
}

export function targetPort(service: ApiObject | undefined): number | undefined {
  return (service?.spec?.ports as readonly { targetPort?: number }[] | undefined)?.[0]?.targetPort;
}
