import { setTimeout as sleep } from 'node:timers/promises';
import type { Transition } from '../../src/actors/system-options.ts';
import type { Config } from '../../src/config.ts';
import { UsageError } from '../../src/flags.ts';
import { nameOf, partsOf } from '../../src/gateway/keys.ts';
import { realTimers } from '../../src/kubernetes/timers.ts';
import { type Controller, startController } from '../../src/main.ts';
import { BindError, urlOf } from '../../src/observability/http.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { type MemoryApiServer, startApiServer } from '../api-server/index.ts';
import { startAnnouncer } from '../support/announcer.ts';
import { understand } from '../support/command-line.ts';
import { client } from '../support/server.ts';
import { applyManifests } from './apply.ts';
import { type DemoOptions, parseDemoOptions, usage } from './options.ts';
import { summarise, table } from './summary.ts';

const quietMs = 500;
const limitMs = 30_000;

/** Every version that some cluster serves, so that older manifests can be tried too. */
const versions = {
  gatewayclasses: ['v1', 'v1beta1'],
  gateways: ['v1', 'v1beta1'],
  tcproutes: ['v1', 'v1alpha2'],
  udproutes: ['v1', 'v1alpha2'],
} as const;

async function demo(options: DemoOptions): Promise<number> {
  const say = (line: string): void => {
    (options.output === 'text' ? process.stdout : process.stderr).write(`${line}\n`);
  };
  const running: Running[] = [];
  try {
    return await show({ ...options, say, running });
  } finally {
    for (const { stop } of running.toReversed()) await stop();
  }
}

/** What has to be stopped, whatever happens. */
interface Running {
  readonly stop: () => Promise<void>;
}

interface Stage extends DemoOptions {
  readonly say: (line: string) => void;
  /** Takes all that is started, in this order. */
  readonly running: Running[];
}

async function show({ config, say, running, ...options }: Stage): Promise<number> {
  const server = await startApiServer({ kinds: versions });
  running.push({ stop: () => server.stop() });
  say(`API server (in memory) on ${server.url}`);
  const api = client(server, 'demo');
  running.push({ stop: () => api.close() });
  const refusals = await applyManifests(api, options.manifests);
  for (const line of refusals) process.stderr.write(`demo: ${line}\n`);
  const announcer = startAnnouncer(server.kubeconfigPath);
  running.push({ stop: () => announcer.stop() });
  const controller = await startController(
    { ...config, kubeconfig: server.kubeconfigPath },
    {
      logger: createLogger(config),
      environment: process.env,
      timers: realTimers,
      random: Math.random,
      onTransition: (transition) => say(progressLine(transition)),
    },
  );
  running.push({ stop: () => controller.stop() });
  sayInspector(controller, config, say);
  const isSettled = await settle(controller, server);
  const summary = summarise(controller);
  if (options.output === 'text') say(`\n${table(summary)}`);
  else process.stdout.write(`${JSON.stringify(summary)}\n`);
  if (!isSettled) process.stderr.write(`demo: not settled after ${limitMs / 1000} s: ${unsettled(controller)}\n`);
  if (!options.once) {
    say('\nLook around from another terminal; Ctrl-C ends it:');
    say(`  kubectl --kubeconfig ${server.kubeconfigPath} get gateways,tcproutes,svc -A`);
    await signalled;
  }
  return isSettled ? 0 : 1;
}

function sayInspector({ servers }: Controller, config: Config, say: (line: string) => void): void {
  if (servers.inspect === undefined) return;
  const token = config.inspectToken === '' ? '' : `?token=${encodeURIComponent(config.inspectToken)}`;
  const url = urlOf(servers.inspect);
  say(`Inspector on ${url}${token}`);
  if (config.inspectStately) say(`Stately inspector on ${url}stately${token}`);
}

const signalled = new Promise<void>((resolve) => {
  process.once('SIGINT', () => resolve());
  process.once('SIGTERM', () => resolve());
});

/** Nothing left to do, and nothing written for a while. */
async function settle(controller: Controller, server: MemoryApiServer): Promise<boolean> {
  const end = performance.now() + limitMs;
  let quietSince = performance.now();
  let writes = -1;
  while (performance.now() < end) {
    const count = (await server.writes()).length;
    if (count !== writes || !controller.isAtRest()) quietSince = performance.now();
    else if (performance.now() - quietSince >= quietMs) return true;
    writes = count;
    const isEnded = await Promise.race([sleep(50, false), signalled.then(() => true)]);
    if (isEnded) return false;
  }
  return false;
}

function unsettled({ actors }: Controller): string {
  const waiting = [...actors.entries]
    .filter(([, { state }]) => state !== 'Accepted' && !state.startsWith('ServiceReady.'))
    .map(([key, { state }]) => `${partsOf(key).kind} ${nameOf(key)} (${state})`);
  return waiting.join(', ') || 'writes are still on their way';
}

function progressLine({ key, event, from, to }: Transition): string {
  const time = new Date().toISOString().slice(11, 23);
  const who = `${partsOf(key).kind.padEnd(12)} ${nameOf(key).padEnd(28)}`;
  return `${time}  ${who} ${from === undefined ? '' : `${from} -> `}${to}  (${event})`;
}

try {
  const options = understand({ name: 'demo', usage, parse: parseDemoOptions });
  process.exitCode = typeof options === 'number' ? options : await demo(options);
} catch (error) {
  if (!(error instanceof UsageError || error instanceof BindError)) throw error;
  process.stderr.write(`demo: ${error.message}\n`);
  process.exitCode = 2;
}
