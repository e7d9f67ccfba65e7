import { randomUUID } from 'node:crypto';
import type { ApiClient } from './api-client.ts';
import type { ApiServer } from './api-server.ts';
import { type ServerProcess, type Workspace, waitUntilReady } from './processes.ts';

/** The controllers that tests of the API alone need: deletion by owner and deletion of namespaces. */
export const defaultControllers: readonly string[] = ['garbage-collector-controller', 'namespace-controller'];

/**
 * Starts kube-controller-manager with the named controllers only, and waits until the garbage collector collects.
 * The collector looks for new kinds each 30 s only: install CRDs before.
 */
export async function startControllerManager(
  workspace: Workspace,
  apiServer: ApiServer,
  controllers: readonly string[] = defaultControllers,
): Promise<ServerProcess> {
  const process = workspace.start('kube-controller-manager', [
    `--kubeconfig=${apiServer.controllerManagerKubeconfigPath}`,
    `--controllers=${controllers.join(',')}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--kube-api-qps=1000',
    '--kube-api-burst=2000',
  ]);
  if (controllers.includes('garbage-collector-controller')) {
    const path = await createOrphan(apiServer.client);
    await waitUntilReady(process, async () => (await apiServer.client.request('GET', path)).status === 404);
  }
  return process;
}

/** Creates an object whose owner does not exist, and returns its path. */
async function createOrphan(client: ApiClient): Promise<string> {
  const collection = '/api/v1/namespaces/default/configmaps';
  const name = 'orphan';
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'never-there', uid: randomUUID() };
  const answer = await client.request('POST', collection, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, ownerReferences: [owner] },
  });
  if (answer.status !== 201) throw new Error(`the API server refuses a ConfigMap: ${JSON.stringify(answer.body)}`);
  return `${collection}/${name}`;
}
