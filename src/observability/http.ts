import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export type Pages = Readonly<Record<string, () => Page | Promise<Page>>>;

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
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
  const port = Number(address.slice(colon + 1));
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    answer(request.method ?? 'GET', pages[path], response).catch(() => response.destroy());
  });
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new BindError(`flag -${flag}: cannot listen on ${address}: ${cause.message}`, { cause }));
    });
    server.listen(port, ...(host === '' ? [] : [host]), () => resolve(server));
  });
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function answer(method: string, page: Pages[string] | undefined, response: ServerResponse): Promise<void> {
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
