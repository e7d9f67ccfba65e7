import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { type ServerProcess, waitUntilReady } from '../cluster/processes.ts';
import { podNetworks } from './addresses.ts';
import { isHealthy } from './controller.ts';

const health = '127.0.0.1:10256';

export interface ProxyOptions {
  readonly nodeName: string;
  readonly minSyncPeriod: string;
}

/** Starts kube-proxy for this network namespace, and waits until its first rules are there. */
export async function startProxy(controlPlane: ControlPlane, options: ProxyOptions): Promise<ServerProcess> {
  const path = join(controlPlane.folder, 'kube-proxy.yaml');
  const { nodeName, minSyncPeriod } = options;
  const config = {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    nftables: { minSyncPeriod },
    hostnameOverride: nodeName,
    clientConnection: { kubeconfig: controlPlane.kubeconfigPath },
    clusterCIDR: `${podNetworks.ipv4},${podNetworks.ipv6}`,
    // A limit that no network namespace may set: leave it alone.
    conntrack: { maxPerCore: 0 },
    healthzBindAddress: health,
    metricsBindAddress: '127.0.0.1:10249',
  };
  writeFileSync(path, stringify(config));
  const proxy = controlPlane.start('kube-proxy', [`--config=${path}`]);
  await waitUntilReady(proxy, () => isHealthy(`http://${health}/healthz`));
  return proxy;
}
