import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiObject, at, objectsOf, stringOf } from '../../api-server/json.ts';
import { startControlPlane } from '../../cluster/control-plane.ts';
import { type ChildController, spawnController } from '../../support/controller.ts';
import { findUnrecorded } from '../checker/recorded.ts';
import { findDuplicates } from '../checker/told.ts';
import { infra, paths, poolName } from '../manifests.ts';
import { Random } from '../random.ts';
import { RealWorld } from './real-world.ts';

const gateways = 300;
const kills = 100;
/** How long a controller lives after it has read everything, at most, in milliseconds. */
const longestLifeMs = 700;
const settleMs = 120_000;

export interface KillsResult {
  readonly kills: number;
  readonly gateways: number;
  readonly seconds: number;
  readonly duplicates: readonly string[];
  /** Gateways that ended without an address, and entries that ended without a Gateway. */
  readonly leaks: readonly string[];
}

/** SIGKILLs the controller a hundred times on a real API server, while 300 Gateways are created and half are deleted. */
export async function killOften(say: (line: string) => void): Promise<KillsResult> {
  const began = performance.now();
  const controlPlane = await startControlPlane();
  const world = new RealWorld(controlPlane);
  let running: ChildController | undefined;
  try {
    await world.start();
    world.call('admin', 'PUT', `${paths.configMaps(infra)}/${poolName}`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: infra, name: poolName },
      data: { 'cidr-global': '10.1.0.0/22', quarantine: '2s' },
    });
    const users = live(world);
    const random = new Random(1);
    for (let kill = 0; kill < kills; kill += 1) {
      running = start(controlPlane.kubeconfigPath);
      await running.logged('caches are in sync');
      await sleep(random.between(0, longestLifeMs));
      await running.kill('SIGKILL');
      if ((kill + 1) % 10 === 0)
        say(`${kill + 1} kills; ${world.all('Gateway').length} Gateways, ${world.all('IPAddress').length} entries`);
    }
    await users;
    await world.drain();
    running = start(controlPlane.kubeconfigPath);
    const leaks = await settled(world);
    const problems = [...findDuplicates(world.history), ...findUnrecorded(world.history)];
    const duplicates = problems.map(({ counter, what }) => `${counter}: ${what}`);
    return { kills, gateways, seconds: Math.round((performance.now() - began) / 1000), duplicates, leaks };
  } finally {
    await running?.kill('SIGKILL');
    await world.stop();
    await controlPlane.stop();
  }
}

function start(kubeconfigPath: string): ChildController {
  const pages = ['-metrics-bind-address=0', '-health-probe-bind-address=0'];
  return spawnController(['-kubeconfig', kubeconfigPath, ...pages, '-ipam-configmap', `${infra}/${poolName}`]);
}

/** Users: a Gateway every now and then, and every second one goes again a little later. */
async function live(world: RealWorld): Promise<void> {
  for (let index = 0; index < gateways; index += 1) {
    world.call('user', 'POST', paths.gateways('a'), {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { namespace: 'a', name: `gw-${index}` },
      spec: { gatewayClassName: 'ours', listeners: [{ name: 'tcp', port: 8080, protocol: 'TCP' }] },
    });
    const gone = index - 20;
    if (gone >= 0 && gone % 2 === 0) world.call('user', 'DELETE', `${paths.gateways('a')}/gw-${gone}`);
    await sleep(400);
  }
}

/** Waits until all is as it should be. @returns what is not, in the end. */
async function settled(world: RealWorld): Promise<readonly string[]> {
  const end = performance.now() + settleMs;
  for (;;) {
    const wrong = findWrong(world);
    if (wrong.length === 0 || performance.now() > end) return wrong;
    await sleep(500);
  }
}

function findWrong(world: RealWorld): readonly string[] {
  const own = world
    .all('IPAddress')
    .filter((entry) => stringOf(at(entry, 'spec', 'parentRef', 'resource')) === 'gateways');
  const owners = new Map(own.map((entry) => [stringOf(at(entry, 'spec', 'parentRef', 'name')), entry.metadata.name]));
  const told = (gateway: ApiObject): string => stringOf(objectsOf(at(gateway, 'status', 'addresses'))[0]?.value);
  const all = world.all('Gateway');
  const names = new Set(all.map(({ metadata }) => metadata.name));
  return [
    ...all
      .filter((gateway) => told(gateway) === '' || owners.get(gateway.metadata.name) !== told(gateway))
      .map(({ metadata }) => `Gateway ${metadata.name} has no address that the ledger has for it`),
    ...own
      .filter((entry) => !names.has(stringOf(at(entry, 'spec', 'parentRef', 'name'))))
      .map(({ metadata }) => `entry ${metadata.name} has no Gateway`),
  ];
}
