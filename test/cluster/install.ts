import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { controllerAccount } from '../support/shipped-rules.ts';
import { writeAccountKubeconfig } from './account.ts';
import { connect } from './api-client.ts';
import type { ControlPlane } from './control-plane.ts';

const run = promisify(execFile);
const overlay = join(import.meta.dirname, '..', '..', 'manifests', 'install', 'replicated');

/**
 * Applies the install manifests (there is no kubelet, so no Pod comes of them).
 * @returns the path of a kubeconfig with the rights that they grant to the controller.
 */
export async function installController(controlPlane: ControlPlane): Promise<string> {
  const { kubectlPath, kubeconfigPath, folder } = controlPlane;
  await run(kubectlPath, ['apply', '-k', overlay]);
  const client = await connect(kubeconfigPath);
  try {
    const to = join(folder, 'controller.kubeconfig');
    await writeAccountKubeconfig(client, controllerAccount, { from: kubeconfigPath, to });
    return to;
  } finally {
    await client.close();
  }
}
