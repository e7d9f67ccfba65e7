import { existsSync } from 'node:fs';
import { type ServerProcess, type Workspace, waitUntilReady } from './processes.ts';

/** A running etcd and the URL that the API server reaches it at. */
export interface Etcd {
  readonly process: ServerProcess;
  readonly url: string;
}

/** Starts one etcd member on unix sockets in the workspace: no port to pick, and nobody else can reach it. */
export async function startEtcd(workspace: Workspace): Promise<Etcd> {
  const socket = workspace.path('etcd.sock');
  const url = `unix://${socket}`;
  const peerUrl = `unix://${workspace.path('peer.sock')}`;
  const process = workspace.start('etcd', [
    '--name=test',
    `--data-dir=${workspace.path('etcd')}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=test=${peerUrl}`,
    '--unsafe-no-fsync',
    '--log-level=warn',
  ]);
  await waitUntilReady(process, async () => existsSync(socket));
  return { process, url };
}
