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
  const files = filesOf(path);
  if (files.length > 0) return readKubeconfigs(files);
  const kubeConfig = new KubeConfig();
  attempt(path, () => kubeConfig.loadFromDefault());
  if (isMadeUp(kubeConfig)) throw new KubeconfigError(noKubeconfig);
  return kubeConfig;
}

/** @throws KubeconfigError where it fails. */
function attempt<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new KubeconfigError(`${describe(path)} cannot be read: ${why}`, { cause: error });
  }
}

const noKubeconfig =
  'there is no kubeconfig: give -kubeconfig, KUBECONFIG or ~/.kube/config, or run in a Pod with its service account token';

/** Whether client-node found nothing, and made up a server: at http://localhost:8080, which is our own metrics port. */
function isMadeUp(kubeConfig: KubeConfig): boolean {
  const isLocal = kubeConfig.getCurrentCluster()?.server === 'http://localhost:8080';
  return isLocal && kubeConfig.getCurrentContext() === 'loaded-context';
}

/** The kubeconfig files to read; none: client-node looks for something else. */
function filesOf(path: string): readonly string[] {
  if (path !== '') return [path];
  const listed = (process.env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  if (listed.length > 0) {
    // As kubectl does; but where there is none at all, the first is missed.
    const there = listed.filter((file) => existsSync(file));
    return there.length > 0 ? there : listed;
  }
  // client-node asks the environment alone, and not the system's list of users.
  const home = process.platform === 'win32' ? homedir() : process.env.HOME;
  return home === undefined || home === '' ? [] : [join(home, '.kube', 'config')].filter((file) => existsSync(file));
}

/**
 * Reads kubeconfigs as one, as kubectl does: of each name the first definition counts, and the first current context.
 * @throws KubeconfigError
 */
export function readKubeconfigs(files: readonly string[]): KubeConfig {
  const parts = files.map((file) => attempt(file, () => readKubeconfig(file)));
  const merged = new KubeConfig();
  merged.loadFromOptions({
    clusters: firstOfEachName(parts.flatMap((part) => part.getClusters())),
    users: firstOfEachName(parts.flatMap((part) => part.getUsers())),
    contexts: firstOfEachName(parts.flatMap((part) => part.getContexts())),
    currentContext: parts.map((part) => part.getCurrentContext()).find(Boolean),
  });
  return merged;
}

function firstOfEachName<T extends { readonly name: string }>(items: readonly T[]): readonly T[] {
  return [...new Map(items.toReversed().map((item) => [item.name, item])).values()];
}

function readKubeconfig(file: string): KubeConfig {
  const text = readFileSync(file, 'utf8');
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(text);
  kubeConfig.makePathsAbsolute(dirname(file));
  mendTokenFiles(kubeConfig, text, dirname(file));
  return kubeConfig;
}

const kubeconfigUsers = z.object({
  users: z.array(z.object({ name: z.string(), user: z.object({ tokenFile: z.string().optional() }).nullish() })),
});

/**
 * Puts the `tokenFile`s of a kubeconfig's text onto the users that were read from it: client-node drops them, which would
 * make their requests anonymous.
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
