import { readFile, writeFile } from 'node:fs/promises';
import { parse, stringify } from 'yaml';
import type { Account } from '../support/shipped-rules.ts';
import type { ApiClient } from './api-client.ts';

/** Longer than any run. */
const tokenSeconds = 36_000;

interface Kubeconfig {
  readonly users: readonly { readonly name: string; readonly user: object }[];
}

/** Writes a kubeconfig for a ServiceAccount: that of an administrator, with a token of the account in its place. */
export async function writeAccountKubeconfig(
  client: ApiClient,
  { namespace, name }: Account,
  paths: { readonly from: string; readonly to: string },
): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const { status, body } = await client.request('POST', path, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: tokenSeconds },
  });
  if (status !== 201) throw new Error(`no token for ServiceAccount ${namespace}/${name}: ${JSON.stringify(body)}`);
  const { token } = (body as { status: { token: string } }).status;
  const config = parse(await readFile(paths.from, 'utf8')) as Kubeconfig;
  const users = config.users.map((user) => ({ ...user, user: { token } }));
  await writeFile(paths.to, stringify({ ...config, users }), { mode: 0o600 });
}
