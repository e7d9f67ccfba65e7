import assert from 'node:assert/strict';
import { Cluster } from '../../src/cluster/cluster.ts';
import { parseConfig } from '../../src/config.ts';
import { type DryRun, onlookers } from '../../src/dry-run.ts';
import { realTimers } from '../../src/kubernetes/timers.ts';
import { Inspector, type InspectorOptions } from '../../src/observability/inspector/inspector.ts';
import { decode } from '../../src/watch/decode.ts';

/** So many Gateways of one class, over whose actors an inspector looks. */
export class Crowd {
  readonly #count: number;
  readonly #cluster = new Cluster();
  #version = 1;
  readonly run: DryRun;
  readonly inspector: Inspector;
  /** How often the inspector asked for the actors. */
  questions = 0;

  constructor(count: number, options: Partial<InspectorOptions> = {}) {
    this.#count = count;
    this.#put('GatewayClass', { name: 'demo', uid: 'demo' }, { controllerName: 'thebsdbox.co.uk/controller' });
    this.putAll('IPAddress');
    const config = parseConfig(['-inspect', '127.0.0.1:0']);
    this.run = onlookers(this.#cluster, config, undefined, {
      soon: realTimers.soon,
      now: realTimers.now,
      onTransition: (transition) => this.inspector.noteTransition(transition),
      onEvent: (key) => this.inspector.noteEvent(key),
      onCrash: (key, error) => assert.fail(`${key}: ${String(error)}`),
    });
    this.inspector = new Inspector({
      address: config.inspect,
      token: '',
      isStately: false,
      witnesses: () => {
        this.questions += 1;
        return this.run;
      },
      status: () => ({ controllerName: config.controllerName, role: 'running', unread: [] }),
      timers: realTimers,
      ...options,
    });
  }

  /** Gateways that name an address each; or, where they name a host, that wait for their users to correct that. */
  putAll(type: 'IPAddress' | 'Hostname'): void {
    for (let index = 0; index < this.#count; index += 1) this.putOne(index, type);
  }

  /** @param uid another one is another object of the same name. */
  putOne(index: number, type: 'IPAddress' | 'Hostname', uid = `uid-${index}`): void {
    const value = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
    const spec = {
      gatewayClassName: 'demo',
      listeners: [{ name: 'a', port: 80, protocol: 'TCP' }],
      addresses: [{ type, value }],
    };
    this.#put('Gateway', { ...placeOf(index), uid }, spec);
  }

  removeOne(index: number): void {
    const { namespace, name } = placeOf(index);
    this.#cluster.remove(`Gateway/${namespace}/${name}`, `uid-${index}`);
  }

  stop(): void {
    this.inspector.stop();
    this.run.actors.stop();
  }

  #put(kind: 'GatewayClass' | 'Gateway', identity: object, spec: object): void {
    const resourceVersion = `${this.#version++}`;
    const metadata = { ...identity, resourceVersion, creationTimestamp: '2026-01-01T00:00:00Z' };
    const decoded = decode(kind, { apiVersion: 'gateway.networking.k8s.io/v1', kind, metadata, spec });
    assert.ok(decoded !== undefined && 'object' in decoded);
    this.#cluster.apply(decoded.object);
  }
}

function placeOf(index: number): { readonly namespace: string; readonly name: string } {
  return { namespace: `team-${index % 40}`, name: `gateway-${`${index}`.padStart(5, '0')}` };
}
