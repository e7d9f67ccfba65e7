import type { Bench } from '../bench.ts';
import type { Shape } from '../objects.ts';
import { round } from '../statistics.ts';
import { alternate } from './convergence.ts';
import { settledController, shareOfCore } from './idle.ts';
import { restartOnce } from './restart.ts';

const idleSeconds = 30;

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
  const { controller, sample } = await settledController(bench);
  const share = await shareOfCore(controller, idleSeconds);
  await controller.stop();
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
