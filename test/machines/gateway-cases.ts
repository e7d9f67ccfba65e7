import { gatewayFacts } from '../../src/gateway/facts.ts';
import { Allocator } from '../../src/ipam/allocator.ts';
import { parsePool } from '../../src/ipam/pool.ts';
import type { GatewayFacts, ResultEvent } from '../../src/objects/facts.ts';
import type { AddressRequest } from '../../src/objects/verdicts.ts';
import {
  address,
  gateway,
  gatewayClass,
  pinnedGateway,
  readySlice,
  route,
  type Situation,
  wantedService,
  withIngress,
  worldOf,
} from './worlds.ts';

const ours = gatewayClass();
const foreign = gatewayClass({ controllerName: 'example.com/other' });
const refused = gatewayClass({ parametersRef: { group: '', kind: 'ConfigMap', name: 'p' } });
const recorded = { manifests: [ours, pinnedGateway()], holder: 'gw' } satisfies Situation;
const routed = [...recorded.manifests, route()];
const service = wantedService('Service/default/web', worldOf({ ...recorded, manifests: routed }));
const users = { kind: 'Service', metadata: { name: 'web' }, spec: { selector: {}, ports: [{ port: 80 }] } } as const;
const aggregated = [...recorded.manifests, users, route({}, { labels: {} })];
const ownService = wantedService('Service/default/gw-l4', worldOf({ ...recorded, manifests: aggregated }));
const parametersRef = { group: '', kind: 'ConfigMap', name: 'p' };
const elsewhere = '10.9.9.9';
const named = [{ type: 'IPAddress', value: address }];
const http = { name: 'web', port: 80, protocol: 'HTTP' };
const tcp = { name: 'tcp', port: 8080, protocol: 'TCP' };

/** What a Gateway may be found in, from what is in the cluster and who holds which address. */
export const gatewaySituations: Readonly<Record<string, Situation>> = {
  'cannot be decoded': { manifests: [ours, gateway({ listeners: 'none' })], holder: 'gw' },
  'is deleted, a Service carries its address': { manifests: [ours, service], holder: 'gw' },
  'is deleted, its own Service is there': { manifests: [ours, ownService], holder: 'gw' },
  'is deleted': { manifests: [ours], holder: 'gw' },
  'is of another class, a Service carries its address': {
    manifests: [foreign, pinnedGateway(), service],
    holder: 'gw',
  },
  'is of another class, its own Service is there': { manifests: [foreign, pinnedGateway(), ownService], holder: 'gw' },
  'is of another class, with our marks': { manifests: [foreign, pinnedGateway()], holder: 'gw' },
  'is of another class': { manifests: [foreign, gateway()] },
  'has a class that is not there': { manifests: [gateway()] },
  'has a class that is not there, and a recorded address': { manifests: [pinnedGateway()], holder: 'gw' },
  'has a class that is not there, and a recorded address to claim': { manifests: [pinnedGateway()] },
  'has a class that is not there, and an address that the ledger says is of another': {
    manifests: [gateway(), { ...gateway(), metadata: { name: 'other' } }],
    holder: 'gw',
    ledger: 'other',
  },
  'has a class with parameters': { manifests: [refused, gateway()] },
  'asks for a host name': { manifests: [ours, gateway({ addresses: [{ type: 'Hostname', value: 'a.example' }] })] },
  'asks for no address but text': { manifests: [ours, gateway({ addresses: [{ value: 'ten' }] })] },
  'has no address': { manifests: [ours, gateway()] },
  'has no address, the pool changed': { manifests: [ours, gateway()], poolRevision: 2 },
  'names an address that it has not': { manifests: [ours, gateway({ addresses: named })], holder: 'other' },
  'names an address that it has not, the pool changed': {
    manifests: [ours, gateway({ addresses: named })],
    holder: 'other',
    poolRevision: 2,
  },
  'holds an address that is not recorded': { manifests: [ours, gateway()], holder: 'gw', ledger: 'none' },
  'holds an address that is not recorded, without a ledger': {
    manifests: [ours, gateway()],
    holder: 'gw',
    ledger: 'not served',
  },
  'holds an address that the ledger says is of another': {
    manifests: [ours, gateway(), { ...gateway(), metadata: { name: 'other' } }],
    holder: 'gw',
    ledger: 'other',
  },
  'holds an address that is not in its spec': { manifests: [ours, gateway()], holder: 'gw' },
  'names parameters that are not there': {
    manifests: [ours, pinnedGateway({ infrastructure: { parametersRef } })],
    holder: 'gw',
    served: ['ConfigMap'],
  },
  'names parameters that are not read yet': {
    manifests: [ours, pinnedGateway({ infrastructure: { parametersRef } })],
    holder: 'gw',
  },
  'names parameters that are not there, and has no address': {
    manifests: [ours, gateway({ infrastructure: { parametersRef } })],
    served: ['ConfigMap'],
  },
  'has only a listener that is refused': { manifests: [ours, pinnedGateway({ listeners: [http] })], holder: 'gw' },
  'has no listener': { manifests: [ours, pinnedGateway({ listeners: [] })], holder: 'gw' },
  'has one listener that is refused': { manifests: [ours, pinnedGateway({ listeners: [tcp, http] })], holder: 'gw' },
  'has no route': recorded,
  'has a route whose Service is not there': { ...recorded, manifests: routed },
  'has an own Service that is not there': { ...recorded, manifests: aggregated },
  'has an own Service whose slices are not there': { ...recorded, manifests: [...aggregated, ownService, readySlice] },
  'has an own Service that nobody wants': { ...recorded, manifests: [...recorded.manifests, ownService] },
  'has a route whose Service is refused': { ...recorded, manifests: routed, refusal: 'quota exceeded' },
  'has a Service without endpoints': { ...recorded, manifests: [...routed, service] },
  'has a Service whose endpoints cannot be read': {
    ...recorded,
    manifests: [...routed, service],
    unavailable: ['EndpointSlice'],
  },
  'has a Service with ready endpoints and no ingress': { ...recorded, manifests: [...routed, service, readySlice] },
  'has a Service with another ingress': {
    ...recorded,
    manifests: [...routed, withIngress(service, elsewhere), readySlice],
  },
  'has a Service with the ingress': { ...recorded, manifests: [...routed, withIngress(service, address), readySlice] },
  'has a Service with the ingress and no endpoints': {
    ...recorded,
    manifests: [...routed, withIngress(service, address)],
  },
};

export const gatewayObserved = Object.values(gatewaySituations).map((situation) => ({
  type: 'Observed',
  facts: gatewayFacts('Gateway/default/gw', 'gateway-gw', worldOf(situation)),
})) satisfies readonly { type: string; facts: GatewayFacts }[];

/** What the pool answers, from a real allocator. */
function answerTo(request: AddressRequest, isTaken: boolean): ResultEvent {
  const allocator = new Allocator(parsePool({ 'cidr-global': `${address}/32` }));
  const gw = { uid: 'gateway-gw', namespace: 'default', name: 'gw' };
  if (isTaken) allocator.claim({ ...gw, uid: 'gateway-other', name: 'other' }, { kind: 'any' });
  const outcome = allocator.claim(gw, request);
  return 'addresses' in outcome
    ? { type: 'AddressGranted', ...outcome }
    : { type: 'AddressRefused', ...outcome, revision: 1 };
}

export const gatewayResults: readonly ResultEvent[] = [
  answerTo({ kind: 'any' }, false),
  answerTo({ kind: 'any' }, true),
  answerTo({ kind: 'fixed', addresses: [address] }, true),
  { type: 'Written', what: 'gateway-status', isKept: true },
  { type: 'Written', what: 'gateway-address', isKept: true },
  { type: 'WriteFailed', what: 'ledger-entry', message: 'ledger-entry was refused' },
  { type: 'WriteFailed', what: 'gateway-address', message: 'gateway-address was refused' },
  { type: 'RetryDue', what: 'gateway-address' },
];
