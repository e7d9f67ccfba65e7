import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { WorkWatcher } from '../objects/work-watcher.ts';

/** From a look of a tenth of a millisecond to a request that times out, in seconds. */
const durationBuckets = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300];

interface Waiting {
  readonly name: string;
  readonly since: number;
}

/**
 * What waits and what is worked on, under the names of client-go's work queues: the mailboxes of each kind, where an
 * object waits to be looked at again, and the queue of writes.
 */
export class WorkMetrics {
  /** Additions since they were last scraped, by queue: they are too many to be counted one by one. */
  readonly #added = new Map<string, number>();
  readonly #waits: Histogram<'name'>;
  readonly #works: Histogram<'name'>;
  readonly #waiting = new Map<string, Waiting>();
  readonly #working = new Map<string, Waiting>();
  readonly #names = new Set<string>();

  constructor(registry: Registry) {
    const common = { labelNames: ['name'] as const, registers: [registry] };
    const adds = new Counter({
      name: 'workqueue_adds_total',
      help: 'Items that were added to a queue',
      ...common,
      collect: () => {
        for (const [name, added] of this.#added) adds.inc({ name }, added);
        this.#added.clear();
      },
    });
    this.#waits = new Histogram({
      name: 'workqueue_queue_duration_seconds',
      help: 'How long an item waited for its turn',
      buckets: durationBuckets,
      ...common,
    });
    this.#works = new Histogram({
      name: 'workqueue_work_duration_seconds',
      help: 'How long the work on an item took',
      buckets: durationBuckets,
      ...common,
    });
    this.#gauge(registry, 'workqueue_depth', 'Items that wait for their turn', (name) => {
      return sinces(this.#waiting, name).length;
    });
    this.#gauge(
      registry,
      'workqueue_unfinished_work_seconds',
      'Time spent so far on items that are worked on',
      (name) => {
        return sinces(this.#working, name).reduce((sum, since) => sum + secondsSince(since), 0);
      },
    );
    this.#gauge(registry, 'workqueue_longest_running_processor_seconds', 'The longest of these times', (name) => {
      return Math.max(0, ...sinces(this.#working, name).map(secondsSince));
    });
  }

  /** Watches queues of these names. */
  watch<Item extends string>(names: readonly string[], nameOf: (item: Item) => string): WorkWatcher<Item> {
    for (const name of names) this.#names.add(name);
    return {
      added: (item) => {
        const name = nameOf(item);
        this.#added.set(name, (this.#added.get(name) ?? 0) + 1);
        this.#waiting.set(item, { name, since: performance.now() });
      },
      began: (item) => {
        const waiting = this.#waiting.get(item);
        if (waiting !== undefined) this.#waits.observe({ name: waiting.name }, secondsSince(waiting.since));
        this.#waiting.delete(item);
        this.#working.set(item, { name: nameOf(item), since: performance.now() });
      },
      ended: (item) => {
        const working = this.#working.get(item);
        if (working !== undefined) this.#works.observe({ name: working.name }, secondsSince(working.since));
        this.#working.delete(item);
      },
    };
  }

  /** A gauge that is read for each queue when it is scraped. */
  #gauge(registry: Registry, name: string, help: string, read: (queue: string) => number): void {
    const gauge: Gauge<'name'> = new Gauge({
      name,
      help,
      labelNames: ['name'],
      registers: [registry],
      collect: () => {
        for (const queue of this.#names) gauge.set({ name: queue }, read(queue));
      },
    });
  }
}

function sinces(items: ReadonlyMap<string, Waiting>, queue: string): readonly number[] {
  return [...items.values()].filter(({ name }) => name === queue).map(({ since }) => since);
}

function secondsSince(since: number): number {
  return (performance.now() - since) / 1000;
}
