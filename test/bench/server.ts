import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { parseAuditLog } from '../cluster/audit-log.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import type { WriteRecord } from '../support/test-server.ts';

/** The API server that is measured on. */
export interface Server {
  readonly kubeconfigPath: string;
  /** What it is, for the results. */
  readonly description: string;
  /** The writes that were answered since this was last asked, in order. */
  newWrites(): Promise<readonly WriteRecord[]>;
  stop(): Promise<void>;
}

export type Report = (line: string) => void;

export function startServer(target: 'cluster' | 'memory', report: Report): Promise<Server> {
  return target === 'memory' ? startMemoryServer() : startCluster(report);
}

async function startMemoryServer(): Promise<Server> {
  const child = fork(join(import.meta.dirname, 'memory-server.ts'), { serialization: 'advanced' });
  const [{ kubeconfigPath }] = (await once(child, 'message')) as [{ kubeconfigPath: string }];
  let seen = 0;
  return {
    kubeconfigPath,
    description: 'in-memory API server of the tests',
    async newWrites() {
      child.send(seen);
      const [writes] = (await once(child, 'message')) as [readonly WriteRecord[]];
      seen += writes.length;
      return writes;
    },
    stop: () => disconnect(child),
  };
}

async function disconnect(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.disconnect();
  await ended;
}

/** Without the garbage collector: it would take a part of the two cores from all alike, and so flatter the ratio. */
async function startCluster(report: Report): Promise<Server> {
  const controlPlane = await startControlPlane({ controllers: ['namespace-controller'], report });
  let offset = 0;
  return {
    kubeconfigPath: controlPlane.kubeconfigPath,
    description: 'etcd 3.7 and kube-apiserver 1.37',
    async newWrites() {
      await settled(controlPlane);
      const tail = await text(createReadStream(controlPlane.auditLogPath, { start: offset }));
      const complete = tail.slice(0, tail.lastIndexOf('\n') + 1);
      offset += Buffer.byteLength(complete);
      return parseAuditLog(complete);
    },
    stop: () => controlPlane.stop(),
  };
}

/** An entry is written just after its answer is sent: waits until the log has stopped to grow. */
async function settled({ auditLogPath }: ControlPlane): Promise<void> {
  let size = -1;
  for (let now = (await stat(auditLogPath)).size; now !== size; now = (await stat(auditLogPath)).size) {
    size = now;
    await delay(200);
  }
}
