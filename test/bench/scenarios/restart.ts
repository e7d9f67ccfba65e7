import { Api } from '../api.ts';
import type { Bench } from '../bench.ts';
import { namespace, resources } from '../objects.ts';
import { median, round, spread } from '../statistics.ts';
import { restOf } from './idle.ts';

const gatewayApi = '/apis/gateway.networking.k8s.io/v1';

/** All that the controller has to know. */
const collections = [
  `${gatewayApi}/gatewayclasses`,
  `${gatewayApi}/gateways`,
  `${gatewayApi}/tcproutes`,
  `${gatewayApi}/udproutes`,
  '/api/v1/services',
  '/apis/discovery.k8s.io/v1/endpointslices',
  resources.IPAddress,
  `/api/v1/namespaces/${namespace}/configmaps/ipam`,
];

/** Everything is settled, and the controller starts: until it is ready, with what it reads and writes for that. */
export async function restart(bench: Bench) {
  const shape = bench.shape();
  const turns = bench.options.repeat ?? 3;
  await bench.clean();
  const empty = await startTimes(bench, turns);
  await bench.settle(shape);
  const lister = new Api(bench.server.kubeconfigPath, collections.length);
  const runs = [];
  const lists: { seconds: number; bytes: number }[] = [];
  for (let turn = 1; turn <= turns; turn += 1) {
    bench.report(`restart: turn ${turn} of ${turns}`);
    runs.push(await restartOnce(bench));
    lists.push(await listRaw(lister));
  }
  await lister.close();
  const listSeconds = median(lists.map(({ seconds }) => seconds));
  const readySeconds = median(runs.map((run) => run.readySeconds));
  return {
    scenario: 'restart',
    gateways: shape.gateways,
    routes: shape.gateways * shape.routesPerGateway,
    readySeconds: round(readySeconds),
    rawListSeconds: round(listSeconds),
    overListSeconds: round(readySeconds - listSeconds),
    readyWhenEmptySeconds: round(median(empty)),
    writes: Math.max(...runs.map(({ writes }) => writes)),
    readMiB: round(median(runs.map(({ readMiB }) => readMiB)), 2),
    rawListMiB: round(median(lists.map(({ bytes }) => bytes / 2 ** 20)), 2),
    requests: runs[0]?.requests ?? {},
    cpuSeconds: round(median(runs.map(({ cpuSeconds }) => cpuSeconds))),
    rssMiB: round(median(runs.map(({ rssMiB }) => rssMiB)), 1),
    blockedMs: round(median(runs.map(({ blockedMs }) => blockedMs)), 1),
    spread: {
      readySeconds: spread(runs.map((run) => run.readySeconds)),
      rawListSeconds: spread(lists.map(({ seconds }) => seconds)),
      readyWhenEmptySeconds: spread(empty),
    },
  };
}

/** Seconds from the start of the process until it is ready, with nothing to read. */
async function startTimes(bench: Bench, turns: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let turn = 1; turn <= turns; turn += 1) {
    const controller = await bench.startController();
    times.push((await controller.synced) / 1000);
    await controller.stop();
  }
  return times;
}

/** CPU and memory are those of the moment when it has looked at everything and rests. */
export async function restartOnce(bench: Bench) {
  await bench.server.newWrites();
  const controller = await bench.startController();
  const readySeconds = (await controller.synced) / 1000;
  const blockedMs = await restOf(controller);
  const writes = await bench.countWrites();
  const { cpuSeconds, peakRssMiB, bytesRead } = await controller.sample();
  const requests = await controller.requests();
  await controller.stop();
  const readMiB = bytesRead / 2 ** 20;
  return { readySeconds, writes: writes.total, readMiB, requests, cpuSeconds, rssMiB: peakRssMiB, blockedMs };
}

/** All collections at once, read and not looked at. */
async function listRaw(api: Api): Promise<{ readonly seconds: number; readonly bytes: number }> {
  const started = performance.now();
  const answers = await Promise.all(collections.map((path) => api.raw({ method: 'GET', path })));
  const seconds = (performance.now() - started) / 1000;
  return { seconds, bytes: answers.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) };
}
