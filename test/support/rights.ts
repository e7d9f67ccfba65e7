import { eventually, type Manifest, type TestClient } from './server.ts';
import { type Account, controllerAccount, namespacedRoles, type Rule, rulesOf, userOf } from './shipped-rules.ts';

/**
 * Lets the controller's account keep the lease in this namespace too, by the Role that is shipped for its own, and waits
 * until the API server knows.
 */
export async function grantNamespace(client: TestClient, namespace: string): Promise<void> {
  for (const file of namespacedRoles) {
    const name = file.replaceAll(/\W/g, '-');
    await grant(client, controllerAccount, { kind: 'Role', name, namespace, rules: rulesOf(file) });
  }
}

export interface Grant {
  readonly kind: 'Role' | 'ClusterRole';
  readonly name: string;
  /** Of a Role. */
  readonly namespace?: string;
  readonly rules: readonly Rule[];
}

/** Makes a role and binds the account to it, and waits until the API server knows. */
export async function grant(
  client: TestClient,
  account: Account,
  { kind, name, namespace, rules }: Grant,
): Promise<void> {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const metadata = { name, ...(namespace !== undefined && { namespace }) };
  const subjects = [{ kind: 'ServiceAccount', ...account }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind, name };
  await client.create({ apiVersion, kind, metadata, rules } as Manifest);
  await client.create({ apiVersion, kind: `${kind}Binding`, metadata, roleRef, subjects } as Manifest);
  const last = rules.at(-1);
  if (last !== undefined) await eventually(() => isAllowed(client, account, { rule: last, namespace }));
}

async function isAllowed(
  client: TestClient,
  account: Account,
  { rule, namespace = '' }: { readonly rule: Rule; readonly namespace: string | undefined },
): Promise<boolean> {
  const [verb, group, resource] = [rule.verbs[0], rule.apiGroups[0], rule.resources[0]];
  const resourceAttributes = { namespace, verb, group, resource, name: rule.resourceNames?.[0] ?? '' };
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    metadata: {},
    spec: { user: userOf(account), resourceAttributes },
  };
  const { status } = (await client.create(review)) as unknown as { status: { allowed: boolean } };
  return status.allowed;
}
