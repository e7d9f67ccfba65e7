import { readFileSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node';
import { KubernetesClient, type Method } from './client.ts';
import { Credentials } from './credentials.ts';

const namespaceFile = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/** A kubeconfig that cannot be used: the message names the file and what is wrong. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';
}

export interface ConnectOptions {
  /** Path; empty: `KUBECONFIG`, then `~/.kube/config`, then the Pod's service account. */
  readonly kubeconfig: string;
  /** Of the kubeconfig; empty or absent: its current one. */
  readonly context?: string;
  readonly userAgent: string;
  readonly now: () => number;
  readonly onAnswer?: (method: Method, code: number) => void;
}

/** @throws KubeconfigError where there is no usable kubeconfig. */
export function connect(options: ConnectOptions): KubernetesClient {
  const kubeConfig = load(options.kubeconfig);
  if (options.context !== undefined && options.context !== '') {
    if (kubeConfig.getContextObject(options.context) === null) {
      throw new KubeconfigError(`${describe(options.kubeconfig)} has no context "${options.context}"`);
    }
    kubeConfig.setCurrentContext(options.context);
  }
  const cluster = kubeConfig.getCurrentCluster();
  if (cluster === null) {
    throw new KubeconfigError(`${describe(options.kubeconfig)} has no cluster for its current context`);
  }
  return new KubernetesClient({
    server: cluster.server.replace(/\/$/, ''),
    credentials: new Credentials(kubeConfig, options.now),
    userAgent: options.userAgent,
    ...(cluster.proxyUrl !== undefined && { proxyUrl: cluster.proxyUrl }),
    ...(options.onAnswer && { onAnswer: options.onAnswer }),
  });
}

/** The namespace that this process runs in, where it runs in a Pod. */
export function ownNamespace(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const named = environment.POD_NAMESPACE;
  if (named !== undefined && named !== '') return named;
  try {
    return readFileSync(namespaceFile, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function load(path: string): KubeConfig {
  const kubeConfig = new KubeConfig();
  try {
    if (path === '') kubeConfig.loadFromDefault();
    else kubeConfig.loadFromFile(path);
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new KubeconfigError(`${describe(path)} cannot be read: ${why}`, { cause: error });
  }
  return kubeConfig;
}

function describe(path: string): string {
  return path === '' ? 'the kubeconfig' : `kubeconfig ${path}`;
}
