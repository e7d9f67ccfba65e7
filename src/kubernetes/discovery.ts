import type { Kind } from '../objects/keys.ts';
import type { ApiClient } from './client.ts';
import type { Failure } from './failure.ts';
import { groupPath, kinds } from './kinds.ts';

/** The version at which each kind is served; a kind that is not served is absent. */
export type Served = ReadonlyMap<Kind, string>;

export type Discovery = { readonly served: Served } | { readonly failure: Failure };

/** Every API server serves it. */
const coreGroup = groupPath('', 'v1');
const noApiServer = 'this is no Kubernetes API server';

/** Asks the API server which of these kinds it serves, at which version. */
export async function discover(client: ApiClient, wanted: readonly Kind[]): Promise<Discovery> {
  const served = new Map<Kind, string>();
  const resources = new Map<string, ReadonlySet<string>>();
  for (const kind of wanted) {
    const { group, plural, versions } = kinds[kind];
    for (const version of versions) {
      const path = groupPath(group, version);
      const known = resources.get(path);
      const found = known === undefined ? await resourcesAt(client, path) : { names: known };
      if ('failure' in found) return found;
      resources.set(path, found.names);
      if (!found.names.has(plural)) continue;
      served.set(kind, version);
      break;
    }
  }
  return { served };
}

async function resourcesAt(
  client: ApiClient,
  path: string,
): Promise<{ readonly names: ReadonlySet<string> } | { readonly failure: Failure }> {
  const result = await client.request({ method: 'GET', path });
  if ('failure' in result) {
    const { failure } = result;
    if (failure.kind !== 'absent') return result;
    return path === coreGroup
      ? { failure: { ...failure, message: `${noApiServer}: it does not serve ${coreGroup}` } }
      : { names: new Set() };
  }
  const { resources } = result.body as { readonly resources?: readonly { readonly name?: unknown }[] };
  if (!Array.isArray(resources)) {
    return { failure: { kind: 'retry', code: 200, message: `${noApiServer}: it serves no list at ${path}` } };
  }
  return { names: new Set(resources.flatMap(({ name }) => (typeof name === 'string' ? name : []))) };
}
