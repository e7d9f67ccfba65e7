import assert from 'node:assert/strict';
import { Cluster } from '../../src/cluster/cluster.ts';
import type { ApiRequest, ApiResult } from '../../src/kubernetes/client.ts';
import type { Kind } from '../../src/objects/keys.ts';
import { Follow, type Source } from '../../src/watch/follow.ts';
import { Clock } from '../gateway/clock.ts';
import { FakeServer, type FakeWatch } from '../kubernetes/fake-server.ts';
import { settle } from '../support/settle.ts';

/** A server that also answers discovery. */
class Server extends FakeServer {
  readonly served = new Map<string, readonly string[]>();
  isDown = false;

  override async request(request: ApiRequest): Promise<ApiResult> {
    if (this.isDown) return { failure: { kind: 'retry', code: 0, message: 'ECONNREFUSED' } };
    const names = this.served.get(request.path);
    if (names !== undefined) return { body: { resources: names.map((name) => ({ name })) } };
    return { failure: { kind: 'absent', code: 404, message: 'not found' } };
  }
}

/** A follow over that server, whose clock and sleep are in the test's hands. */
export class Bench {
  readonly server = new Server();
  readonly cluster = new Cluster();
  readonly told: string[] = [];
  /** Why watches ended. */
  readonly ended: string[] = [];
  readonly follow: Follow;
  readonly clock = new Clock();
  soon: (action: () => void) => void = queueMicrotask;
  readonly #sleepers = new Set<() => void>();

  constructor(followed: readonly (Kind | Source)[], isOptional = false) {
    this.server.served.set('/api/v1', ['services', 'configmaps']);
    const timers = {
      after: (ms: number, action: () => void) => this.clock.after(ms, action),
      sleep: (_ms: number, signal: AbortSignal) => this.#sleep(signal),
      monotonic: () => 0,
      soon: (action: () => void) => this.soon(action),
    };
    this.follow = new Follow({
      client: this.server,
      cluster: this.cluster,
      sources: followed.map((source) => {
        return typeof source === 'string' ? { kind: source, namespace: '', selectors: {}, isOptional } : source;
      }),
      random: () => 0,
      timers,
      discoveryMs: 10_000,
      onSynced: () => this.told.push('synced'),
      onAvailability: (kind, why) => this.told.push(`${kind}: ${why ?? 'available'}`),
      onUnreadable: (key, why) => this.told.push(`${key}: ${why}`),
      onFailure: (what, { message }) => this.told.push(`${what} failed: ${message}`),
      onCrash: (what, error) => this.told.push(`${what} crashed: ${String(error)}`),
      onWatchEnded: (kind, failure) => this.ended.push(`${kind}: ${failure?.kind ?? 'in good order'}`),
      onRejection: ({ name }) => this.told.push(`${name} is rejected`),
    });
  }

  async start(): Promise<void> {
    void this.follow.run();
    await settle();
  }

  /** All who sleep wake. */
  async wake(): Promise<void> {
    for (const wake of this.#sleepers) wake();
    await settle();
  }

  /** Sends the initial state of the newest watch. */
  async sync(watch: FakeWatch | undefined = this.server.watches.at(-1), names: readonly string[] = []): Promise<void> {
    assert.ok(watch);
    for (const name of names) watch.send('ADDED', serviceOf(name));
    watch.bookmark('10', true);
    await settle();
  }

  #sleep(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#sleepers.delete(wake);
        resolve();
      };
      this.#sleepers.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  stop(): void {
    this.follow.stop();
    assert.deepEqual(
      this.told.filter((line) => line.includes('undefined')),
      [],
    );
  }
}

export function serviceOf(name: string, version = '5'): object {
  return { metadata: { name, namespace: 'default', uid: name, resourceVersion: version }, spec: {} };
}
