import type { Cluster } from '../cluster/cluster.ts';
import { kindOf } from '../gateway/keys.ts';
import type { ObjectKey } from '../objects/keys.ts';
import { decode } from './decode.ts';

/** Takes the object that the server answered with into the cluster at once, before its watch event comes. */
export function foldAnswer(cluster: Cluster, key: ObjectKey, body: unknown): void {
  if (cluster.isKnown(key, body)) return;
  const decoded = decode(kindOf(key), body);
  if (decoded === undefined) return;
  if ('rejection' in decoded) cluster.reject(decoded.rejection);
  else cluster.apply(decoded.object);
}
