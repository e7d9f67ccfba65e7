import { mkdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { KubernetesClient } from '../../src/kubernetes/client.ts';
import { connect } from '../../src/kubernetes/connect.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { defaultControllers } from '../cluster/controller-manager.ts';
import { nodeAddresses, podNetworks, pool } from './addresses.ts';
import { type LabController, startController } from './controller.ts';
import { Kubelet } from './kubelet.ts';
import { makeNode } from './network.ts';
import { startProxy } from './proxy.ts';

/** A cluster of one node, with real pods, a real kube-proxy, and our controller; and a client outside of it. */
export interface Lab {
  readonly controlPlane: ControlPlane;
  readonly controller: LabController;
  /** Folder of the logs. */
  readonly logs: string;
  /** Fulfilled with how and why, if one of its processes ends. */
  readonly broken: Promise<string>;
}

export interface LabOptions {
  readonly report: (line: string) => void;
  /** The command line that a container's image stands for; undefined where it is not known. */
  readonly commandOf: (image: string) => readonly string[] | undefined;
  /** How often kube-proxy writes rules at most, as Go writes durations. Its own default is `1s`. */
  readonly minSyncPeriod: string;
  /** Flags of the controller, beside where the API server and the pool are. */
  readonly flags?: readonly string[];
  /** A folder for the logs, to be kept. */
  readonly logs?: string | undefined;
}

const nodeName = 'node';
const settingsNamespace = 'lab';
const controllers = [
  ...defaultControllers,
  'deployment-controller',
  'replicaset-controller',
  'endpointslice-controller',
];

/** Name of the GatewayClass that the controller serves. */
export const className = 'lab';
export const controllerName = 'thebsdbox.co.uk/controller';

/** Starts the lab, in a world of its own, and waits until all of it is up. It ends with the world. */
export async function startLab({ report, commandOf, minSyncPeriod, flags = [], logs }: LabOptions): Promise<Lab> {
  await makeNode();
  const controlPlane = await startControlPlane({ report, controllers, address: nodeAddresses.ipv4 });
  const folder = logs ?? join(controlPlane.folder, 'logs');
  mkdirSync(folder, { recursive: true });
  const client = connect({ kubeconfig: controlPlane.kubeconfigPath, userAgent: 'lab', now: Date.now });
  await createObjects(client);
  const proxy = await startProxy(controlPlane, { nodeName, minSyncPeriod });
  new Kubelet({ client, nodeName, folder: join(folder, 'pods'), commandOf, report });
  const controller = await startController({
    log: join(folder, 'controller.log'),
    flags: [...flagsOf(controlPlane), ...flags],
  });
  report(`the lab is ready; logs: ${folder}`);
  return {
    controlPlane,
    controller,
    logs: folder,
    broken: Promise.race([controlPlane.broken, proxy.ended, controller.ended]),
  };
}

/** The node has the addresses (see `makeNode`), so that nobody needs to announce them. */
function flagsOf({ kubeconfigPath }: ControlPlane): string[] {
  return ['-kubeconfig', kubeconfigPath, '-ipam-configmap', `${settingsNamespace}/ipam`, '-announcer', 'none'];
}

async function createObjects(client: KubernetesClient): Promise<void> {
  const addresses = [nodeAddresses.ipv4, nodeAddresses.ipv6].map((address) => ({ type: 'InternalIP', address }));
  const capacity = { cpu: String(cpus().length), memory: '8Gi', pods: '500' };
  await create(client, '/api/v1/nodes', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: nodeName },
    spec: { podCIDRs: [podNetworks.ipv4, podNetworks.ipv6], podCIDR: podNetworks.ipv4 },
    status: { addresses, capacity, allocatable: capacity, conditions: [{ type: 'Ready', status: 'True' }] },
  });
  await create(client, '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: settingsNamespace },
  });
  await create(client, `/api/v1/namespaces/${settingsNamespace}/configmaps`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'ipam' },
    data: { 'range-global': `${pool.ipv4},${pool.ipv6}`, quarantine: '0s' },
  });
  await create(client, '/apis/gateway.networking.k8s.io/v1/gatewayclasses', {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    metadata: { name: className },
    spec: { controllerName },
  });
}

async function create(client: KubernetesClient, path: string, body: object): Promise<void> {
  const answer = await client.request({ method: 'POST', path, body });
  if ('failure' in answer) throw new Error(`POST ${path}: ${answer.failure.message}`);
}
