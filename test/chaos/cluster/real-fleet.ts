import { setTimeout as sleep } from 'node:timers/promises';
import { type ChildController, spawnController } from '../../support/controller.ts';
import { infra, poolName } from '../manifests.ts';

const common = ['-metrics-bind-address=0', '-health-probe-bind-address=0', '-ipam-configmap', `${infra}/${poolName}`];
const election = ['-leader-elect', '-leader-election-namespace', infra];
const reviveMs = 300;

/** Controllers as processes of their own, and who starts them again. */
export class RealFleet {
  readonly crashes: string[] = [];
  readonly #flags: readonly string[];
  readonly #children = new Map<string, ChildController>();
  readonly #paused = new Set<ChildController>();
  #isOver = false;

  constructor(kubeconfigPath: string, replicas: 1 | 2) {
    this.#flags = ['-kubeconfig', kubeconfigPath, ...common, ...(replicas > 1 ? election : [])];
    for (let index = 0; index < replicas; index += 1) this.#start(`controller-${index}`, this.#flags);
  }

  /** Sends a signal to the replica that a number stands for. @returns whether there was one. */
  signal(which: number, signal: NodeJS.Signals): boolean {
    const replicas = [...this.#children].filter(([name]) => name !== 'controller-twin');
    const child = replicas[which % Math.max(1, replicas.length)]?.[1];
    return child?.process.kill(signal) ?? false;
  }

  /** SIGSTOP, and SIGCONT after so many milliseconds. */
  pause(which: number, ms: number): boolean {
    const child = [...this.#children.values()][which % Math.max(1, this.#children.size)];
    if (child === undefined || !child.process.kill('SIGSTOP')) return false;
    this.#paused.add(child);
    setTimeout(() => this.#wake(child), ms).unref();
    return true;
  }

  /** One more that does not ask for the lease, for so many milliseconds. */
  startTwin(ms: number): boolean {
    if (this.#children.has('controller-twin')) return false;
    const flags = this.#flags.filter((flag) => !election.includes(flag));
    const twin = this.#start('controller-twin', flags);
    setTimeout(() => twin.process.kill('SIGKILL'), ms).unref();
    return true;
  }

  calm(): void {
    for (const child of this.#paused) this.#wake(child);
    this.#children.get('controller-twin')?.process.kill('SIGKILL');
  }

  /** Ends all of them, and starts one that has seen nothing; resolves when it has read everything. */
  async replaceAll(): Promise<void> {
    await this.end();
    const last = spawnController(this.#flags.filter((flag) => !election.includes(flag)));
    this.#children.set('controller-last', last);
    await last.logged('caches are in sync');
  }

  async end(): Promise<void> {
    this.#isOver = true;
    const children = [...this.#children.values()];
    await Promise.all(children.map((child) => child.kill('SIGKILL')));
    this.#children.clear();
  }

  #wake(child: ChildController): void {
    if (this.#paused.delete(child)) child.process.kill('SIGCONT');
  }

  #start(name: string, flags: readonly string[]): ChildController {
    const child = spawnController(flags);
    this.#children.set(name, child);
    void this.#watch(name, flags, child);
    return child;
  }

  async #watch(name: string, flags: readonly string[], child: ChildController): Promise<void> {
    await child.end;
    for (const line of child.stderr.split('\n')) if (line.includes('"msg":"actor crashed"')) this.crashes.push(line);
    if (this.#children.get(name) === child) this.#children.delete(name);
    if (this.#isOver || name === 'controller-twin') return;
    await sleep(reviveMs);
    if (!this.#isOver) this.#start(name, flags);
  }
}
