import type { Bench } from '../bench.ts';
import { freePort } from '../controller.ts';
import { median, round, spread } from '../statistics.ts';
import { settledController, shareOfCore } from './idle.ts';

/** What the inspector costs a controller at rest: off, on, and on with a browser attached, in turns. */
export async function inspect(bench: Bench) {
  const shape = bench.shape({ gateways: bench.options.gateways ?? 5_000 });
  await bench.settle(shape);
  const shares = { off: [] as number[], on: [] as number[], watched: [] as number[] };
  for (let turn = 1; turn <= (bench.options.repeat ?? 3); turn += 1) {
    for (const [how, found] of Object.entries(shares)) {
      bench.report(`inspect: turn ${turn}, ${how}`);
      found.push(await shareWith(how as keyof typeof shares, bench));
    }
  }
  await bench.clean();
  const routes = shape.gateways * shape.routesPerGateway;
  const percents = Object.entries(shares).flatMap(([how, found]) => {
    const percent = found.map((share) => round(share * 100, 3));
    return [
      [`${how}CorePercent`, median(percent)],
      [`${how}Spread`, spread(percent)],
    ];
  });
  const { seconds } = bench.options;
  return { scenario: 'inspect', gateways: shape.gateways, routes, seconds, ...Object.fromEntries(percents) };
}

async function shareWith(how: 'off' | 'on' | 'watched', bench: Bench): Promise<number> {
  const address = `127.0.0.1:${await freePort()}`;
  const { controller } = await settledController(bench, how === 'off' ? [] : [`-inspect=${address}`]);
  const page = how === 'watched' ? await openPage(`http://${address}`) : undefined;
  const share = await shareOfCore(controller, bench.options.seconds);
  await page?.close();
  await controller.stop();
  return share;
}

/** Does what the page does in a browser: takes the stream until all actors are there, and goes on reading it. */
async function openPage(url: string): Promise<{ close(): Promise<void> }> {
  const stop = new AbortController();
  const { body } = await fetch(`${url}/events`, { signal: stop.signal });
  if (body === null) throw new Error(`${url}/events has no stream`);
  const { promise: filled, resolve } = Promise.withResolvers<void>();
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of body) if (decoder.decode(chunk, { stream: true }).includes('"left":0')) resolve();
  })().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  await Promise.race([filled, reading]);
  return {
    close: async () => {
      stop.abort();
      await reading;
    },
  };
}
