import type { AddressPool } from '../../actors/address-pool.ts';
import type { Witnesses } from '../../actors/explain.ts';
import { othersOf } from '../../cluster/others.ts';
import { isAssigned, namesAddress } from '../../gateway/address-pin.ts';
import { holdingsOf } from '../../gateway/holdings.ts';
import { mapPool, type Occupant, type PoolMap } from '../../ipam/pool-map.ts';
import type { ObjectKey } from '../../objects/keys.ts';
import { sanitise } from './sanitise.ts';

export interface PoolPage {
  /** State of the pool's actor. */
  readonly state: string;
  /** Why there is no pool. */
  readonly missing?: string;
  readonly order?: string;
  readonly quarantineMs: number;
  readonly problems: unknown;
  readonly map: PoolMap;
}

/** The pool as it is drawn: who has what of it. */
export function poolPage(pool: AddressPool, witnesses: Witnesses): PoolPage {
  const known = pool.pool;
  const isMissing = 'missing' in known;
  const { state, quarantineMs } = pool;
  const noPool = { scopes: new Map(), order: 'listed', problems: [], quarantineMs } as const;
  return {
    state,
    ...(isMissing ? { missing: known.missing } : { order: known.order }),
    quarantineMs,
    problems: sanitise(isMissing ? [] : known.problems),
    map: mapPool(isMissing ? noPool : known, [...occupantsOf(pool, witnesses).values()]),
  };
}

/** Who has which address; one that a Gateway and somebody else have is a conflict. */
function occupantsOf(pool: AddressPool, witnesses: Witnesses): ReadonlyMap<string, Occupant> {
  const { cluster, settings } = witnesses;
  const found = new Map<string, Occupant>();
  const holdings = holdingsOf(cluster.all('IPAddress'), cluster.all('Gateway'), { view: cluster, settings });
  for (const { address, gateway, released } of holdings) {
    const who = released === undefined ? `Gateway ${gateway}` : `given up by Gateway ${gateway} at ${released}`;
    found.set(address, { address, use: released === undefined ? 'used' : 'quarantined', who });
  }
  for (const [address, { namespace, name }] of pool.holders()) {
    const isNamed = isStatic(`Gateway/${namespace}/${name}`, address, witnesses);
    found.set(address, { address, use: isNamed ? 'static' : 'used', who: `Gateway ${namespace}/${name}` });
  }
  for (const { address, who } of othersOf(cluster, settings)) {
    const ours = found.get(address);
    found.set(address, { address, use: 'conflict', who: ours === undefined ? who : `${ours.who}, and ${who}` });
  }
  return found;
}

/** Whether a Gateway has an address because its spec names it, and not because we wrote it there. */
function isStatic(key: ObjectKey<'Gateway'>, address: string, { cluster, settings }: Witnesses): boolean {
  const gateway = cluster.get(key);
  return gateway !== undefined && namesAddress(gateway, address) && !isAssigned(gateway, settings);
}
