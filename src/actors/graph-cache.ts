import { chooseBehaviour } from '../gateway/behaviour.ts';
import { buildGraph, type GatewayGraph, type World } from '../gateway/graph.ts';
import { isRouteKey, keyOf } from '../gateway/keys.ts';
import { optionsOfRoute } from '../gateway/options.ts';
import { oldestRoutes } from '../gateway/own-service-plan.ts';
import type { ActorKind, ObjectKey, RouteKind } from '../objects/keys.ts';

/** Graphs of Gateways, kept until something that they were built from changes. */
export class GraphCache {
  readonly #world: Omit<World, 'graph' | 'memo'>;
  readonly #graphs = new Map<ObjectKey<'Gateway'>, GatewayGraph>();
  readonly #earlier = new Map<ObjectKey<'Gateway'>, GatewayGraph>();
  /** Those since which nothing but routes has changed. */
  readonly #bases = new Map<ObjectKey<'Gateway'>, GatewayGraph>();

  constructor(world: Omit<World, 'graph' | 'memo'>) {
    this.#world = world;
  }

  get(key: ObjectKey<'Gateway'>): GatewayGraph | undefined {
    const known = this.#graphs.get(key);
    if (known !== undefined) return known;
    const gateway = this.#world.view.get(key);
    if (gateway === undefined) return undefined;
    const graph = buildGraph(gateway, this.#world, this.#bases.get(key));
    this.#bases.delete(key);
    this.#graphs.set(key, graph);
    return graph;
  }

  /** @param cause what has changed; left out: it may be anything. */
  invalidate(key: ObjectKey<'Gateway'>, cause?: ObjectKey): void {
    const graph = this.#graphs.get(key);
    if (cause === undefined || !isRouteKey(cause)) this.#bases.delete(key);
    else if (graph !== undefined) this.#bases.set(key, graph);
    if (graph === undefined) return;
    if (!this.#earlier.has(key)) this.#earlier.set(key, graph);
    this.#graphs.delete(key);
  }

  /** Routes whose turn on a listener came or went since this was last asked: the oldest route there is another one. */
  takeShifted(key: ObjectKey<'Gateway'>): readonly ObjectKey<ActorKind>[] {
    const before = this.#earlier.get(key);
    this.#earlier.delete(key);
    if (before === undefined) return [];
    const now = this.get(key);
    const names = new Set([...before.attached.keys(), ...(now?.attached.keys() ?? [])]);
    const shifted = new Set<ObjectKey<ActorKind>>();
    for (const name of names) {
      const old = before.attached.get(name) ?? [];
      const current = now?.attached.get(name) ?? [];
      if (old[0]?.metadata.uid === current[0]?.metadata.uid) continue;
      for (const route of [...old, ...current]) shifted.add(keyOf(route));
    }
    if (shifted.size > 0) for (const route of this.dependentRoutes(key)) shifted.add(route);
    return [...shifted];
  }

  /** The routes that serve a listener of a Gateway, as last looked at; of those that come or go since, `takeShifted` tells. */
  servingRoutes(key: ObjectKey<'Gateway'>): readonly ObjectKey<RouteKind>[] {
    const graph = this.#graphs.get(key) ?? this.#earlier.get(key);
    return graph === undefined ? [] : oldestRoutes(graph).map(keyOf);
  }

  /**
   * Routes of a Gateway that depend on one another: under `update` their Services' own ports stand in each other's way,
   * under `aggregate` those that serve have one Service.
   */
  dependentRoutes(key: ObjectKey<'Gateway'>): readonly ObjectKey<RouteKind>[] {
    const { view, settings } = this.#world;
    const serving = new Set(this.servingRoutes(key));
    return view.routesOf(key).flatMap((route) => {
      const choice = chooseBehaviour(route, optionsOfRoute(route, { view, settings }));
      if ('refusal' in choice) return [];
      const own = keyOf(route);
      return choice.behaviour === 'update' || (choice.behaviour === 'aggregate' && serving.has(own)) ? [own] : [];
    });
  }
}
