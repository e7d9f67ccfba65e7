import assert from 'node:assert/strict';
import { AddressPool } from '../../src/actors/address-pool.ts';
import { Cluster } from '../../src/cluster/cluster.ts';
import { parseConfig } from '../../src/config.ts';
import { buildGraph, type World } from '../../src/gateway/graph.ts';
import { partsOf } from '../../src/gateway/keys.ts';
import { ledgerManifest } from '../../src/gateway/ledger.ts';
import { Memo } from '../../src/gateway/memo.ts';
import { annotations } from '../../src/gateway/names.ts';
import { serviceManifest, stepTowards } from '../../src/gateway/service-diff.ts';
import { planService } from '../../src/gateway/service-plan.ts';
import { parsePool } from '../../src/ipam/pool.ts';
import type { Kind, ObjectKey } from '../../src/objects/keys.ts';
import { decode } from '../../src/watch/decode.ts';
import { type Manifest, stored } from '../gateway/manifests.ts';

export const address = '10.0.0.1';
export const controllerName = 'thebsdbox.co.uk/controller';
const settings = parseConfig([]);

export interface Situation {
  readonly manifests: readonly Manifest[];
  /** Name of a Gateway that holds the address. */
  readonly holder?: string;
  /** Name of the Gateway for which the ledger has the address; `none`, or `not served`; default: the holder's. */
  readonly ledger?: string;
  /** When the address was given up, as the ledger says. */
  readonly releasedAt?: string;
  /** Kinds that were listed, besides that of the ledger. */
  readonly served?: readonly Kind[];
  /** How often the pool was read. */
  readonly poolRevision?: number;
  readonly unavailable?: readonly Kind[];
  /** Why the API server refused the last write of any object. */
  readonly refusal?: string;
}

/** A small world: real decoding, real cluster, real address pool. */
export function worldOf(situation: Situation): World {
  const { manifests, holder, ledger, releasedAt, served = [], poolRevision = 1, unavailable = [], refusal } = situation;
  const cluster = new Cluster();
  const owner = ledger ?? holder ?? 'none';
  for (const kind of owner === 'not served' ? served : [...served, 'IPAddress' as const]) {
    cluster.replace({ kind, namespace: '', resourceVersion: '0', objects: [], rejections: [] });
  }
  for (const [index, manifest] of manifests.entries()) take(cluster, manifest, index + 1);
  for (const kind of unavailable) cluster.setUnavailable(kind, 'HTTP 403');
  const addresses = poolOf(cluster, poolRevision);
  if (holder !== undefined) {
    const claim = { uid: `gateway-${holder}`, namespace: 'default', name: holder, creationTimestamp: '' };
    const request = { kind: 'kept', addresses: [address] } as const;
    addresses.claim({ ...claim, gateway: `Gateway/default/${holder}`, request });
    Array.from(addresses.settle());
  }
  if (!owner.startsWith('no')) take(cluster, ledgerEntry(owner, releasedAt), manifests.length + 1);
  const parts = { view: cluster, addresses, settings, refusalOf: () => refusal };
  const graph: World['graph'] = (key) => {
    const found = cluster.get(key);
    return found && buildGraph(found, parts);
  };
  return { ...parts, graph, memo: new Memo() };
}

function poolOf(cluster: Cluster, revision: number): AddressPool {
  const onError = (error: unknown): void => assert.fail(String(error));
  const pool = new AddressPool({ cluster, settings, onReleased: () => {}, onError });
  for (let read = 0; read < revision; read += 1) pool.setPool(parsePool({ 'cidr-global': `${address}/32` }));
  pool.open();
  return pool;
}

function ledgerEntry(owner: string, releasedAt: string | undefined): Manifest {
  const { metadata, spec } = ledgerManifest(
    address,
    { uid: `gateway-${owner}`, namespace: 'default', name: owner },
    settings,
  );
  const own = metadata as { readonly annotations: object };
  const marks = { ...own.annotations, ...(releasedAt !== undefined && { [annotations.releasedAt]: releasedAt }) };
  return { kind: 'IPAddress', metadata: { ...own, name: address, annotations: marks }, spec };
}

function take(cluster: Cluster, manifest: Manifest, version: number): void {
  const decoded = decode(manifest.kind, stored(manifest, version));
  if (decoded === undefined) throw new Error(`${manifest.metadata.name} cannot be named`);
  if ('object' in decoded) cluster.apply(decoded.object);
  else cluster.reject(decoded.rejection);
}

/** The Service as the controller would create it in that world. */
export function wantedService(key: ObjectKey<'Service'>, world: World): Manifest {
  const step = stepTowards(planService(key, world), world.view.get(key), world);
  if (step.kind !== 'create') throw new Error(`${key} is not to be created but: ${step.kind}`);
  const { namespace, name } = partsOf(key);
  const { metadata, spec } = serviceManifest(namespace, name, step.desired);
  return { kind: 'Service', metadata: { name, namespace, ...(metadata as object) }, spec };
}

export function gatewayClass(rest: object = {}, name = 'l4'): Manifest {
  return { kind: 'GatewayClass', metadata: { name }, spec: { controllerName, ...rest } };
}

/** A Gateway with one TCP listener; it is called `gw`. */
export function gateway(spec: object = {}, metadata: object = {}): Manifest {
  const listeners = [{ name: 'tcp', port: 8080, protocol: 'TCP' }];
  return {
    kind: 'Gateway',
    metadata: { name: 'gw', ...metadata },
    spec: { gatewayClassName: 'l4', listeners, ...spec },
  };
}

/** A Gateway on which the address is recorded as its own. */
export function pinnedGateway(spec: object = {}): Manifest {
  const pin = JSON.stringify({ controller: controllerName, uid: 'gateway-gw', addresses: [address] });
  const addresses = [{ type: 'IPAddress', value: address }];
  return gateway({ addresses, ...spec }, { annotations: { [annotations.pinned]: pin } });
}

/** A TCPRoute of `gw` that asks for the behaviour `create` and the Service `web`. */
export function route(spec: object = {}, metadata: object = {}): Manifest {
  return {
    kind: 'TCPRoute',
    metadata: { name: 'web', labels: { selectorkey: 'app', selectorvalue: 'web' }, ...metadata },
    spec: { parentRefs: [{ name: 'gw' }], rules: [{ backendRefs: [{ name: 'web', port: 80 }] }], ...spec },
  };
}

export function withIngress(service: Manifest, ip: string): Manifest {
  return { ...service, status: { loadBalancer: { ingress: [{ ip }] } } };
}

export const readySlice: Manifest = {
  kind: 'EndpointSlice',
  metadata: { name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
  addressType: 'IPv4',
  endpoints: [{ addresses: ['192.0.2.1'], conditions: { ready: true } }],
  ports: [{ name: '', port: 8000 }],
};
