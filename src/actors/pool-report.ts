import type { Cluster } from '../cluster/cluster.ts';
import { othersOf } from '../cluster/others.ts';
import { holdingsOf } from '../gateway/holdings.ts';
import { type PoolReport, reportPool } from '../ipam/report.ts';
import type { Settings } from '../objects/view.ts';
import type { AddressPool } from './address-pool.ts';

/** What the pool offers and who has what of it, now; `undefined` where there is none. */
export function poolReport(addresses: AddressPool, cluster: Cluster, settings: Settings): PoolReport | undefined {
  const { pool } = addresses;
  if ('missing' in pool) return undefined;
  const holdings = holdingsOf(cluster.all('IPAddress'), cluster.all('Gateway'), { view: cluster, settings });
  // Most addresses on Services are those of Gateways, and need no closer look.
  const mayBeOthers = (address: string): boolean =>
    addresses.holderOf(address) === undefined && addresses.covers(address);
  return reportPool(pool, holdings, othersOf(cluster, settings, mayBeOthers));
}
