import type { ApiClient } from '../kubernetes/client.ts';
import type { Timers } from '../kubernetes/timers.ts';

/** Timings of the lease in milliseconds, as in client-go. */
export const leaseTimings = { durationMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 } as const;

export interface LeaseOptions {
  readonly client: Pick<ApiClient, 'request'>;
  readonly namespace: string;
  readonly name: string;
  /** Unique among replicas. */
  readonly identity: string;
  /** `now` stands in the lease; `monotonic` measures how long it has been as it is. */
  readonly timers: Pick<Timers, 'now' | 'monotonic'>;
}

interface LeaseObject {
  readonly metadata?: { readonly resourceVersion?: string };
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

/**
 * A `coordination.k8s.io/v1` Lease, acquired and renewed as client-go does: another's lease counts as expired when it
 * has not changed for its duration *by our own clock*, so that clocks need not agree.
 */
export class Lease {
  readonly #options: LeaseOptions;
  #observed: { readonly version: string; readonly at: number } | undefined;
  #heldSince = Number.NEGATIVE_INFINITY;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** Milliseconds since the last try that held it was begun. */
  get sinceHeldMs(): number {
    return this.#options.timers.monotonic() - this.#heldSince;
  }

  /** One try to acquire or renew. */
  async tryToHold(): Promise<'held' | 'others' | 'failed'> {
    const begun = this.#options.timers.monotonic();
    const found = await this.#options.client.request({ method: 'GET', path: this.#path(true) });
    if ('failure' in found && found.failure.kind !== 'absent') return 'failed';
    const lease = 'body' in found ? (found.body as LeaseObject) : undefined;
    if (lease !== undefined && this.#isOthers(lease)) return 'others';
    const written = await this.#write(lease);
    if ('failure' in written) return 'failed';
    this.#heldSince = begun;
    return 'held';
  }

  /** Gives it back, so that another need not wait until it expires. */
  async release(): Promise<void> {
    const found = await this.#options.client.request({ method: 'GET', path: this.#path(true) });
    if ('failure' in found) return;
    const lease = found.body as LeaseObject;
    if (lease.spec?.holderIdentity !== this.#options.identity) return;
    const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: this.#timestamp() };
    await this.#options.client.request({ method: 'PUT', path: this.#path(true), body: { ...lease, spec } });
  }

  #isOthers(lease: LeaseObject): boolean {
    const holder = lease.spec?.holderIdentity ?? '';
    if (holder === '' || holder === this.#options.identity) return false;
    const version = lease.metadata?.resourceVersion ?? '';
    const now = this.#options.timers.monotonic();
    if (this.#observed?.version !== version) this.#observed = { version, at: now };
    const durationMs = (lease.spec?.leaseDurationSeconds ?? 0) * 1000;
    return now - this.#observed.at < durationMs;
  }

  #write(lease: LeaseObject | undefined): ReturnType<ApiClient['request']> {
    const { namespace, name, identity, client } = this.#options;
    const isRenewal = lease?.spec?.holderIdentity === identity;
    const spec = {
      holderIdentity: identity,
      leaseDurationSeconds: leaseTimings.durationMs / 1000,
      acquireTime: isRenewal ? lease.spec?.acquireTime : this.#timestamp(),
      renewTime: this.#timestamp(),
      leaseTransitions: (lease?.spec?.leaseTransitions ?? 0) + (isRenewal || lease === undefined ? 0 : 1),
    };
    if (lease !== undefined) {
      return client.request({ method: 'PUT', path: this.#path(true), body: { ...lease, spec } });
    }
    const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace, name }, spec };
    return client.request({ method: 'POST', path: this.#path(false), body });
  }

  #path(isNamed: boolean): string {
    const { namespace, name } = this.#options;
    return `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases${isNamed ? `/${name}` : ''}`;
  }

  /** `metav1.MicroTime`. */
  #timestamp(): string {
    return new Date(this.#options.timers.now()).toISOString().replace('Z', '000Z');
  }
}
