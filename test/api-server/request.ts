import type { IncomingMessage } from 'node:http';
import type { Kind, ServedKinds } from './kinds.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** A request to a resource, as the real server's RequestInfo has it. */
export interface ApiRequest {
  readonly verb: Verb;
  readonly kind: Kind;
  readonly version: string;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  readonly query: URLSearchParams;
  readonly accept: string;
  readonly contentType: string;
  readonly userAgent: string;
  readonly body: Buffer;
}

interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly plural: string;
  readonly name: string;
  readonly subresource: string;
}

const GROUP_PATH = /^\/api\/(?<core>v1)\/(?<rest>.+)$|^\/apis\/(?<group>[^/]+)\/(?<version>[^/]+)\/(?<others>.+)$/;

/** Reads the path of a resource; undefined for any other path. */
function resourcePath(pathname: string): ResourcePath | undefined {
  const match = GROUP_PATH.exec(pathname)?.groups;
  if (!match) return undefined;
  const [first = '', second = '', ...others] = (match.rest ?? match.others ?? '').split('/').map(decodeURIComponent);
  const base = { group: match.group ?? '', version: match.core ?? match.version ?? '' };
  const third = others[0] ?? '';
  // `namespaces/NAME/status` is the namespace's own subresource; any other third part is a resource in it.
  const ownSubresource = third === 'status' || third === 'finalize';
  if (first === 'namespaces' && third !== '' && !(base.group === '' && ownSubresource)) {
    return { ...base, namespace: second, plural: third, name: others[1] ?? '', subresource: others[2] ?? '' };
  }
  const namespace = first === 'namespaces' && base.group === '' ? second : '';
  return { ...base, namespace, plural: first, name: second, subresource: third };
}

function readVerb(name: string, query: URLSearchParams): Verb {
  const watch = query.get('watch');
  if (watch === 'true' || watch === '1') return 'watch';
  return name === '' ? 'list' : 'get';
}

function verbOf(method: string | undefined, name: string, query: URLSearchParams): Verb | undefined {
  switch (method) {
    case 'GET':
      return readVerb(name, query);
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name === '' ? 'deletecollection' : 'delete';
    default:
      return undefined;
  }
}

/** The request, if its path is that of a resource which is served and its method is one the API has. */
export function resourceRequest(
  incoming: IncomingMessage,
  url: URL,
  kinds: ServedKinds,
): Omit<ApiRequest, 'body'> | undefined {
  const path = resourcePath(url.pathname);
  const kind = path && kinds.find(path.group, path.version, path.plural);
  const verb = path && verbOf(incoming.method, path.name, url.searchParams);
  if (!path || !kind || !verb) return undefined;
  return {
    verb,
    kind,
    version: path.version,
    // A Namespace is not in a namespace, though the real server's RequestInfo says so.
    namespace: kind.namespaced ? path.namespace : '',
    name: path.name,
    subresource: path.subresource,
    query: url.searchParams,
    accept: incoming.headers.accept ?? '',
    contentType: (incoming.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '',
    userAgent: incoming.headers['user-agent'] ?? '',
  };
}

const MOST_BODY_BYTES = 3 * 1024 * 1024;

/** The body of a request; undefined for one that is larger than the real server takes. */
export async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MOST_BODY_BYTES) chunks.push(chunk);
  }
  return size > MOST_BODY_BYTES ? undefined : Buffer.concat(chunks);
}

export function isDryRun(request: ApiRequest): boolean {
  return request.query.getAll('dryRun').includes('All');
}
