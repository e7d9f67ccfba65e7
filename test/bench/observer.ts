import { connect } from '../../src/kubernetes/connect.ts';
import type { ListWatch } from '../../src/kubernetes/list-watch.ts';
import { benchAgent } from './api.ts';
import { type ApiObject, resources } from './objects.ts';
import { watchRaw } from './watch.ts';

export const observed = ['Gateway', 'TCPRoute', 'Service'] as const;
export type Observed = (typeof observed)[number];

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly observedGeneration?: number;
}

/** What is looked for; each kind is counted for itself. */
export interface Goal {
  readonly count: Readonly<Record<Observed, number>>;
  /** Of each Gateway, on all its listeners. */
  readonly attachedRoutes: number;
  /** Whether Services carry the address in their status too. */
  readonly ingress: boolean;
}

const patienceMs = 120_000;
const progressEveryMs = 5_000;

/**
 * Sees from outside, by watches of its own, which objects are as they should be in the end. It runs for the
 * controller and for the replay alike.
 */
export class Observer {
  readonly #client;
  readonly #watches: ListWatch<ApiObject>[] = [];
  readonly #running: Promise<void>[] = [];
  readonly #objects = { Gateway: new Map(), TCPRoute: new Map(), Service: new Map() } as Readonly<
    Record<Observed, Map<string, ApiObject>>
  >;
  readonly #listeners = new Set<(kind: Observed, name: string, object: ApiObject | undefined) => void>();

  constructor(kubeconfigPath: string) {
    this.#client = connect({ kubeconfig: kubeconfigPath, userAgent: benchAgent, now: Date.now });
    for (const kind of observed) this.#follow(kind);
  }

  /** Calls for every change; an object that is gone is `undefined`. @returns what ends it. */
  onChange(listener: (kind: Observed, name: string, object: ApiObject | undefined) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get(kind: Observed, name: string): ApiObject | undefined {
    return this.#objects[kind].get(name);
  }

  size(kind: Observed): number {
    return this.#objects[kind].size;
  }

  /**
   * Waits until all is as the goal says.
   * @returns `performance.now()` of the event that made it so.
   * @throws Error where nothing has changed for two minutes.
   */
  reach(goal: Goal, report: (line: string) => void): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const settled = { Gateway: new Set<string>(), TCPRoute: new Set<string>(), Service: new Set<string>() };
    let changedAt = performance.now();
    const take = (kind: Observed, name: string, object: ApiObject | undefined): void => {
      if (object !== undefined && isSettled(kind, object, goal)) settled[kind].add(name);
      else settled[kind].delete(name);
      changedAt = performance.now();
      if (observed.every((each) => settled[each].size >= goal.count[each])) resolve(changedAt);
    };
    const end = this.onChange(take);
    const progress = (): string =>
      observed.map((kind) => `${kind} ${settled[kind].size}/${goal.count[kind]}`).join(', ');
    const timer = setInterval(() => {
      report(progress());
      if (performance.now() - changedAt > patienceMs) reject(new Error(`nothing changes any more at ${progress()}`));
    }, progressEveryMs);
    for (const kind of observed) for (const [name, object] of this.#objects[kind]) take(kind, name, object);
    return promise.finally(() => {
      clearInterval(timer);
      end();
    });
  }

  /**
   * Waits until one object is as wanted; `undefined` stands for one that is not there.
   * @returns `performance.now()` of the event, or of now where it is so already.
   */
  see(kind: Observed, name: string, isWanted: (object: ApiObject | undefined) => boolean): Promise<number> {
    if (isWanted(this.get(kind, name))) return Promise.resolve(performance.now());
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const end = this.onChange((changed, of, object) => {
      if (changed === kind && of === name && isWanted(object)) resolve(performance.now());
    });
    const timer = setTimeout(() => {
      reject(new Error(`${kind} ${name} is not as it should be after ${patienceMs / 1000} s`));
    }, patienceMs);
    return promise.finally(() => {
      clearTimeout(timer);
      end();
    });
  }

  async stop(): Promise<void> {
    for (const watch of this.#watches) watch.stop();
    await Promise.all(this.#running);
    await this.#client.close();
  }

  #follow(kind: Observed): void {
    const watch = watchRaw(
      { client: this.#client, path: resources[kind] },
      {
        replaced: (objects) => {
          this.#objects[kind].clear();
          for (const object of objects) this.#take(kind, 'ADDED', object);
        },
        changed: (type, object) => this.#take(kind, type, object),
      },
    );
    this.#watches.push(watch);
    this.#running.push(watch.run());
  }

  #take(kind: Observed, type: 'ADDED' | 'MODIFIED' | 'DELETED', object: ApiObject): void {
    const { name } = object.metadata;
    if (type === 'DELETED') this.#objects[kind].delete(name);
    else this.#objects[kind].set(name, object);
    for (const listener of this.#listeners) listener(kind, name, type === 'DELETED' ? undefined : object);
  }
}

function isSettled(kind: Observed, object: ApiObject, goal: Goal): boolean {
  switch (kind) {
    case 'Gateway':
      return isTrue(object, conditionsOf(object), 'Programmed') && attachedTo(object) === goal.attachedRoutes;
    case 'TCPRoute':
      return isRouteSettled(object);
    case 'Service':
      return isServiceSettled(object, goal.ingress);
  }
}

/** Whether the route's status says of its newest generation that all is well. */
export function isRouteSettled(route: ApiObject): boolean {
  const parents = (route.status as { parents?: { conditions?: Condition[] }[] } | undefined)?.parents ?? [];
  const isWell = (conditions: readonly Condition[]): boolean =>
    isTrue(route, conditions, 'Accepted') && isTrue(route, conditions, 'ResolvedRefs');
  return parents.length > 0 && parents.every(({ conditions = [] }) => isWell(conditions));
}

function isServiceSettled({ spec, status }: ApiObject, ingress: boolean): boolean {
  const { loadBalancer } = (status ?? {}) as { loadBalancer?: { ingress?: unknown[] } };
  const hasIngress = (loadBalancer?.ingress?.length ?? 0) > 0;
  return spec?.loadBalancerIP !== undefined && (hasIngress || !ingress);
}

function conditionsOf({ status }: ApiObject): readonly Condition[] {
  return (status as { conditions?: Condition[] } | undefined)?.conditions ?? [];
}

/** All routes on a Gateway's listeners. */
export function attachedTo({ status }: ApiObject): number {
  const { listeners = [] } = (status ?? {}) as { listeners?: { attachedRoutes: number }[] };
  return listeners.reduce((sum, { attachedRoutes }) => sum + attachedRoutes, 0);
}

function isTrue({ metadata }: ApiObject, conditions: readonly Condition[], type: string): boolean {
  return conditions.some(
    (one) => one.type === type && one.status === 'True' && one.observedGeneration === metadata.generation,
  );
}
