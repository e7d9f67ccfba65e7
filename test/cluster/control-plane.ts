import { writeFileSync } from 'node:fs';
import type { TestServer } from '../support/test-server.ts';
import { type ApiServer, startApiServer } from './api-server.ts';
import { readWrites } from './audit-log.ts';
import { buildControlPlane } from './build.ts';
import { startControllerManager } from './controller-manager.ts';
import { type CrdSelection, installCrds, readCrds } from './crds.ts';
import { startEtcd } from './etcd.ts';
import type { Report } from './go.ts';
import { openWorkspace, type ServerProcess, type Workspace } from './processes.ts';

/** A real etcd, kube-apiserver and kube-controller-manager on loopback, with the Gateway API's CRDs. */
export interface ControlPlane extends TestServer {
  readonly auditLogPath: string;
  /** An executable that is kubectl; it uses the cluster's kubeconfig unless KUBECONFIG says otherwise. */
  readonly kubectlPath: string;
  /** Temporary folder that goes when the control plane goes; holds the servers' logs. */
  readonly folder: string;
  /** The control-plane binary; its first argument names the program (etcd, kube-proxy, ...). */
  readonly binary: string;
  /** Fulfilled with how and why, if one of the servers ends. */
  readonly broken: Promise<string>;
  /** Starts one more program of the binary (kube-proxy); it ends with the control plane. */
  start(program: string, args: readonly string[]): ServerProcess;
}

/** How a control plane differs from the usual one. */
export interface ControlPlaneOptions {
  readonly crds?: CrdSelection;
  /** Controllers of kube-controller-manager; default: garbage collector and namespaces. */
  readonly controllers?: readonly string[];
  /** That the API server listens on; default: loopback. */
  readonly address?: string;
  readonly report?: Report;
}

/**
 * Builds the control plane if need be, starts it and waits until it is ready. Its servers and files are gone after
 * `stop()`, and also when this process ends (on Linux even by kill -9, of which only the files remain).
 * A process that can be ended by a signal should call `stop` then: by default Node runs no handlers.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const { report = () => undefined } = options;
  const binary = await buildControlPlane(report);
  const started = performance.now();
  const crds = await readCrds(options.crds);
  const workspace = openWorkspace(binary);
  try {
    const etcd = await startEtcd(workspace);
    const apiServer = await startApiServer(workspace, etcd.url, options.address);
    await installCrds(apiServer.client, crds);
    const controllerManager = await startControllerManager(workspace, apiServer, options.controllers);
    report(`the control plane is ready after ${((performance.now() - started) / 1000).toFixed(1)} s`);
    const broken = Promise.race([etcd.process.ended, apiServer.process.ended, controllerManager.ended]);
    return {
      ...describe(workspace, apiServer),
      binary,
      broken,
      kubectlPath: writeKubectl(workspace, binary, apiServer),
      start: (program, args) => workspace.start(program, args),
    };
  } catch (cause) {
    await workspace.stop();
    throw cause;
  }
}

function describe(workspace: Workspace, { client, ...apiServer }: ApiServer) {
  return {
    kind: 'cluster' as const,
    url: apiServer.url,
    kubeconfigPath: apiServer.kubeconfigPath,
    controllerKubeconfigPath: apiServer.kubeconfigPath,
    auditLogPath: apiServer.auditLogPath,
    folder: workspace.folder,
    writes: () => readWrites(apiServer.auditLogPath, client),
    async stop() {
      await client.close();
      await workspace.stop();
    },
  };
}

function writeKubectl(workspace: Workspace, binary: string, { kubeconfigPath }: ApiServer): string {
  const path = workspace.path('kubectl');
  const script = `#!/bin/sh\nKUBECONFIG="\${KUBECONFIG:-${kubeconfigPath}}" exec '${binary}' kubectl "$@"\n`;
  writeFileSync(path, script, { mode: 0o755 });
  return path;
}
