import { spawn } from 'node:child_process';
import { globSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlPlane } from './control-plane.ts';
import { endOf, endProcessGroup } from './process-group.ts';

const root = join(import.meta.dirname, '..', '..');
const audits = join(root, 'test', 'audit');
const fileTimeoutMs = 600_000;

/** All test files that can run on a real API server. */
export function findTestFiles(): string[] {
  const folders = ['test/cluster', 'test/contract', 'test/integration', 'test/audit'];
  return folders.flatMap((folder) => globSync(join(root, folder, '**', '*.test.ts')).sort());
}

/** Whether a test file is about what the run as a whole has left in the audit log. */
export function isAudit(file: string): boolean {
  return file.startsWith(audits);
}

/**
 * Runs test files one after the other, each in a process of its own, and returns the exit code of the run.
 * The tests' temporary files live in the control plane's folder, and their process group ends with this process,
 * so that nothing of them stays behind whatever they did.
 */
export async function runTests(files: readonly string[], controlPlane: ControlPlane): Promise<number> {
  const temporary = join(controlPlane.folder, 'tests');
  mkdirSync(temporary, { recursive: true });
  const child = spawn(process.execPath, [...testRunnerFlags, ...files], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
    env: {
      ...process.env,
      TMPDIR: temporary,
      TEST_CLUSTER_KUBECONFIG: controlPlane.kubeconfigPath,
      TEST_CLUSTER_AUDIT_LOG: controlPlane.auditLogPath,
      TEST_CLUSTER_KUBECTL: controlPlane.kubectlPath,
      TEST_CLUSTER_CONTROLLER_KUBECONFIG: controlPlane.controllerKubeconfigPath,
    },
  });
  const endGroup = (): void => endProcessGroup(child.pid);
  process.once('exit', endGroup);
  const broken = controlPlane.broken.then((reason) => {
    throw new Error(reason);
  });
  try {
    const end = await Promise.race([endOf(child), broken]);
    return typeof end === 'number' ? end : 1;
  } finally {
    endGroup();
    process.removeListener('exit', endGroup);
  }
}

const testRunnerFlags = [
  '--test',
  '--test-concurrency=1',
  `--test-timeout=${fileTimeoutMs}`,
  '--test-force-exit',
  '--test-reporter=spec',
];
