import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { KubeConfig } from './kube-config.ts';

/** What a connection and each request need to be let in. */
export interface Access {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: {
    readonly ca?: string | Buffer;
    readonly cert?: string | Buffer;
    readonly key?: string | Buffer;
    readonly passphrase?: string;
    readonly servername?: string;
    readonly rejectUnauthorized?: boolean;
  };
}

interface Memo {
  readonly access: Promise<Access>;
  found?: Access;
  /** It is not asked for again before, in milliseconds. */
  until: number;
}

/** How long one answer is used, in milliseconds; rotating tokens live far longer. */
const memoMs = 10_000;

/**
 * Credentials of the current context, by client-node: certificates, tokens, basic, exec plugins, OIDC, in-cluster.
 * It mends what that leaves: `tokenFile` of a kubeconfig, a newline at a token's end, `http://` servers, a context
 * without a user, concurrent calls that would run an exec plugin several times, and tokens that it keeps after a 401.
 */
export class Credentials {
  readonly #kubeConfig: KubeConfig;
  readonly #now: () => number;
  #memo: Memo | undefined;

  /** @param now milliseconds. */
  constructor(kubeConfig: KubeConfig, now: () => number) {
    this.#kubeConfig = kubeConfig;
    this.#now = now;
    const cluster = kubeConfig.getCurrentCluster();
    if (cluster?.server.startsWith('http://')) Object.assign(cluster, { skipTLSVerify: true });
    if (kubeConfig.getCurrentUser() === null) useNobody(kubeConfig);
  }

  /** Rejects where a certificate file, a token file or an exec plugin fails. */
  current(): Promise<Access> {
    if (this.#memo !== undefined && this.#now() < this.#memo.until) return this.#memo.access;
    const access = this.#read();
    const memo: Memo = { access, until: Number.POSITIVE_INFINITY };
    this.#memo = memo;
    access.then(
      (found) => Object.assign(memo, { found, until: this.#now() + memoMs }),
      () => {
        if (this.#memo === memo) this.#memo = undefined;
      },
    );
    return access;
  }

  /** Forgets what the server answered with a 401, and all that it was found by; not what was found since. */
  forget(refused: Access): void {
    if (this.#memo?.found !== refused) return;
    this.#memo = undefined;
    // Each of these keeps what it found: a plugin's token until it expires, which may be never.
    const { authenticators } = new KubeConfig() as unknown as { readonly authenticators: unknown };
    Object.assign(this.#kubeConfig, { authenticators });
  }

  async #read(): Promise<Access> {
    const options: RequestOptions & { headers: Record<string, string> } = { headers: {} };
    await this.#kubeConfig.applyToHTTPSOptions(options);
    const headers = Object.fromEntries(
      Object.entries(options.headers).map(([name, value]) => [name.toLowerCase(), String(value).trim()]),
    );
    if (typeof options.auth === 'string') {
      headers.authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`;
    }
    const tokenFile = tokenFileOf(this.#kubeConfig.getCurrentUser());
    if (tokenFile !== undefined) {
      headers.authorization = `Bearer ${(await readFile(tokenFile, 'utf8')).trim()}`;
    }
    const tls = Object.fromEntries(
      (['ca', 'cert', 'key', 'passphrase', 'servername', 'rejectUnauthorized'] as const)
        .map((name) => [name, options[name]])
        .filter(([, value]) => value !== undefined),
    );
    return { headers, tls };
  }
}

/** Without a user, client-node tells nothing of the cluster's certificates either. */
function useNobody(kubeConfig: KubeConfig): void {
  const context = kubeConfig.getContextObject(kubeConfig.getCurrentContext());
  const name = context?.user ?? '';
  if (context !== null) Object.assign(context, { user: name });
  kubeConfig.addUser({ name });
}

/** client-node's types do not know the field, which kubeconfig has had since 1.x. */
function tokenFileOf(user: object | null): string | undefined {
  const file = user !== null && 'tokenFile' in user ? user.tokenFile : undefined;
  return typeof file === 'string' ? file : undefined;
}
