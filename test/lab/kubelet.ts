import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiRequest, KubernetesClient } from '../../src/kubernetes/client.ts';
import { type Follower, follow } from '../support/follow.ts';
import { nodeAddresses } from './addresses.ts';
import { addPodNetwork, inNamespace, type PodNetwork } from './network.ts';
import { type Container, environmentOf, type Pod, type PodState, pathOfPod, statusOf } from './pod.ts';
import { listOpenPorts } from './sockets.ts';

export interface KubeletOptions {
  readonly client: KubernetesClient;
  readonly nodeName: string;
  /** Where pods keep their logs and volumes. */
  readonly folder: string;
  /** The command line that an image stands for; undefined where it is not known. */
  readonly commandOf: (image: string) => readonly string[] | undefined;
  readonly report: (line: string) => void;
}

interface RunningPod {
  readonly network: Promise<PodNetwork>;
  process: ChildProcess | undefined;
  isStopping: boolean;
}

const readyWithinMs = 30_000;
const pollMs = 20;
const defaultGraceSeconds = 30;

/**
 * Plays the scheduler and the kubelet of the one node: a Pod becomes a process in a network namespace of its own, is
 * ready as soon as it listens, and gets SIGTERM, then SIGKILL when its grace period is over, when it is deleted.
 * A process that ends by itself is not started again.
 */
export class Kubelet {
  readonly #options: KubeletOptions;
  readonly #pods = new Map<string, RunningPod>();
  readonly #follower: Follower;

  constructor(options: KubeletOptions) {
    this.#options = options;
    this.#follower = follow(options.client, '/api/v1/pods', (type, object) => {
      if (type === 'DELETED') return;
      const pod = object as Pod;
      this.#take(pod).catch((error: unknown) => options.report(`Pod ${pathOfPod(pod)}: ${String(error)}`));
    });
  }

  /** Takes no more pods. Those that run end with the world. */
  stop(): Promise<void> {
    return this.#follower.stop();
  }

  async #take(pod: Pod): Promise<void> {
    const { uid, deletionTimestamp } = pod.metadata;
    const running = this.#pods.get(uid);
    if (pod.spec.nodeName === undefined) return deletionTimestamp === undefined ? this.#schedule(pod) : undefined;
    if (deletionTimestamp !== undefined) return this.#end(pod, running);
    if (running === undefined) return this.#run(pod);
  }

  async #schedule(pod: Pod): Promise<void> {
    const target = { apiVersion: 'v1', kind: 'Node', name: this.#options.nodeName };
    const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name: pod.metadata.name }, target };
    await this.#request({ method: 'POST', path: `${pathOfPod(pod)}/binding`, body });
  }

  async #run(pod: Pod): Promise<void> {
    const running: RunningPod = { network: addPodNetwork(), process: undefined, isStopping: false };
    this.#pods.set(pod.metadata.uid, running);
    const network = await running.network;
    const [container] = pod.spec.containers;
    const command = this.#options.commandOf(container.image);
    if (command === undefined) return this.#write(pod, { trouble: `image ${container.image} is not known here` });
    const folder = await this.#makeVolumes(pod);
    if (running.isStopping) return;
    const child = startProcess(pod, container, { command, network, folder });
    running.process = child;
    const addresses = [network.addresses.ipv4, network.addresses.ipv6];
    child.once('exit', (code, signal) => {
      if (!running.isStopping) void this.#write(pod, { addresses, trouble: `ended with ${signal ?? code}` });
    });
    await this.#write(pod, { addresses });
    if (await untilListening(child, container)) await this.#write(pod, { addresses, ready: true });
  }

  async #end(pod: Pod, running: RunningPod | undefined): Promise<void> {
    if (running?.isStopping) return;
    if (running !== undefined) {
      running.isStopping = true;
      await running.network;
      if (running.process) {
        await endProcess(running.process, pod.metadata.deletionGracePeriodSeconds ?? defaultGraceSeconds);
      }
    }
    const body = { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid } };
    await this.#request({ method: 'DELETE', path: pathOfPod(pod), body });
    this.#pods.delete(pod.metadata.uid);
    await (await running?.network)?.remove();
  }

  /** Puts the files of the pod's ConfigMaps where `startProcess` looks for them. @returns the pod's folder. */
  async #makeVolumes({ metadata, spec }: Pod): Promise<string> {
    const folder = join(this.#options.folder, metadata.uid);
    mkdirSync(folder, { recursive: true });
    for (const { name, configMap } of spec.volumes ?? []) {
      if (configMap === undefined) continue;
      const path = `/api/v1/namespaces/${metadata.namespace}/configmaps/${configMap.name}`;
      const { data = {} } = (await this.#request({ method: 'GET', path })) as { data?: Record<string, string> };
      mkdirSync(join(folder, name));
      for (const [file, content] of Object.entries(data)) writeFileSync(join(folder, name, file), content);
    }
    return folder;
  }

  async #write(pod: Pod, state: Partial<PodState>): Promise<void> {
    const whole = { ready: false, trouble: '', addresses: [], hostAddress: nodeAddresses.ipv4, ...state };
    await this.#request({
      method: 'PATCH',
      path: `${pathOfPod(pod)}/status`,
      contentType: 'application/merge-patch+json',
      body: { metadata: { uid: pod.metadata.uid }, status: statusOf(pod, whole) },
    });
  }

  /** @throws where the answer is none of success, or of a pod that is gone or bound by now. */
  async #request(request: ApiRequest): Promise<unknown> {
    const answer = await this.#options.client.request(request);
    if ('body' in answer) return answer.body;
    const { kind, message } = answer.failure;
    if (kind === 'absent' || kind === 'conflict') return {};
    throw new Error(`${request.method} ${request.path}: ${message}`);
  }
}

interface Place {
  readonly command: readonly string[];
  readonly network: PodNetwork;
  readonly folder: string;
}

function startProcess(pod: Pod, container: Container, { command, network, folder }: Place): ChildProcess {
  const args = (container.args ?? []).map((text) => inFolder(text, container, folder));
  const [program, ...rest] = inNamespace(network.namespace, [...command, ...args]);
  const log = openSync(join(folder, 'log'), 'a');
  const env = { PATH: process.env.PATH, ...environmentOf(pod, container) };
  const child = spawn(program, rest, { stdio: ['ignore', log, log], cwd: folder, env });
  closeSync(log);
  return child;
}

/** A path below one of the container's mounts, as the path of the file that stands for it. */
function inFolder(path: string, { volumeMounts = [] }: Container, folder: string): string {
  const mount = volumeMounts.find(({ mountPath }) => path.startsWith(`${mountPath}/`));
  return mount === undefined ? path : join(folder, mount.name, path.slice(mount.mountPath.length));
}

/** Waits for the ports that the container names, or for any where it names none. @returns whether they came. */
async function untilListening(child: ChildProcess, { ports = [] }: Container): Promise<boolean> {
  const wanted = ports.map(({ containerPort, protocol = 'TCP' }) => `${protocol}/${containerPort}`);
  const deadline = performance.now() + readyWithinMs;
  while (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    const open = await listOpenPorts(child.pid).catch(() => new Set<string>());
    if (wanted.length === 0 ? open.size > 0 : wanted.every((port) => open.has(port))) return true;
    if (performance.now() > deadline) return false;
    await delay(pollMs);
  }
  return false;
}

async function endProcess(child: ChildProcess, graceSeconds: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceSeconds * 1000);
  await ended;
  clearTimeout(timer);
}
