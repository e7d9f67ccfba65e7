import assert from 'node:assert/strict';
import { AddressPool } from '../../src/actors/address-pool.ts';
import { ActorSystem } from '../../src/actors/system.ts';
import { Cluster } from '../../src/cluster/cluster.ts';
import { parseConfig } from '../../src/config.ts';
import type { World } from '../../src/gateway/graph.ts';
import { parsePool } from '../../src/ipam/pool.ts';
import type { Kind, ObjectKey } from '../../src/objects/keys.ts';
import { decode } from '../../src/watch/decode.ts';

/** A system over a few Gateways, whose world can be told to fail. */
export class Bench {
  readonly cluster = new Cluster();
  readonly crashes: string[] = [];
  readonly wishes: string[] = [];
  /** Whether all Gateways have claimed what they have. */
  hasAdopted = false;
  readonly actors: ActorSystem;
  /** Every question about this Gateway throws. */
  broken: ObjectKey | undefined;
  /** How long each look at the clock takes: where it is long, a turn is one step. */
  stepMs = 0;
  #now = 0;
  readonly #turns: (() => void)[] = [];
  #version = 1;

  constructor() {
    const fail = (error: unknown): void => assert.fail(String(error));
    const pool = new AddressPool({
      cluster: this.cluster,
      settings: parseConfig([]),
      onReleased: () => {},
      onAdopted: () => {
        this.hasAdopted = true;
      },
      onError: fail,
    });
    pool.setPool(parsePool({ 'cidr-global': '10.0.0.0/24' }));
    this.actors = new ActorSystem({
      cluster: this.cluster,
      pool,
      world: this.#world(pool),
      request: (name, key) => this.wishes.push(`${name} ${key}`),
      flush: () => {},
      soon: (turn) => this.#turns.push(turn),
      now: () => (this.#now += this.stepMs),
      onTransition: () => {},
      onCrash: (key) => this.crashes.push(key),
    });
    this.put('GatewayClass', '', 'demo', { controllerName: 'thebsdbox.co.uk/controller' });
  }

  #world(pool: AddressPool): Omit<World, 'graph' | 'memo'> {
    const { cluster } = this;
    const addresses = new Proxy(pool, {
      get: (target, name) => {
        const member = Reflect.get(target, name, target) as unknown;
        if (name !== 'held') return typeof member === 'function' ? (member.bind(target) as unknown) : member;
        return (uid: string): readonly string[] => {
          if (this.broken !== undefined && uid === cluster.get(this.broken)?.metadata.uid) throw new Error('a bug');
          return target.held(uid);
        };
      },
    });
    return { view: cluster, addresses, settings: parseConfig([]), refusalOf: () => undefined };
  }

  gateway(name: string, port = 80): void {
    this.put('Gateway', 'default', name, {
      gatewayClassName: 'demo',
      listeners: [{ name: 'a', port, protocol: 'TCP' }],
    });
  }

  route(name: string, gateway: string): void {
    const backendRefs = [{ name: 'web', port: 80 }];
    this.put('TCPRoute', 'default', name, { parentRefs: [{ name: gateway }], rules: [{ backendRefs }] });
  }

  put(
    kind: 'Gateway' | 'GatewayClass' | 'ListenerSet' | 'TCPRoute' | 'Service',
    namespace: string,
    name: string,
    spec: object,
  ): void {
    this.apply(kind, { namespace, name, uid: `uid-${kind}-${name}`, generation: this.#version }, { spec });
  }

  /** As our own write of its status comes back. */
  program(name: string, status: 'True' | 'False'): void {
    const { metadata, spec } = this.cluster.get(`Gateway/default/${name}`) ?? assert.fail();
    const conditions = [{ type: 'Programmed', status, reason: 'Programmed', message: '' }];
    this.apply('Gateway', metadata, { spec, status: { conditions } });
  }

  apply(kind: Kind, metadata: object, rest: object): void {
    const versioned = { ...metadata, resourceVersion: `${this.#version++}` };
    const decoded = decode(kind, { apiVersion: 'gateway.networking.k8s.io/v1', kind, metadata: versioned, ...rest });
    assert.ok(decoded !== undefined && 'object' in decoded);
    this.cluster.apply(decoded.object);
  }

  run(): void {
    while (this.turn());
  }

  /** @returns whether there was anything to do. */
  turn(): boolean {
    const turn = this.#turns.shift();
    turn?.();
    return turn !== undefined;
  }

  stateOf(name: string): string | undefined {
    return this.actors.entries.get(`Gateway/default/${name}`)?.state;
  }
}

/** One with two Gateways. */
export function opened(): Bench {
  const bench = new Bench();
  bench.gateway('good');
  bench.gateway('bad');
  return bench;
}
