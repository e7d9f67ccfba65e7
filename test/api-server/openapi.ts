import type { DiscoveryAnswer } from './discovery.ts';
import type { JsonObject } from './json.ts';
import { apiVersionOf, type Kind, type ServedKinds } from './kinds.ts';

/**
 * As much of OpenAPI v3 as kubectl reads before it writes: that the server takes `fieldValidation`, so that kubectl
 * leaves validation to it. There are no schemas: `kubectl explain` finds nothing.
 */
function patchOperation(kind: Kind, version: string): JsonObject {
  return {
    patch: {
      parameters: [{ name: 'fieldValidation', in: 'query', schema: { type: 'string' } }],
      'x-kubernetes-action': 'patch',
      'x-kubernetes-group-version-kind': { group: kind.group, version, kind: kind.kind },
      responses: {},
    },
  };
}

function rootOf(group: string, version: string): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}

function documentOf(kinds: readonly Kind[], version: string): JsonObject {
  const paths = kinds.map((kind) => {
    const scope = kind.namespaced ? 'namespaces/{namespace}/' : '';
    return [`/${rootOf(kind.group, version)}/${scope}${kind.plural}/{name}`, patchOperation(kind, version)] as const;
  });
  const title = kinds[0] ? apiVersionOf(kinds[0], version) : version;
  return { openapi: '3.0.0', info: { title, version }, paths: Object.fromEntries(paths), components: {} };
}

/** The answer to a path of `/openapi/v3`; undefined for any other path. */
export function openapi(pathname: string, kinds: ServedKinds): DiscoveryAnswer | undefined {
  if (!pathname.startsWith('/openapi/v3')) return undefined;
  const served = [...kinds.groups()].flatMap(([group, versions]) => {
    return [...versions].map(([version, list]) => ({ root: rootOf(group, version), version, list }));
  });
  const contentType = 'application/json';
  if (pathname === '/openapi/v3') {
    const paths = served.map(({ root }) => [root, { serverRelativeURL: `/openapi/v3/${root}` }] as const);
    return { contentType, body: { paths: Object.fromEntries(paths) } };
  }
  const found = served.find(({ root }) => pathname === `/openapi/v3/${root}`);
  return found && { contentType, body: documentOf(found.list, found.version) };
}
