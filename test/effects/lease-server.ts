import type { ApiClient, ApiRequest, ApiResult } from '../../src/kubernetes/client.ts';
import type { FailureKind } from '../../src/kubernetes/failure.ts';

interface Spec {
  readonly holderIdentity: string;
  readonly leaseDurationSeconds: number;
  readonly leaseTransitions: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
}

/** One Lease, with versions; two replicas may share it, each with a clock of its own. */
export class LeaseServer implements Pick<ApiClient, 'request'> {
  spec: Spec | undefined;
  version = 0;
  fails: FailureKind | undefined;
  #delay: Promise<void> | undefined;

  /** The next request is on its way until what this returns is called. */
  delayNext(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#delay = promise;
    return resolve;
  }

  async request({ method, body }: ApiRequest): Promise<ApiResult> {
    const delay = this.#delay;
    this.#delay = undefined;
    await delay;
    if (this.fails !== undefined) return this.#failure(this.fails);
    if (method === 'GET') return this.spec === undefined ? this.#failure('absent') : { body: this.object };
    const { spec, metadata } = body as { spec: Spec; metadata: { resourceVersion?: string } };
    if (method === 'POST' && this.spec !== undefined) return this.#failure('exists');
    if (method === 'PUT' && metadata.resourceVersion !== String(this.version)) return this.#failure('conflict');
    this.spec = spec;
    this.version += 1;
    return { body: this.object };
  }

  get object(): object {
    return { metadata: { resourceVersion: String(this.version) }, spec: this.spec };
  }

  #failure(kind: FailureKind): ApiResult {
    return { failure: { kind, code: 0, message: kind } };
  }
}
