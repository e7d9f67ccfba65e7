import { parameterMapsOf } from '../actors/parameter-sources.ts';
import { Cluster } from '../cluster/cluster.ts';
import { partsOf } from '../gateway/keys.ts';
import type { ApiClient } from '../kubernetes/client.ts';
import { discover } from '../kubernetes/discovery.ts';
import type { Failure } from '../kubernetes/failure.ts';
import { collectionPath, kinds } from '../kubernetes/kinds.ts';
import { listAll } from '../kubernetes/list.ts';
import type { ObjectKey } from '../objects/keys.ts';
import type { FollowedObject } from '../objects/view.ts';
import { decode } from '../watch/decode.ts';
import type { Source } from '../watch/follow.ts';
import { Progress } from './progress.ts';

/** A cluster that cannot be read: the message is one line for the user. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';

  constructor(what: string, { message }: Failure) {
    super(`${what} cannot be read: ${message}`);
  }
}

export interface ToRead {
  readonly sources: readonly Source[];
  /** Of the classes that are ours: what they and their Gateways take parameters from is read too. */
  readonly controllerName: string;
}

/**
 * Reads collections once, for commands that work without the controller, and says so where it takes long.
 * @throws ClusterError
 */
export async function readCluster(client: ApiClient, wanted: ToRead): Promise<Cluster> {
  const progress = new Progress('asking the API server what it serves');
  try {
    return await readAll(client, wanted, (step) => progress.say(step));
  } finally {
    progress.end();
  }
}

async function readAll(
  client: ApiClient,
  { sources, controllerName }: ToRead,
  say: (step: string) => void,
): Promise<Cluster> {
  const found = await discover(client, [...new Set(sources.map(({ kind }) => kind))]);
  if ('failure' in found) throw new ClusterError('the cluster', found.failure);
  const cluster = new Cluster();
  for (const [index, source] of sources.entries()) {
    const version = found.served.get(source.kind);
    if (version === undefined) continue;
    say(`reading ${source.kind} (${index + 1} of ${sources.length})`);
    const failure = await readSource(client, cluster, source, version);
    if (failure !== undefined && source.isOptional !== true) throw new ClusterError(source.kind, failure);
  }
  for (const key of parameterMapsOf(cluster, controllerName)) await readOne(client, cluster, key);
  return cluster;
}

/** One object that may be there or not; why it cannot be read is noted in its place. */
async function readOne(client: ApiClient, cluster: Cluster, key: ObjectKey): Promise<void> {
  if (cluster.isRead(key)) return;
  const { kind, namespace, name } = partsOf(key);
  const source = { kind, namespace, name, selectors: { fieldSelector: `metadata.name=${name}` } };
  const failure = await readSource(client, cluster, source, kinds[kind].versions[0] ?? 'v1');
  if (failure === undefined) return;
  cluster.reject({ kind, namespace, name, uid: '', resourceVersion: '', message: failure.message, addresses: [] });
}

async function readSource(
  client: ApiClient,
  cluster: Cluster,
  { kind, namespace, name, selectors }: Source,
  version: string,
): Promise<Failure | undefined> {
  const path = collectionPath(kind, version, namespace);
  const listing = await listAll({ client, path, selectors, keep: (raw) => decode(kind, raw) });
  if ('failure' in listing) return listing.failure;
  const decoded = listing.objects.filter((result) => result !== undefined);
  const objects = decoded.flatMap((result): FollowedObject[] => ('object' in result ? [result.object] : []));
  const rejections = decoded.flatMap((result) => ('rejection' in result ? [result.rejection] : []));
  cluster.replace({ kind, namespace, name, resourceVersion: listing.resourceVersion, objects, rejections });
  return undefined;
}
