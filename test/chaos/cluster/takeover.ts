import { setTimeout as sleep } from 'node:timers/promises';
import { at, objectsOf } from '../../api-server/json.ts';
import { startControlPlane } from '../../cluster/control-plane.ts';
import { type ChildController, spawnController } from '../../support/controller.ts';
import { infra, paths, poolName } from '../manifests.ts';
import { RealWorld } from './real-world.ts';

const deadlineMs = 60_000;
const stoppedMs = 30_000;
const afterMs = 5_000;

export interface Takeover {
  readonly how: string;
  /** From the signal until a Gateway that was made then has its address. */
  readonly ms: number;
  /** How the former leader ended, where it did. */
  readonly former: string;
}

/** How long it takes until the second replica serves, when the first is killed, ended, or stopped for a while. */
export async function measureTakeovers(say: (line: string) => void): Promise<readonly Takeover[]> {
  const controlPlane = await startControlPlane();
  const world = new RealWorld(controlPlane);
  const children: ChildController[] = [];
  const start = async (): Promise<ChildController> => {
    const flags = [
      '-metrics-bind-address=0',
      '-health-probe-bind-address=0',
      '-leader-elect',
      '-leader-election-namespace',
      infra,
    ];
    const child = spawnController([
      '-kubeconfig',
      controlPlane.kubeconfigPath,
      ...flags,
      '-ipam-configmap',
      `${infra}/${poolName}`,
    ]);
    children.push(child);
    await child.logged('caches are in sync');
    return child;
  };
  try {
    await world.start();
    const results: Takeover[] = [];
    let leader = await start();
    await served(world, 'gw-first');
    for (const signal of ['SIGKILL', 'SIGTERM', 'SIGSTOP'] as const) {
      const standby = await start();
      leader.process.kill(signal);
      const ms = await served(world, `gw-${signal.toLowerCase()}`);
      const former = await endOf(leader, signal);
      results.push({ how: signal, ms, former });
      say(`${signal}: ${ms} ms, the former leader: ${former}`);
      leader = standby;
    }
    return results;
  } finally {
    for (const child of children) {
      child.process.kill('SIGCONT');
      await child.kill('SIGKILL');
    }
    await world.stop();
    await controlPlane.stop();
  }
}

/** Makes a Gateway, and waits for its address. @returns milliseconds. */
async function served(world: RealWorld, name: string): Promise<number> {
  const began = performance.now();
  world.call('user', 'POST', paths.gateways('a'), {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { namespace: 'a', name },
    spec: { gatewayClassName: 'ours', listeners: [{ name: 'tcp', port: 8080, protocol: 'TCP' }] },
  });
  while (objectsOf(at(world.find('Gateway', 'a', name), 'status', 'addresses')).length === 0) {
    if (performance.now() - began > deadlineMs)
      throw new Error(`Gateway ${name} has no address after ${deadlineMs} ms`);
    await sleep(10);
  }
  return Math.round(performance.now() - began);
}

/** One that was stopped is woken after a while: what it does then is seen in its log. */
async function endOf(leader: ChildController, signal: string): Promise<string> {
  if (signal !== 'SIGSTOP') return `ended with ${await leader.end}`;
  await sleep(stoppedMs);
  const before = leader.stderr.length;
  leader.process.kill('SIGCONT');
  const code = await Promise.race([leader.end, sleep(afterMs)]);
  const transitions = leader.stderr
    .slice(before)
    .split('\n')
    .filter((line) => line.includes('"msg":"transition"')).length;
  return `woken after ${stoppedMs} ms: ${code === undefined ? 'still there' : `ended with ${code}`}, ${transitions} transitions`;
}
