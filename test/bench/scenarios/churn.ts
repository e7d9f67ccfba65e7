import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { type ApiObject, groupsOf } from '../objects.ts';
import { percentile, round } from '../statistics.ts';
import { isSettledAt, targetPort } from './steady.ts';

type Operation = 'create' | 'edit' | 'delete';

/** The same order for the same seed: xorshift, 0 up to, not including, 1. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/**
 * Pairs are created, edited and deleted at a fixed rate, whatever the controller makes of it: how long each takes
 * until it is done, how many are under way at a time, and what memory is left of it.
 */
export async function churn(bench: Bench) {
  const { seconds, rate } = bench.options;
  const shape = bench.shape({ routesPerGateway: 1, behaviour: 'create' });
  await bench.settle(shape);
  const controller = await bench.startController();
  await controller.synced;
  await bench.countWrites();
  const before = await controller.sample('collect');
  const churner = new Churner(bench, shape.gateways);
  const startedAt = performance.now();
  for (let operation = 0; operation < seconds * rate; operation += 1) {
    await delay(Math.max(0, startedAt + (operation * 1000) / rate - performance.now()));
    churner.begin();
    if (operation % (rate * 10) === 0)
      bench.report(`churn: ${operation / rate} of ${seconds} s, ${churner.backlog} under way`);
  }
  const backlogAtEnd = churner.backlog;
  await controller.during(churner.done());
  const drainSeconds = (performance.now() - startedAt) / 1000 - seconds;
  const busy = await controller.sample();
  const writes = await bench.countWrites();
  const after = await controller.sample('collect');
  await controller.stop();
  await bench.clean();
  return {
    scenario: 'churn',
    gateways: shape.gateways,
    routes: shape.gateways,
    behaviour: shape.behaviour,
    seconds,
    rate,
    ...churner.figures(),
    backlogMost: churner.backlogMost,
    backlogAtEnd,
    drainSeconds: round(drainSeconds),
    writes: writes.byKind,
    cpuSeconds: round(busy.cpuSeconds - before.cpuSeconds),
    cpuShare: round((busy.cpuSeconds - before.cpuSeconds) / (seconds + drainSeconds)),
    heapMiBAtStart: round(before.heapMiB, 1),
    heapMiBAtEnd: round(after.heapMiB, 1),
    rssMiBAtStart: round(before.rssMiB, 1),
    rssMiBAtEnd: round(after.rssMiB, 1),
    rssMiB: round(after.peakRssMiB, 1),
    blockedMs: round(busy.blockedMs, 1),
    spread: churner.spread(),
  };
}

/** Draws operations; a pair that one is under way for is left alone. */
class Churner {
  readonly #bench: Bench;
  readonly #random = random(20_261_124);
  readonly #free: string[];
  readonly #took: Readonly<Record<Operation, number[]>> = { create: [], edit: [], delete: [] };
  readonly #running = new Set<Promise<void>>();
  #made: number;
  #edits = 0;
  backlogMost = 0;
  #error: unknown;

  constructor(bench: Bench, pairs: number) {
    this.#bench = bench;
    this.#made = pairs;
    this.#free = groupsOf(bench.shape({ routesPerGateway: 1, behaviour: 'create' })).map(({ name }) => name);
  }

  get backlog(): number {
    return this.#running.size;
  }

  begin(): void {
    const operation = this.#draw();
    const startedAt = performance.now();
    const work = this.#carryOut(operation).then(
      (doneAt) => {
        this.#took[operation].push(doneAt - startedAt);
      },
      (error: unknown) => {
        this.#error ??= error;
      },
    );
    this.#running.add(work);
    this.backlogMost = Math.max(this.backlogMost, this.#running.size);
    void work.finally(() => this.#running.delete(work));
  }

  async done(): Promise<void> {
    await Promise.all(this.#running);
    if (this.#error !== undefined) throw new Error('an operation came to nothing', { cause: this.#error });
  }

  figures() {
    const all = Object.values(this.#took).flat();
    const p99 = (values: readonly number[]): number => round(percentile(values, 0.99), 1);
    const { create, edit, delete: deleted } = this.#took;
    return {
      operations: all.length,
      p50Ms: round(percentile(all, 0.5), 1),
      p99Ms: p99(all),
      createP99Ms: p99(create),
      editP99Ms: p99(edit),
      deleteP99Ms: p99(deleted),
    };
  }

  spread() {
    const all = Object.values(this.#took).flat();
    return { operationMs: [round(Math.min(...all), 1), round(Math.max(...all), 1)] };
  }

  #draw(): Operation {
    const drawn = this.#random();
    if (this.#free.length === 0 || drawn < 0.3) return 'create';
    return drawn < 0.7 ? 'edit' : 'delete';
  }

  #take(): string {
    const [name = ''] = this.#free.splice(Math.floor(this.#random() * this.#free.length), 1);
    return name;
  }

  /** @returns `performance.now()` when all that comes of it was seen. */
  async #carryOut(operation: Operation): Promise<number> {
    switch (operation) {
      case 'create':
        return this.#create();
      case 'edit':
        return this.#edit(this.#take());
      case 'delete':
        return this.#delete(this.#take());
    }
  }

  async #create(): Promise<number> {
    const { world, observer } = this.#bench;
    const shape = { gateways: 1, routesPerGateway: 1, behaviour: 'create' } as const;
    const [template] = groupsOf(shape);
    if (template === undefined) throw new Error('there is no pair');
    const name = `g${String(this.#made).padStart(6, '0')}`;
    this.#made += 1;
    await world.create([JSON.parse(JSON.stringify(template).replaceAll(template.name, name)) as typeof template]);
    const route = `${name}-8000`;
    const seen = await Promise.all([
      observer.see('Service', route, (service) => service?.spec?.loadBalancerIP !== undefined),
      observer.see('TCPRoute', route, (object) => isSettledAt(object)),
    ]);
    this.#free.push(name);
    return Math.max(...seen);
  }

  async #edit(name: string): Promise<number> {
    const { world, observer } = this.#bench;
    this.#edits += 1;
    const port = 1_000 + this.#edits;
    const route = `${name}-8000`;
    const rules = [{ backendRefs: [{ name: route, port }] }];
    const { metadata } = await world.patch('TCPRoute', route, { spec: { rules } });
    const seen = await Promise.all([
      observer.see('Service', route, (service) => targetPort(service) === port),
      observer.see('TCPRoute', route, (object) => isSettledAt(object, metadata.generation)),
    ]);
    this.#free.push(name);
    return Math.max(...seen);
  }

  async #delete(name: string): Promise<number> {
    const { world, observer } = this.#bench;
    const route = `${name}-8000`;
    await world.delete('TCPRoute', route);
    await world.delete('Gateway', name);
    const isGone = (object: ApiObject | undefined): boolean => object === undefined;
    const seen = await Promise.all([
      observer.see('Service', route, isGone),
      observer.see('TCPRoute', route, isGone),
      observer.see('Gateway', name, isGone),
    ]);
    return Math.max(...seen);
  }
}
