import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { stringify } from 'yaml';
import { type ApiClient, connect } from './api-client.ts';
import { auditPolicy, controllerManagerUser } from './audit-log.ts';
import { type ServerProcess, type Workspace, waitUntilReady } from './processes.ts';

/** A running kube-apiserver and what its clients need. */
export interface ApiServer {
  readonly process: ServerProcess;
  readonly client: ApiClient;
  readonly url: string;
  /** Kubeconfig of an administrator (group system:masters, by token; TLS is verified against the server's CA). */
  readonly kubeconfigPath: string;
  readonly controllerManagerKubeconfigPath: string;
  readonly auditLogPath: string;
}

/** Starts a kube-apiserver on a free port of `address` (default: loopback) and waits until it is ready. */
export async function startApiServer(workspace: Workspace, etcdUrl: string, address = '127.0.0.1'): Promise<ApiServer> {
  const port = await freePort(address);
  const url = `https://${address}:${port}`;
  const tokens: Tokens = { admin: randomUUID(), manager: randomUUID() };
  writeInputs(workspace, tokens);
  const process = workspace.start('kube-apiserver', flags(workspace, { address, port, etcdUrl }));
  // It writes the certificate that it signs for itself before it listens; the file holds the CA too.
  await waitUntilReady(process, async () => existsSync(certificatePath(workspace)));
  const kubeconfigPath = writeKubeconfig(workspace, 'kubeconfig', { url, user: 'admin', token: tokens.admin });
  const controllerManagerKubeconfigPath = writeKubeconfig(workspace, 'controller-manager.kubeconfig', {
    url,
    user: controllerManagerUser,
    token: tokens.manager,
  });
  const client = await connect(kubeconfigPath);
  await waitUntilReady(process, () => isReady(client));
  const auditLogPath = workspace.path('audit.log');
  return { process, client, url, kubeconfigPath, controllerManagerKubeconfigPath, auditLogPath };
}

interface Tokens {
  readonly admin: string;
  readonly manager: string;
}

/** Files that the API server reads when it starts. */
function writeInputs(workspace: Workspace, tokens: Tokens): void {
  const write = (file: string, content: string): void => writeFileSync(workspace.path(file), content, { mode: 0o600 });
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  write('service-account.key', privateKey.export({ type: 'pkcs1', format: 'pem' }).toString());
  write('audit-policy.yaml', auditPolicy());
  write(
    'tokens.csv',
    `${tokens.admin},test-admin,test-admin,system:masters\n` +
      `${tokens.manager},${controllerManagerUser},${controllerManagerUser},system:masters\n`,
  );
}

interface Endpoints {
  readonly address: string;
  readonly port: number;
  readonly etcdUrl: string;
}

function flags(workspace: Workspace, { address, port, etcdUrl }: Endpoints): string[] {
  const serviceAccountKey = workspace.path('service-account.key');
  return [
    `--bind-address=${address}`,
    // Loopback may not stand in the endpoints of the Service `kubernetes`, so those are left out.
    `--advertise-address=${address}`,
    '--endpoint-reconciler-type=none',
    `--secure-port=${port}`,
    `--cert-dir=${workspace.path('certificates')}`,
    `--etcd-servers=${etcdUrl}`,
    `--token-auth-file=${workspace.path('tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${serviceAccountKey}`,
    `--service-account-signing-key-file=${serviceAccountKey}`,
    '--service-cluster-ip-range=10.96.0.0/16,fd00:96::/112',
    '--disable-admission-plugins=ServiceAccount',
    `--audit-policy-file=${workspace.path('audit-policy.yaml')}`,
    `--audit-log-path=${workspace.path('audit.log')}`,
    '--audit-log-maxsize=2000',
    '--max-requests-inflight=4000',
    '--max-mutating-requests-inflight=2000',
  ];
}

function certificatePath(workspace: Workspace): string {
  return workspace.path('certificates/apiserver.crt');
}

interface KubeconfigUser {
  readonly url: string;
  readonly user: string;
  readonly token: string;
}

function writeKubeconfig(workspace: Workspace, file: string, { url, user, token }: KubeconfigUser): string {
  const ca = readFileSync(certificatePath(workspace)).toString('base64');
  const content = stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: url, 'certificate-authority-data': ca } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user } }],
    'current-context': 'test',
  });
  const path = workspace.path(file);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

async function isReady(client: ApiClient): Promise<boolean> {
  try {
    return (await client.request('GET', '/readyz')).status === 200;
  } catch {
    return false;
  }
}

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, host, () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error(`${host} has no free port`));
        else resolve(address.port);
      });
    });
  });
}
