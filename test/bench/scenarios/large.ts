import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import type { Shape } from '../objects.ts';
import { round } from '../statistics.ts';
import { alternate } from './convergence.ts';
import { restartOnce } from './restart.ts';

const idleSeconds = 30;
const settleSeconds = 15;

/** How time and memory grow with the number of pairs: at a tenth, three tenths and all of it. */
export async function large(bench: Bench) {
  const most = bench.options.gateways ?? 10_000;
  const sizes = [...new Set([0.1, 0.3, 1].map((share) => Math.ceil(most * share)))];
  const growth = [];
  for (const size of sizes) growth.push(await ofSize(bench, bench.shape({ gateways: size })));
  return { scenario: 'large', gateways: most, routes: most * bench.shape().routesPerGateway, growth };
}

async function ofSize(bench: Bench, shape: Shape) {
  const turns = bench.options.repeat ?? 1;
  const figures = await alternate('converge', bench, { shape, turns });
  await bench.settle(shape);
  const again = await restartOnce(bench);
  const { share, sample } = await idle(bench);
  await bench.clean();
  return {
    gateways: shape.gateways,
    routes: shape.gateways * shape.routesPerGateway,
    ...figures,
    restartReadySeconds: round(again.readySeconds),
    restartWrites: again.writes,
    restartReadMiB: round(again.readMiB, 1),
    restartRssMiB: round(again.rssMiB, 1),
    restartBlockedMs: round(again.blockedMs, 1),
    settledHeapMiB: round(sample.heapMiB, 1),
    settledRssMiB: round(sample.rssMiB, 1),
    idleCorePercent: round(share * 100, 3),
  };
}

/** What a controller uses that has nothing to do. */
async function idle(bench: Bench) {
  const controller = await bench.startController();
  await controller.synced;
  await bench.countWrites();
  const sample = await controller.sample('collect');
  await controller.sample('quiet');
  // What is left of the start, the last collection of its garbage too, is not idleness.
  await delay(settleSeconds * 1000);
  const before = await controller.sample();
  await delay(idleSeconds * 1000);
  const after = await controller.sample();
  await controller.stop();
  return { share: (after.cpuSeconds - before.cpuSeconds) / idleSeconds, sample };
}
