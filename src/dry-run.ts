import { AddressPool } from './actors/address-pool.ts';
import { type PoolSource, readPool } from './actors/pool-source.ts';
import { reportsOf } from './actors/reports.ts';
import { ActorSystem } from './actors/system.ts';
import type { Cluster } from './cluster/cluster.ts';
import type { EffectContext } from './effects/context.ts';
import type { Settings } from './objects/view.ts';

/** What a controller would think of a cluster if it started now. */
export interface DryRun {
  readonly actors: ActorSystem;
  readonly reports: EffectContext['reports'];
}

/**
 * Lets the controller's own actors look at a cluster that was read once, without writing anything: the composition
 * root of the commands that work while the controller is down.
 */
export function dryRun(cluster: Cluster, settings: Settings, source: PoolSource | undefined): DryRun {
  const fail = (error: unknown): never => {
    throw new Error('an actor crashed', { cause: error });
  };
  const pool = new AddressPool({ cluster, onReleased: () => {}, onError: fail });
  const turns: (() => void)[] = [];
  const actors = new ActorSystem({
    cluster,
    pool,
    world: { view: cluster, addresses: pool, settings, refusalOf: () => undefined },
    request: () => {},
    flush: () => {},
    soon: (turn) => turns.push(turn),
    now: () => 0,
    onTransition: () => {},
    onCrash: (_key, error) => fail(error),
  });
  pool.setPool(readPool(source, cluster));
  actors.open();
  for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) turn();
  return { actors, reports: reportsOf(actors) };
}
