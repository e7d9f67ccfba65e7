import { Cluster } from '../cluster/cluster.ts';
import type { ApiClient } from '../kubernetes/client.ts';
import { discover } from '../kubernetes/discovery.ts';
import type { Failure } from '../kubernetes/failure.ts';
import { collectionPath } from '../kubernetes/kinds.ts';
import { listAll } from '../kubernetes/list.ts';
import type { FollowedObject } from '../objects/view.ts';
import { decode } from '../watch/decode.ts';
import type { Source } from '../watch/follow.ts';

/** A cluster that cannot be read: the message is one line for the user. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';

  constructor(what: string, { message }: Failure) {
    super(`${what} cannot be read: ${message}`);
  }
}

/**
 * Reads collections once, for commands that work without the controller.
 * @throws ClusterError
 */
export async function readCluster(client: ApiClient, sources: readonly Source[]): Promise<Cluster> {
  const found = await discover(client, [...new Set(sources.map(({ kind }) => kind))]);
  if ('failure' in found) throw new ClusterError('the cluster', found.failure);
  const cluster = new Cluster();
  for (const { kind, namespace, selectors, isOptional } of sources) {
    const version = found.served.get(kind);
    if (version === undefined) continue;
    const path = collectionPath(kind, version, namespace);
    const listing = await listAll({ client, path, selectors, keep: (raw) => decode(kind, raw) });
    if ('failure' in listing && isOptional === true) continue;
    if ('failure' in listing) throw new ClusterError(kind, listing.failure);
    const decoded = listing.objects.filter((result) => result !== undefined);
    const objects = decoded.flatMap((result): FollowedObject[] => ('object' in result ? [result.object] : []));
    const rejections = decoded.flatMap((result) => ('rejection' in result ? [result.rejection] : []));
    cluster.replace({ kind, namespace, resourceVersion: listing.resourceVersion, objects, rejections });
  }
  return cluster;
}
