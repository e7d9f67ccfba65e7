import { readFileSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node';
import { Pool } from 'undici';

export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
}

export interface Answer {
  readonly code: number;
  readonly text: string;
}

/** User-Agent of all that the bench itself sends. */
export const benchAgent = 'gateway-api-bench';

/** Below it nothing is but undici: what it takes is what the API server takes. Retries nothing. */
export class Api {
  readonly #pool: Pool;
  readonly #headers: Readonly<Record<string, string>>;

  /** @param connections requests at one time; more wait in the pool. */
  constructor(kubeconfigPath: string, connections: number) {
    const config = new KubeConfig();
    config.loadFromString(readFileSync(kubeconfigPath, 'utf8'));
    const cluster = config.getCurrentCluster();
    if (cluster === null) throw new Error(`${kubeconfigPath} names no cluster`);
    const token = config.getCurrentUser()?.token;
    const connect = cluster.caData === undefined ? {} : { ca: Buffer.from(cluster.caData, 'base64') };
    this.#pool = new Pool(cluster.server, { connections, pipelining: 1, allowH2: false, connect });
    this.#headers = {
      accept: 'application/json',
      'user-agent': benchAgent,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
  }

  async raw({ method, path, body }: Request): Promise<Answer> {
    const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const answer = await this.#pool.request({
      method,
      path,
      headers: body === undefined ? this.#headers : { ...this.#headers, 'content-type': contentType },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      headersTimeout: 120_000,
      bodyTimeout: 120_000,
    });
    return { code: answer.statusCode, text: await answer.body.text() };
  }

  /** @throws Error for an answer that is none of success; the message names the request and why. */
  async send<T>(request: Request): Promise<T> {
    const { code, text } = await this.raw(request);
    if (code < 300) return JSON.parse(text) as T;
    throw new Error(`${request.method} ${request.path} is answered with ${code}: ${messageIn(text)}`);
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

function messageIn(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text;
  }
}

/** Does `work` on all items, so many at one time, in their order. */
export async function inFlight<T>(items: Iterable<T>, atOnce: number, work: (item: T) => Promise<unknown>) {
  const left = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = left.next(); next.done !== true; next = left.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
