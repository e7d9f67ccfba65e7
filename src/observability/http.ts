import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';

export interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** By path; one that ends in `/` answers for all paths that begin so, and is told what stands behind it. */
export type Pages = Readonly<Record<string, (rest: string) => Page | Promise<Page>>>;

/** An address that cannot be listened on; the message names the flag. */
export class BindError extends Error {
  override readonly name = 'BindError';
}

/**
 * Serves a few read-only pages.
 * @param address `host:port`, `:port`, or `0` for none.
 * @throws BindError
 */
export async function serve(flag: string, address: string, pages: Pages): Promise<Server | undefined> {
  if (address === '0') return undefined;
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    answer(request.method ?? 'GET', pageAt(pages, path), response).catch(() => response.destroy());
  });
  return listen(server, flag, address);
}

/** @throws BindError */
export async function listen(server: Server, flag: string, address: string): Promise<Server> {
  const { host, port } = splitAddress(address);
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new BindError(`flag -${flag}: cannot listen on ${address}: ${cause.message}`, { cause }));
    });
    server.listen(port, ...(host === '' ? [] : [host]), () => resolve(server));
  });
}

/** Host, without brackets, and port of `host:port`; the host is empty for all addresses. */
export function splitAddress(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) };
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** Whether only this machine can reach what listens on that host. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Where this machine finds what listens on a host, as `splitAddress` says it, and a port. */
export function urlAt(host: string, port: number): string {
  const reached = host === '' || host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}/`;
}

/** Where a browser on this machine finds a server. */
export function urlOf(server: Server): string {
  const { address, port } = server.address() as AddressInfo;
  // One that listens on all addresses of IPv6 does so on those of IPv4, too.
  return urlAt(address === '::' ? '' : address, port);
}

function pageAt(pages: Pages, path: string): (() => Page | Promise<Page>) | undefined {
  const exact = pages[path];
  if (exact !== undefined) return () => exact('');
  const [prefix = '', page] = Object.entries(pages).find(([name]) => name.endsWith('/') && path.startsWith(name)) ?? [];
  return page && (() => page(path.slice(prefix.length)));
}

async function answer(
  method: string,
  page: (() => Page | Promise<Page>) | undefined,
  response: ServerResponse,
): Promise<void> {
  if (method !== 'GET' && method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
    return;
  }
  const { status, contentType, body } = (await page?.()) ?? {
    status: 404,
    contentType: 'text/plain',
    body: 'not found\n',
  };
  response.writeHead(status, { 'content-type': contentType });
  response.end(method === 'HEAD' ? undefined : body);
}
