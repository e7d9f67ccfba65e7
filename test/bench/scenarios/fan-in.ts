import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { type ApiObject, type Group, gateway, route } from '../objects.ts';
import { attachedTo } from '../observer.ts';
import { withCreation, writesBetween } from '../replay.ts';
import { median, round, spread } from '../statistics.ts';
import { emptySnapshot } from '../world.ts';

const parent = 'fan-in';
const port = 8000;
const behaviour = 'create';

/** One Gateway with one listener, and very many routes that come to it while the controller is up. */
export async function fanIn(bench: Bench) {
  const sizes = bench.options.routesPerGateway === undefined ? [1_000, 5_000] : [bench.options.routesPerGateway];
  const results = [];
  for (const size of sizes) results.push(await ofSize(bench, size));
  return { scenario: 'fan-in', gateways: 1, routes: Math.max(...sizes), behaviour, sizes: results } as const;
}

async function ofSize(bench: Bench, size: number) {
  const turns = bench.options.repeat ?? 3;
  const groups = groupOf(size);
  await bench.clean();
  const runs: Awaited<ReturnType<typeof controllerRun>>[] = [];
  const replays: number[] = [];
  for (let turn = 1; turn <= turns; turn += 1) {
    bench.report(`fan-in, ${size} routes: turn ${turn} of ${turns}, the controller`);
    const run = await controllerRun(bench, groups, size);
    runs.push(run);
    const atOnce = bench.options.inFlight ?? 16;
    bench.report(`fan-in, ${size} routes: turn ${turn} of ${turns}, the raw replay, ${atOnce} in flight`);
    replays.push(await bench.timeReplay({ ...run, there: emptySnapshot() }, atOnce));
    await bench.clean();
  }
  const of = (figure: (run: (typeof runs)[number]) => number): number => round(median(runs.map(figure)));
  const ratios = runs.map(({ seconds }, turn) => seconds / (replays[turn] ?? Number.NaN));
  return {
    routes: size,
    convergeSeconds: of(({ seconds }) => seconds),
    attachedExactSeconds: of(({ exactSeconds }) => exactSeconds),
    replaySeconds: round(median(replays)),
    ratio: round(median(ratios)),
    gatewayStatusWrites: of(({ writes }) => writes.byKind['gateways/status'] ?? 0),
    writes: runs[0]?.writes.byKind ?? {},
    cpuSeconds: of(({ sample }) => sample.cpuSeconds),
    rssMiB: of(({ sample }) => sample.peakRssMiB),
    blockedMs: of(({ sample }) => sample.blockedMs),
    spread: {
      convergeSeconds: spread(runs.map(({ seconds }) => seconds)),
      replaySeconds: spread(replays),
      ratio: spread(ratios),
      gatewayStatusWrites: spread(runs.map(({ writes }) => writes.byKind['gateways/status'] ?? 0)),
    },
  };
}

/** All routes on one listener: all attach, the oldest serves. */
function groupOf(size: number): readonly Group[] {
  const routes = Array.from({ length: size }, (_, index) => {
    const place = { name: `r${String(index).padStart(6, '0')}`, gateway: parent, section: `tcp-${port}` };
    return route(place, behaviour);
  });
  return [{ name: parent, gateway: gateway(parent, [port]), backends: [], routes }];
}

async function controllerRun(bench: Bench, [group]: readonly Group[], size: number) {
  if (group === undefined) throw new Error('there is no group');
  const [first, ...others] = group.routes;
  if (first === undefined) throw new Error('there is no route');
  const goal = {
    count: { Gateway: 1, TCPRoute: size, Service: 1 },
    attachedRoutes: size,
    ingress: await bench.writesIngress(),
  };
  const controller = await bench.startController();
  await controller.synced;
  await bench.server.newWrites();
  const startedAt = performance.now();
  const exact = bench.observer.see('Gateway', parent, (seen) => seen !== undefined && attachedTo(seen) === size);
  const reached = bench.observer.reach(goal, bench.report);
  // The oldest has its whole second: which route serves does not change then.
  const before = await bench.world.create([{ ...group, routes: [first] }]);
  await delay(1_100);
  const rest = await bench.world.createAll(others);
  const [exactAt, reachedAt] = await controller.during(Promise.all([exact, reached]));
  const sample = await controller.sample();
  const writes = await bench.countWrites();
  await controller.stop();
  const after = await bench.world.read();
  await bench.clean();
  const created = { ...before, TCPRoute: new Map<string, ApiObject>([...before.TCPRoute, ...rest]) };
  const chains = inTails(withCreation(writesBetween(created, after), created));
  return {
    seconds: (reachedAt - startedAt) / 1000 - 1.1,
    exactSeconds: (exactAt - startedAt) / 1000 - 1.1,
    sample,
    writes,
    goal,
    chains,
  };
}

/** A route's creation comes before its own writes only, not before all others'. */
function inTails(chains: ReturnType<typeof withCreation>): ReturnType<typeof withCreation> {
  return chains.map(({ name, head, tails }) => {
    const creations = head.filter(({ method, path }) => method === 'POST' && path.endsWith('/tcproutes'));
    return {
      name,
      head: head.filter((request) => !creations.includes(request)),
      tails: tails.map((tail, index) => [...creations.slice(index, index + 1), ...tail]),
    };
  });
}
