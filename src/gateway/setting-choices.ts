import type { Options, Settings } from '../objects/view.ts';

/** All values of each setting that has a few; the first one counts where the flag is not given. */
export const settingChoices = {
  serviceBehaviour: valuesOf<Options['serviceBehaviour']>({
    auto: true,
    create: true,
    duplicate: true,
    update: true,
    aggregate: true,
  }),
  ipFamilies: valuesOf<Options['ipFamilies']>({ auto: true, ipv4: true, ipv6: true, dual: true }),
  externalTrafficPolicy: valuesOf<Options['externalTrafficPolicy']>({ Cluster: true, Local: true }),
  announcer: valuesOf<Options['announcer']>({
    'kube-vip': true,
    metallb: true,
    cilium: true,
    purelb: true,
    openelb: true,
    loxilb: true,
    none: true,
  }),
  sessionAffinity: valuesOf<NonNullable<Options['sessionAffinity']>>({ None: true, ClientIP: true }),
  trafficDistribution: valuesOf<NonNullable<Options['trafficDistribution']>>({
    PreferClose: true,
    PreferSameZone: true,
    PreferSameNode: true,
  }),
  staticAddresses: valuesOf<Settings['staticAddresses']>({ any: true, pool: true }),
} as const;

/** The values of a type, in this order. They are keys because one that is missing does not compile then. */
function valuesOf<T extends string>(values: Readonly<Record<T, true>>): readonly [T, ...T[]] {
  return Object.keys(values) as [T, ...T[]];
}
