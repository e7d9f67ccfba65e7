/**
 * A process that serves the inspector over so many actors: `node many-actors.ts COUNT`. It says where on standard
 * output, then answers each line on standard input: `cpu` with its CPU time in ms, `storm` by changing every actor.
 */
import assert from 'node:assert/strict';
import { createInterface } from 'node:readline';
import { Cluster } from '../../src/cluster/cluster.ts';
import { parseConfig } from '../../src/config.ts';
import { onlookers } from '../../src/dry-run.ts';
import { realTimers } from '../../src/kubernetes/timers.ts';
import { urlOf } from '../../src/observability/http.ts';
import { Inspector } from '../../src/observability/inspector/inspector.ts';
import { decode } from '../../src/watch/decode.ts';

const count = Number(process.argv[2]);
const cluster = new Cluster();
let version = 1;
let storms = 0;

function put(kind: 'GatewayClass' | 'Gateway', namespace: string, name: string, spec: object): void {
  const metadata = {
    namespace,
    name,
    uid: `uid-${name}`,
    resourceVersion: `${version++}`,
    creationTimestamp: '2026-01-01T00:00:00Z',
  };
  const decoded = decode(kind, { apiVersion: 'gateway.networking.k8s.io/v1', kind, metadata, spec });
  assert.ok(decoded !== undefined && 'object' in decoded);
  cluster.apply(decoded.object);
}

/** Gateways that name an address each; or, where they name a host, that wait for their users to correct that. */
function putAll(type: 'IPAddress' | 'Hostname'): void {
  for (let index = 0; index < count; index += 1) {
    const value = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
    put('Gateway', `team-${index % 40}`, `gateway-${`${index}`.padStart(5, '0')}`, {
      gatewayClassName: 'demo',
      listeners: [{ name: 'a', port: 80, protocol: 'TCP' }],
      addresses: [{ type, value }],
    });
  }
}

put('GatewayClass', '', 'demo', { controllerName: 'thebsdbox.co.uk/controller' });
putAll('IPAddress');
const config = parseConfig(['-inspect', '127.0.0.1:0']);
const run = onlookers(cluster, config, undefined, {
  soon: realTimers.soon,
  now: realTimers.now,
  onTransition: (transition) => inspector.noteTransition(transition),
  onEvent: (key) => inspector.noteEvent(key),
  onCrash: (key, error) => assert.fail(`${key}: ${String(error)}`),
});
const inspector = new Inspector({
  address: config.inspect,
  token: '',
  witnesses: () => run,
  status: () => ({ controllerName: config.controllerName, role: 'running', unread: [] }),
  timers: realTimers,
});

const answers: Readonly<Record<string, () => unknown>> = {
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  storm: () => {
    storms += 1;
    putAll(storms % 2 === 0 ? 'IPAddress' : 'Hostname');
    return 'done';
  },
};
console.log(urlOf(await inspector.start()));
for await (const line of createInterface({ input: process.stdin })) console.log(answers[line]?.());
inspector.stop();
run.actors.stop();
