import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { KubernetesClient, type Method } from './client.ts';
import { Credentials } from './credentials.ts';
import { KubeConfig } from './kube-config.ts';

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

/** @throws KubeconfigError where there is no kubeconfig, or none that can be used. */
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
  const files = filesOf(path).filter((file) => existsSync(file));
  if (files.length === 0 && isMadeUp(kubeConfig)) throw new KubeconfigError(noKubeconfig);
  for (const file of files) takeTokenFiles(kubeConfig, file);
  return kubeConfig;
}

const noKubeconfig =
  'there is no kubeconfig: give -kubeconfig, KUBECONFIG or ~/.kube/config, or run in a Pod with its service account token';

/** Whether client-node found nothing, and made up a server: at http://localhost:8080, which is our own metrics port. */
function isMadeUp(kubeConfig: KubeConfig): boolean {
  const isLocal = kubeConfig.getCurrentCluster()?.server === 'http://localhost:8080';
  return isLocal && kubeConfig.getCurrentContext() === 'loaded-context';
}

/** The kubeconfig files that client-node reads. */
function filesOf(path: string): readonly string[] {
  if (path !== '') return [path];
  const listed = (process.env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  if (listed.length > 0) return listed;
  // client-node asks the environment alone, and not the system's list of users.
  const home = process.platform === 'win32' ? homedir() : process.env.HOME;
  return home === undefined || home === '' ? [] : [join(home, '.kube', 'config')];
}

/** client-node drops `tokenFile` of a user, which would make its requests anonymous: put it back where it belongs. */
function takeTokenFiles(kubeConfig: KubeConfig, file: string): void {
  mendTokenFiles(kubeConfig, readFileSync(file, 'utf8'), dirname(file));
}

const kubeconfigUsers = z.object({
  users: z.array(z.object({ name: z.string(), user: z.object({ tokenFile: z.string().optional() }).nullish() })),
});

/**
 * Puts the `tokenFile`s of a kubeconfig's text onto the users that were read from it.
 * @param folder that relative paths are meant from.
 */
export function mendTokenFiles(kubeConfig: KubeConfig, text: string, folder: string): void {
  const parsed = kubeconfigUsers.safeParse(parse(text));
  for (const { name, user } of parsed.success ? parsed.data.users : []) {
    const known = kubeConfig.getUsers().find((candidate) => candidate.name === name);
    if (known === undefined || user?.tokenFile === undefined) continue;
    Object.assign(known, { tokenFile: resolve(folder, user.tokenFile) });
  }
}

function describe(path: string): string {
  return path === '' ? 'the kubeconfig' : `kubeconfig ${path}`;
}
