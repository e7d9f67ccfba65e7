import { Gauge, type Registry } from 'prom-client';
import { isInvalid } from '../ipam/pool-problem.ts';
import type { FamilyReport, PoolReport } from '../ipam/report.ts';

/** By family: an IPv6 range would hide that all of IPv4 is used. It has more addresses than a number can tell apart. */
const ofFamilies: readonly (readonly [name: string, help: string, read: (report: FamilyReport) => number])[] = [
  ['size', 'Addresses of the pool, without the excluded ones', ({ size }) => Number(size)],
  ['in_use', 'Addresses of the pool that Gateways have', ({ inUse }) => inUse],
  [
    'quarantined',
    'Addresses of the pool that were given up, and are not handed out again yet',
    ({ quarantined }) => quarantined,
  ],
  ['others', 'Addresses of the pool that others have and no Gateway', ({ others }) => others],
];

const ofAll: readonly (readonly [name: string, help: string, read: (report: PoolReport) => number])[] = [
  ['excluded', 'Addresses that the pool leaves out, for all namespaces', ({ excluded }) => Number(excluded)],
  ['outside', 'Addresses that Gateways have and the pool does not cover', ({ outside }) => outside.length],
  ['invalid_entries', 'Entries of the pool that cannot be used', ({ problems }) => problems.filter(isInvalid).length],
];

/** The address pool, as `ipam ls` reports it, read when it is scraped. @param report `undefined` where there is none. */
export function poolMetrics(registry: Registry, report: () => PoolReport | undefined): void {
  const read = onceInAGo(report);
  for (const [name, help, numberIn] of ofFamilies) {
    const gauge: Gauge<'family'> = new Gauge({
      name: `gateway_api_pool_${name}`,
      help,
      labelNames: ['family'],
      registers: [registry],
      collect: () => {
        gauge.reset();
        for (const family of read()?.families ?? []) gauge.set({ family: family.family }, numberIn(family));
      },
    });
  }
  for (const [name, help, numberIn] of ofAll) {
    const gauge: Gauge = new Gauge({
      name: `gateway_api_pool_${name}`,
      help,
      registers: [registry],
      collect: () => {
        const now = read();
        if (now === undefined) gauge.reset();
        else gauge.set(numberIn(now));
      },
    });
  }
}

/** The gauges of a scrape are all read before anything else happens: they share what was found. */
function onceInAGo<T>(find: () => T): () => T {
  let found: { readonly value: T } | undefined;
  return () => {
    if (found === undefined) queueMicrotask(() => (found = undefined));
    found ??= { value: find() };
    return found.value;
  };
}
