import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';

export interface KubeconfigFile {
  readonly path: string;
  remove(): Promise<void>;
}

/** Writes a kubeconfig for a server on loopback into a folder of its own. */
export async function writeKubeconfig(server: string): Promise<KubeconfigFile> {
  const folder = await mkdtemp(join(tmpdir(), 'api-server-'));
  const path = join(folder, 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'memory', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'memory', user: { token: 'memory' } }],
    contexts: [{ name: 'memory', context: { cluster: 'memory', user: 'memory', namespace: 'default' } }],
    'current-context': 'memory',
  };
  await writeFile(path, stringify(config), { mode: 0o600 });
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}
