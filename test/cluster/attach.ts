import type { TestServer } from '../support/test-server.ts';
import { connect } from './api-client.ts';
import { readWrites } from './audit-log.ts';

/** Environment that `npm run test:cluster` gives to the test files it runs. */
export interface ClusterEnvironment {
  readonly TEST_CLUSTER_KUBECONFIG?: string | undefined;
  readonly TEST_CLUSTER_AUDIT_LOG?: string | undefined;
  readonly TEST_CLUSTER_CONTROLLER_KUBECONFIG?: string | undefined;
}

/**
 * The real API server that this test run was given, or undefined in a run without one (`npm test`). `stop` closes
 * the connections only: the server belongs to the run, and all its test files share it.
 */
export async function attachToCluster(environment: ClusterEnvironment = process.env): Promise<TestServer | undefined> {
  const {
    TEST_CLUSTER_KUBECONFIG: kubeconfigPath,
    TEST_CLUSTER_AUDIT_LOG: auditLog,
    TEST_CLUSTER_CONTROLLER_KUBECONFIG: controllerKubeconfigPath = kubeconfigPath,
  } = environment;
  if (!kubeconfigPath || !auditLog || !controllerKubeconfigPath) return undefined;
  const client = await connect(kubeconfigPath);
  return {
    kind: 'cluster',
    url: client.url,
    kubeconfigPath,
    controllerKubeconfigPath,
    writes: () => readWrites(auditLog, client),
    stop: () => client.close(),
  };
}
