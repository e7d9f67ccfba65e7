import { AddressPool } from './actors/address-pool.ts';
import { readPool } from './actors/pool-source.ts';
import { reportsOf } from './actors/reports.ts';
import { ActorSystem } from './actors/system.ts';
import type { ActorSystemOptions } from './actors/system-options.ts';
import type { Cluster } from './cluster/cluster.ts';
import type { EffectContext } from './effects/context.ts';
import type { PoolSource } from './objects/pool-source.ts';
import type { Settings } from './objects/view.ts';

/** What a controller would think of a cluster if it started now. */
export interface DryRun {
  readonly actors: ActorSystem;
  readonly pool: AddressPool;
  readonly reports: EffectContext['reports'];
  readonly cluster: Cluster;
  readonly settings: Settings;
}

type Surroundings = Pick<ActorSystemOptions, 'soon' | 'now' | 'onTransition' | 'onCrash' | 'onEvent'>;

/**
 * Lets the controller's own actors look at a cluster that was read once, without writing anything: the composition
 * root of the commands that work while the controller is down.
 */
export function dryRun(cluster: Cluster, settings: Settings, source: PoolSource | undefined): DryRun {
  const turns: (() => void)[] = [];
  const run = onlookers(cluster, settings, source, {
    soon: (turn) => turns.push(turn),
    now: () => 0,
    onTransition: () => {},
    onCrash: (_key, error) => {
      throw new Error('an actor crashed', { cause: error });
    },
  });
  for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) turn();
  return run;
}

/**
 * Actors that look at a cluster, and go on looking as it changes, and do nothing: what a standby shows. They take
 * addresses as the leader would, in a pool of their own; what the leader records comes first.
 */
export function onlookers(
  cluster: Cluster,
  settings: Settings,
  source: PoolSource | undefined,
  surroundings: Surroundings,
): DryRun {
  const { onCrash } = surroundings;
  const pool = new AddressPool({
    cluster,
    settings,
    onReleased: () => {},
    onError: (error) => onCrash('Gateway//', error),
  });
  const actors = new ActorSystem({
    ...surroundings,
    cluster,
    pool,
    world: { view: cluster, addresses: pool, settings, refusalOf: () => undefined },
    request: () => {},
    flush: () => {},
  });
  pool.setPool(readPool(source, cluster));
  actors.open();
  return { actors, pool, reports: reportsOf(actors), cluster, settings };
}
