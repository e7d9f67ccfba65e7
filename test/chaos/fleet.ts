import { infra, poolName } from './manifests.ts';
import { ControllerProcess, type Plant } from './process.ts';
import { derive, Random } from './random.ts';
import type { World } from './world.ts';

export interface FleetOptions {
  readonly world: World;
  readonly seed: number;
  readonly replicas: 1 | 2;
  readonly plant: Plant;
  readonly onWrong: (what: string) => void;
}

const pool = ['-ipam-configmap', `${infra}/${poolName}`];
const election = ['-leader-elect', '-leader-election-namespace', infra];

/** The controllers, and who starts them again. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #running = new Map<string, ControllerProcess>();
  #starts = 0;
  #isOver = false;

  constructor(options: FleetOptions) {
    this.#options = options;
    for (let index = 0; index < options.replicas; index += 1) this.#start(`controller-${index}`);
  }

  /** The replica that a number stands for, while it runs. */
  replica(which: number): ControllerProcess | undefined {
    return this.#running.get(this.nameOf(which));
  }

  nameOf(which: number): string {
    return `controller-${which % this.#options.replicas}`;
  }

  /** One more controller that writes without asking for the lease, for so many milliseconds. */
  startTwin(ms: number): boolean {
    if (this.#running.has('controller-twin')) return false;
    const twin = this.#launch('controller-twin', pool);
    this.#options.world.clock.after(ms, () => twin.kill());
    return true;
  }

  /** No more harm: who sleeps wakes, the twin goes. */
  calm(): void {
    this.#running.get('controller-twin')?.kill();
    for (const process of this.#running.values()) if (process.isPaused) process.wake();
  }

  /** Ends all of them and starts one that has seen nothing. */
  replaceAll(): void {
    this.#isOver = true;
    for (const process of this.#running.values()) process.kill();
    this.#launch('controller-last', pool);
  }

  end(): void {
    this.#isOver = true;
    for (const process of this.#running.values()) process.kill();
  }

  #start(name: string): void {
    this.#launch(name, this.#options.replicas > 1 ? [...pool, ...election] : pool);
  }

  #launch(name: string, flags: readonly string[]): ControllerProcess {
    const { world, seed, plant, onWrong } = this.#options;
    const { clock, network } = world;
    this.#starts += 1;
    const random = new Random(derive(seed, `${name} ${this.#starts}`));
    const onEnd = (): void => {
      if (this.#running.get(name) === process) this.#running.delete(name);
      if (!this.#isOver && name !== 'controller-twin')
        clock.after(random.between(100, 5_000), () => this.#revive(name));
    };
    const process = new ControllerProcess({ name, flags, clock, network, random, plant, onEnd, onWrong });
    this.#running.set(name, process);
    return process;
  }

  #revive(name: string): void {
    if (!this.#isOver) this.#start(name);
  }
}
