import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** `rbac.authorization.k8s.io/v1` PolicyRule. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

export interface Account {
  readonly namespace: string;
  readonly name: string;
}

/** The ServiceAccount of `manifests/install`. */
export const controllerAccount: Account = { namespace: 'gateway-api-controller', name: 'gateway-api-controller' };

const install = join(import.meta.dirname, '..', '..', 'manifests', 'install');
const clusterRole = 'base/cluster-role.yaml';
/** Those that are granted in a namespace, for one object each. */
export const namespacedRoles = ['replicated/lease-role.yaml'];

/** What `manifests/install/replicated` grants, in the cluster and in namespaces. */
export function shippedRules(): readonly Rule[] {
  return [clusterRole, ...namespacedRoles].flatMap(rulesOf);
}

/** The user that a ServiceAccount's token stands for. */
export function userOf({ namespace, name }: Account): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** The rules of one of the shipped roles. */
export function rulesOf(file: string): readonly Rule[] {
  return (parse(readFileSync(join(install, file), 'utf8')) as { rules: readonly Rule[] }).rules;
}
