import type { PoolProblem } from './pool-problem.ts';

/** What keys with lists of addresses begin with; a namespace or `global` stands behind. */
export const listPrefixes = ['cidr-', 'range-', 'exclude-'] as const;
export type ListPrefix = (typeof listPrefixes)[number];

const options: ReadonlySet<string> = new Set(['search-order', 'skip-end-ips-in-cidr', 'quarantine']);

/** Of the kube-vip cloud provider, which has its pool in such a ConfigMap too. */
const neighbours = /^(?:allow-share|interface)-|^kubevip-services$/;

const namespaceName = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

const allKeys = [...listPrefixes.map((prefix) => `${prefix}<namespace>, ${prefix}global`), ...options].join(', ');

/** Whether a key says how addresses are given, and not which. */
export function isOption(key: string): boolean {
  return options.has(key);
}

/** The prefix of a key with a list, and the scope that it names; else what is wrong with the key, if anything is. */
export function readKey(
  key: string,
): { readonly prefix: ListPrefix; readonly scope: string } | { readonly problem: PoolProblem | undefined } {
  if (isOption(key)) return { problem: undefined };
  const prefix = listPrefixes.find((candidate) => key.startsWith(candidate));
  const scope = key.slice(prefix?.length ?? 0);
  if (prefix !== undefined && namespaceName.test(scope)) return { prefix, scope };
  if (neighbours.test(key)) {
    return { problem: { kind: 'remark', key, message: 'is for the kube-vip cloud provider: it is not used here' } };
  }
  const message =
    prefix === undefined
      ? `is no key of a pool: use ${allKeys}`
      : `"${scope}" is no name of a namespace: use ${prefix}<namespace> or ${prefix}global`;
  return { problem: { kind: 'invalid', key, message } };
}
