import type { JsonObject } from './json.ts';
import type { Kind, ServedKinds } from './kinds.ts';

const OBJECT_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const STATUS_VERBS = ['get', 'patch', 'update'];
const AGGREGATED = /as=APIGroupDiscoveryList/;
const AGGREGATED_TYPE = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

export interface DiscoveryAnswer {
  readonly contentType: string;
  readonly body: JsonObject;
}

function plain(body: JsonObject): DiscoveryAnswer {
  return { contentType: 'application/json', body };
}

function resources(kind: Kind): JsonObject[] {
  const { plural, singular, namespaced, shortNames, categories } = kind;
  const main = {
    name: plural,
    singularName: singular,
    namespaced,
    kind: kind.kind,
    verbs: OBJECT_VERBS,
    shortNames: shortNames.length > 0 ? [...shortNames] : undefined,
    categories: categories.length > 0 ? [...categories] : undefined,
  };
  const status = { name: `${plural}/status`, singularName: '', namespaced, kind: kind.kind, verbs: STATUS_VERBS };
  return kind.status ? [main, status] : [main];
}

function resourceList(groupVersion: string, kinds: readonly Kind[]): JsonObject {
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: kinds.flatMap(resources) };
}

function groupOf(group: string, versions: readonly string[]): JsonObject {
  const listed = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: listed, preferredVersion: listed[0] };
}

function aggregatedResource(kind: Kind, group: string, version: string): JsonObject {
  const responseKind = { group, version, kind: kind.kind };
  return {
    resource: kind.plural,
    responseKind,
    scope: kind.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: OBJECT_VERBS,
    shortNames: kind.shortNames.length > 0 ? [...kind.shortNames] : undefined,
    categories: kind.categories.length > 0 ? [...kind.categories] : undefined,
    subresources: kind.status ? [{ subresource: 'status', responseKind, verbs: STATUS_VERBS }] : undefined,
  };
}

function aggregatedList(groups: Map<string, Map<string, Kind[]>>): JsonObject {
  const items = [...groups].map(([group, versions]) => ({
    metadata: { name: group || undefined, creationTimestamp: null },
    versions: [...versions].map(([version, kinds]) => ({
      version,
      freshness: 'Current',
      resources: kinds.map((kind) => aggregatedResource(kind, group, version)),
    })),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

const VERSION: JsonObject = {
  major: '1',
  minor: '37',
  gitVersion: 'v1.37.2+memory',
  gitCommit: '0000000000000000000000000000000000000000',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: 'go1.26',
  compiler: 'gc',
  platform: 'linux/amd64',
};

/** Groups in an order that the real server has too: versions best first. */
function sortedVersions(versions: Map<string, Kind[]>): string[] {
  const rank = (version: string) => (version === 'v1' ? 0 : version.includes('beta') ? 1 : 2);
  return [...versions.keys()].sort((left, right) => rank(left) - rank(right));
}

function rootPath(pathname: string, accept: string, kinds: ServedKinds): DiscoveryAnswer | undefined {
  const groups = kinds.groups();
  const core = new Map([...groups].filter(([group]) => group === ''));
  const named = new Map([...groups].filter(([group]) => group !== ''));
  const chosen = pathname === '/api' ? core : named;
  if (AGGREGATED.test(accept)) return { contentType: AGGREGATED_TYPE, body: aggregatedList(chosen) };
  if (pathname === '/api') return plain({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] });
  const listed = [...named].map(([group, versions]) => groupOf(group, sortedVersions(versions)));
  return plain({ kind: 'APIGroupList', apiVersion: 'v1', groups: listed });
}

/** The answer to a discovery path; undefined for any other path. */
export function discovery(pathname: string, accept: string, kinds: ServedKinds): DiscoveryAnswer | undefined {
  if (pathname === '/version') return plain(VERSION);
  if (pathname === '/api' || pathname === '/apis') return rootPath(pathname, accept, kinds);
  if (pathname === '/api/v1') return plain(resourceList('v1', kinds.groups().get('')?.get('v1') ?? []));
  const [, root, group = '', version, ...more] = pathname.replace(/\/$/, '').split('/');
  if (root !== 'apis' || group === '' || more.length > 0) return undefined;
  const versions = kinds.groups().get(group);
  if (!versions) return undefined;
  if (version === undefined)
    return plain({ kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group, sortedVersions(versions)) });
  const listed = versions.get(version);
  return listed && plain(resourceList(`${group}/${version}`, listed));
}
