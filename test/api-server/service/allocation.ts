import { Address4, Address6 } from 'ip-address';
import { invalidValue } from '../causes.ts';
import type { ApiObject } from '../json.ts';
import { refuseService } from './families.ts';
import {
  familyOf,
  getsNodePorts,
  isHeadless,
  needsClusterIP,
  needsHealthCheck,
  needsNodePort,
  portsOf,
  type ServicePort,
  specOf,
} from './shape.ts';

const NODE_PORTS = { first: 30_000, last: 32_767 };
const RANGES: Readonly<Record<string, string>> = { IPv4: '10.96.0.0/12', IPv6: 'fd00:96::/112' };

function parsed(text: string): Address4 | Address6 {
  return text.includes(':') ? new Address6(text) : new Address4(text);
}

/** Numbers of one range, handed out in order, the lowest that was never used first. */
class Pool<T> {
  readonly #used = new Set<T>();
  readonly #at: (index: number) => T;
  readonly #size: number;
  #next = 0;

  constructor(at: (index: number) => T, size: number) {
    this.#at = at;
    this.#size = size;
  }

  has(item: T): boolean {
    return this.#used.has(item);
  }

  /** An item that is free; undefined where all are in use. It is not taken yet. */
  free(taken: ReadonlySet<T>): T | undefined {
    for (let tried = 0; tried < this.#size; tried += 1) {
      const item = this.#at(this.#next);
      this.#next = (this.#next + 1) % this.#size;
      if (!this.#used.has(item) && !taken.has(item)) return item;
    }
    return undefined;
  }

  use(item: T): void {
    this.#used.add(item);
  }

  release(item: T): void {
    this.#used.delete(item);
  }
}

class AddressPool extends Pool<string> {
  readonly #range: Address4 | Address6;

  constructor(cidr: string) {
    const range = parsed(cidr);
    const first = range.startAddress().bigInt() + 10n;
    const last = range.endAddress().bigInt() - 1n;
    const text = (value: bigint) =>
      (cidr.includes(':') ? Address6.fromBigInt(value) : Address4.fromBigInt(value)).correctForm();
    super((index) => text(first + BigInt(index)), Number(last - first));
    this.#range = range;
  }

  contains(address: string): boolean {
    const candidate = parsed(address);
    const [first, last] = [this.#range.startAddress().bigInt(), this.#range.endAddress().bigInt()];
    return candidate.bigInt() > first && candidate.bigInt() < last;
  }
}

/** Hands out cluster addresses and node ports. Synchronous: what `prepare` picks is kept by the `commit` that follows. */
export class ServiceAllocator {
  readonly #addresses = new Map<string, AddressPool>();
  readonly #ports = new Pool<number>((index) => NODE_PORTS.first + index, NODE_PORTS.last - NODE_PORTS.first + 1);

  constructor(families: readonly string[]) {
    for (const family of families) this.#addresses.set(family, new AddressPool(RANGES[family] ?? '10.96.0.0/12'));
  }

  allocate(service: ApiObject, previous: ApiObject | undefined): void {
    if (needsClusterIP(service) && !isHeadless(service)) this.#allocateAddresses(service, previous);
    if (needsNodePort(service)) this.#allocatePorts(service, previous);
    if (needsHealthCheck(service)) {
      const spec = specOf(service);
      spec.healthCheckNodePort ??= this.#ports.free(new Set(usedPorts(service))) ?? 0;
    }
  }

  /** Keeps what the next version uses and frees what only the previous one did. */
  commit(next: ApiObject | undefined, previous: ApiObject | undefined): void {
    if (previous) this.#each(previous, (pool, item) => pool.release(item));
    if (next) this.#each(next, (pool, item) => pool.use(item));
  }

  #each(service: ApiObject, act: <T>(pool: Pool<T>, item: T) => void): void {
    for (const address of specOf(service).clusterIPs ?? []) {
      const pool = this.#addresses.get(familyOf(address));
      if (pool && address !== 'None') act(pool, address);
    }
    for (const port of usedPorts(service)) act(this.#ports, port);
  }

  #allocateAddresses(service: ApiObject, previous: ApiObject | undefined): void {
    const spec = specOf(service);
    const before = previous ? (specOf(previous).clusterIPs ?? []) : [];
    const given = spec.clusterIPs ?? [];
    spec.clusterIPs = (spec.ipFamilies ?? []).map((family, index) => {
      const asked = given[index];
      if (asked === undefined) return this.#addresses.get(family)?.free(new Set()) ?? '';
      if (!before.includes(asked)) this.#claim(service, asked);
      return asked;
    });
    const [first] = spec.clusterIPs;
    if (first !== undefined) spec.clusterIP = first;
  }

  #claim(service: ApiObject, address: string): void {
    const pool = this.#addresses.get(familyOf(address));
    const problem = pool?.has(address)
      ? 'provided IP is already allocated'
      : pool?.contains(address)
        ? ''
        : 'the provided network does not match the current range';
    if (problem === '') return;
    refuseService(service, [
      invalidValue('spec.clusterIPs', [address], `failed to allocate IP ${address}: ${problem}`),
    ]);
  }

  #allocatePorts(service: ApiObject, previous: ApiObject | undefined): void {
    const own = new Set(previous ? usedPorts(previous) : []);
    const wanted = getsNodePorts(service);
    const byPort = new Map<number, number>();
    for (const [index, port] of portsOf(service).entries()) {
      if (port.nodePort) this.#claimPort(service, index, own);
      else if (wanted) this.#assignPort(service, port, byPort);
      // Only a creation gives the protocols of one port the same node port.
      if (port.nodePort && !previous) byPort.set(port.port, port.nodePort);
    }
  }

  /** TCP and UDP on one port number get one node port. */
  #assignPort(service: ApiObject, port: ServicePort, byPort: ReadonlyMap<number, number>): void {
    const known = byPort.get(port.port);
    const taken = new Set(usedPorts(service));
    const clash = portsOf(service).some((other) => other.nodePort === known && other.protocol === port.protocol);
    const chosen = known !== undefined && !clash ? known : this.#ports.free(taken);
    if (chosen !== undefined) port.nodePort = chosen;
  }

  #claimPort(service: ApiObject, index: number, own: ReadonlySet<number>): void {
    const nodePort = portsOf(service)[index]?.nodePort ?? 0;
    const field = `spec.ports[${index}].nodePort`;
    if (own.has(nodePort)) return;
    if (nodePort < NODE_PORTS.first || nodePort > NODE_PORTS.last) {
      refuseService(service, [
        invalidValue(
          field,
          nodePort,
          'provided port is not in the valid range. The range of valid ports is 30000-32767',
        ),
      ]);
    }
    if (this.#ports.has(nodePort))
      refuseService(service, [invalidValue(field, nodePort, 'provided port is already allocated')]);
  }
}

function usedPorts(service: ApiObject): number[] {
  const health = specOf(service).healthCheckNodePort;
  const ports = portsOf(service).flatMap((port) => (port.nodePort ? [port.nodePort] : []));
  return health ? [...ports, health] : ports;
}
