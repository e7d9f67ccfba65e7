import { readFile } from 'node:fs/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { Agent } from 'undici';

/** The few requests that the harness itself makes; not a client for tests. */
export interface ApiClient {
  readonly url: string;
  /** The answer's status and body (decoded where it is JSON); rejects if there is no answer. */
  request(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<ApiAnswer>;
  close(): Promise<void>;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** User-Agent of the harness's own requests. */
export const harnessUserAgent = 'gateway-api-controller-test-cluster';

/** A client for the current context of a kubeconfig that holds a CA and a token. */
export async function connect(kubeconfigPath: string): Promise<ApiClient> {
  const config = new KubeConfig();
  config.loadFromString(await readFile(kubeconfigPath, 'utf8'));
  const { server, caData } = config.getCurrentCluster() ?? {};
  const token = config.getCurrentUser()?.token;
  if (server === undefined || caData === undefined || token === undefined) {
    throw new Error(`${kubeconfigPath} is not a kubeconfig of the test cluster: it has no server, CA or token`);
  }
  const agent = new Agent({ connect: { ca: Buffer.from(caData, 'base64') }, allowH2: false });
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'user-agent': harnessUserAgent,
  };
  return {
    url: server,
    async request(method, path, body) {
      const answer = await agent.request({
        origin: server,
        path,
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
      });
      const text = await answer.body.text();
      return { status: answer.statusCode, body: isJson(answer.headers['content-type']) ? JSON.parse(text) : text };
    },
    close: () => agent.destroy(),
  };
}

function isJson(contentType: string | string[] | undefined): boolean {
  return String(contentType).startsWith('application/json');
}
