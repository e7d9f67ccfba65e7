import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { type ChildController, spawnController } from '../support/controller.ts';
import type { Account } from '../support/shipped-rules.ts';
import { writeAccountKubeconfig } from './account.ts';
import { connect } from './api-client.ts';

const run = promisify(execFile);

/** Part of an `apps/v1` Deployment. */
export interface Deployment {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly template: { readonly spec: PodSpec } };
}

interface PodSpec {
  readonly serviceAccountName: string;
  readonly containers: readonly { readonly env: readonly Variable[] }[];
}

interface Variable {
  readonly name: string;
  readonly value?: string;
}

export interface Answer {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs kubectl on the test's cluster, with `input` as its stdin; rejects where it fails. */
export async function kubectl(args: readonly string[], input = ''): Promise<Answer> {
  const child = run(process.env.TEST_CLUSTER_KUBECTL ?? 'kubectl', args);
  child.child.stdin?.end(input);
  return await child;
}

export async function getDeployment(namespace: string, name: string): Promise<Deployment> {
  const { stdout } = await kubectl(['get', 'deployment', '-n', namespace, name, '-o=json']);
  return JSON.parse(stdout) as Deployment;
}

/** A token of the Deployment's ServiceAccount, in a kubeconfig that goes with the test. */
export async function kubeconfigFor(t: TestContext, account: Account, adminKubeconfig: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'deployed-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const to = join(folder, 'kubeconfig');
  const admin = await connect(adminKubeconfig);
  try {
    await writeAccountKubeconfig(admin, account, { from: adminKubeconfig, to });
  } finally {
    await admin.close();
  }
  return to;
}

/** Starts the controller as the Deployment's container would: as its ServiceAccount, with its environment. */
export async function startAsDeployed(
  t: TestContext,
  deployment: Deployment,
  adminKubeconfig: string,
): Promise<ChildController> {
  const account = { namespace: deployment.metadata.namespace, name: deployment.spec.template.spec.serviceAccountName };
  const kubeconfig = await kubeconfigFor(t, account, adminKubeconfig);
  const flags = ['-metrics-bind-address=0', '-health-probe-bind-address=0', '-kubeconfig', kubeconfig];
  const child = spawnController(flags, environmentOf(deployment));
  t.after(() => child.kill('SIGKILL'));
  return child;
}

/** The container's environment, as kubelet would give it. */
function environmentOf({ metadata, spec }: Deployment): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const { name, value } of spec.template.spec.containers[0]?.env ?? []) {
    variables[name] = (value ?? metadata.namespace).replaceAll(
      /\$\((\w+)\)/g,
      (_, other: string) => variables[other] ?? '',
    );
  }
  return variables;
}
